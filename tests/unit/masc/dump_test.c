/* ENGINE-26: what is sent in slices, each when the one before has left. */
#include "rig.h"

#include "masc/masc_int.h"

static struct link *up(struct rig *r)
{
	rig_usual(r);
	rig_tick(r);
	rig_up(r, 1);
	rig_discard(r);
	return link_find(r->m, 1);
}

static void a_send_says_what_it_waits_for_and_what_it_asks(void **state)
{
	struct rig r;
	struct masc_out o;
	struct link *l = up(&r);
	assert_true(link_send(l, wire_keepalive_write(r.m->room), 0, false));
	assert_false(l->draining);
	assert_true(link_send(l, wire_keepalive_write(r.m->room), 7, true));
	assert_true(l->draining);
	assert_true(masc_poll(r.m, &o));
	assert_false(o.drain);
	assert_true(o.after == 0);
	assert_true(masc_poll(r.m, &o));
	assert_int_equal(o.kind, MASC_OUT_SEND);
	assert_true(o.drain);
	assert_true(o.after == 7);
	assert_false(masc_poll(r.m, &o));
	rig_fini(&r);
}

static void the_answer_ends_the_asking(void **state)
{
	struct rig r;
	struct link *l = up(&r);
	assert_true(link_send(l, wire_keepalive_write(r.m->room), 0, true));
	masc_link_drained(r.m, 99, r.now);
	assert_true(l->draining);
	masc_link_drained(r.m, 1, r.now);
	assert_false(l->draining);
	/* Nobody asked. */
	masc_link_drained(r.m, 1, r.now);
	assert_false(l->draining);
	rig_discard(&r);
	rig_fini(&r);
}

static void a_link_of_nobody_has_no_dump(void **state)
{
	struct rig r;
	struct link *l = up(&r);
	assert_true(link_send(l, wire_keepalive_write(r.m->room), 0, true));
	struct session *s = l->session;
	l->session = NULL;
	masc_link_drained(r.m, 1, r.now);
	l->session = s;
	rig_discard(&r);
	rig_down(&r, 1, ERR_RESET);
	rig_discard(&r);
	masc_link_drained(r.m, 1, r.now);
	rig_expect(&r, "");
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_send_says_what_it_waits_for_and_what_it_asks),
		cmocka_unit_test(the_answer_ends_the_asking),
		cmocka_unit_test(a_link_of_nobody_has_no_dump),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
