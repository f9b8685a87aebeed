/* Sessions that wait for something else than octets, and what they are told of where the
 * other side is. The double says "yes" when it was asked often enough. */
#include "link_rig.h"

static struct {
	int left; /* times that it waits */
	uint8_t source[16];
	size_t n_source;
} d;

static enum err session_new(void *ctx, const struct graph_parties *p, void **session)
{
	d.n_source = p->source.n;
	memcpy(d.source, p->source.p, p->source.n);
	*session = &d;
	return OK;
}

static void session_free(void *session)
{
}

static enum err step(void *session, struct span token, struct graph_session_out *out)
{
	*out = (struct graph_session_out){ .waits = d.left-- > 0 };
	if (out->waits)
		return OK;
	*out = (struct graph_session_out){ .bytes = span_str("yes"), .after = 7, .done = true };
	return OK;
}

static enum err pass(void *session, struct span octets, struct graph_session_out *out)
{
	*out = (struct graph_session_out){ .bytes = octets };
	return OK;
}

static struct span peer(void *session)
{
	return span_of(NULL, 0);
}

static enum err secure(void *ctx, const struct graph_record *r, enum graph_change change,
		       struct span *security)
{
	*security = span_of(NULL, 0);
	return OK;
}

static enum graph_opinion validate(void *ctx, const struct graph_record *r,
				   enum graph_change change)
{
	return GRAPH_VALID;
}

static const struct graph_provider_ops ops = {
	.name = "double",
	.sessions = true,
	.frame_plain = 1000,
	.session_new = session_new,
	.session_free = session_free,
	.step = step,
	.seal = pass,
	.unseal = pass,
	.peer = peer,
	.secure = secure,
	.validate = validate,
};

static void begin(struct rig *r, int waits)
{
	d.left = waits;
	rig_init(r);
	r->birth.provider = (struct graph_provider){ &ops, NULL };
	rig_start(r);
}

static uint32_t call(struct rig *r, const struct addr *from)
{
	uint32_t link = rig_accept_from(r, from);
	rig_say(r, link, rig_auth_info(r, GRAPH_NEIGHBOR, "0.peer"));
	return link;
}

/* GRAPH-6.5 */
static void who_waits_is_asked_again(void **state)
{
	struct rig r;
	begin(&r, 3);
	struct addr from = rig_addr(30);
	graph_resume(r.g, r.now); /* nobody waits yet */
	uint32_t link = call(&r, &from);
	for (int i = 2; i >= 0; i--) {
		assert_int_equal(d.left, i);
		assert_int_equal(rig_link(&r, link)->n, 0);
		graph_resume(r.g, r.now);
		rig_drain(&r);
	}
	assert_true(span_eq(span_of(rig_link(&r, link)->octets + 2, 3), span_str("yes")));
	assert_int_equal(rig_link(&r, link)->after, 7);
	assert_int_equal(graph_link_find(r.g, link)->state, GRAPH_STATE_AUTHENTICATED);
	graph_resume(r.g, r.now); /* nor any more */
	assert_int_equal(d.left, -1);
	rig_end(&r);
}

/* GRAPH-6.5: who waits too long is gone as anybody else. */
static void who_waits_has_its_time(void **state)
{
	struct rig r;
	begin(&r, 3);
	struct addr from = rig_addr(30);
	uint32_t link = call(&r, &from);
	rig_tick(&r, 10 * MONO_MIN);
	assert_true(rig_closed(&r, link));
	graph_resume(r.g, r.now);
	assert_int_equal(d.left, 2);
	rig_end(&r);
}

static void assert_source(const char *from, const uint8_t *octets, size_t n)
{
	struct rig r;
	struct addr a;
	begin(&r, 0);
	assert_int_equal(addr_parse(span_str(from), 3587, &a), OK);
	(void)call(&r, &a);
	assert_true(span_eq(span_of(d.source, d.n_source), span_of(octets, n)));
	rig_end(&r);
}

/* GRAPH-6.10 */
static void a_session_knows_where_from(void **state)
{
	static const uint8_t v4[] = { 192, 0, 2, 7 };
	static const uint8_t v6[] = { 0x20, 1, 0xd, 0xb8, 0, 1, 0, 2 };
	assert_source("192.0.2.7", v4, sizeof(v4));
	assert_source("[::ffff:192.0.2.7]:9", v4, sizeof(v4));
	assert_source("2001:db8:1:2:3:4:5:6", v6, sizeof(v6));
	assert_source("2001:db8:1:2:ff::1", v6, sizeof(v6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_is_asked_again),
		cmocka_unit_test(who_waits_has_its_time),
		cmocka_unit_test(a_session_knows_where_from),
	};
	return cmocka_run_group_tests_name("waits", tests, NULL, NULL);
}
