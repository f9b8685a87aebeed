/* The session machine: a session's life (MASC-4). */
#include "rig.h"

static void opens_by_dialling(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_expect(&r, "");
	assert_int_equal(masc_deadline(r.m).us, r.now.us);
	rig_tick(&r);
	rig_expect(&r, "dial 1; state idle>connect");
	rig_up(&r, 1);
	rig_expect(&r, "send 1 OPEN; state connect>opensent");
	rig_open(&r, 1, MASC_PARENT, 9, 7, 1, 0);
	rig_expect(&r, "send 1 KEEPALIVE; state opensent>openconfirm");
	rig_keepalive(&r, 1);
	rig_expect(&r, "state openconfirm>established; up");
	rig_fini(&r);
}

static void opens_when_called(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_discard(&r);
	rig_down(&r, 1, ERR_REFUSED);
	rig_expect(&r, "dial-failed REFUSED; state connect>active");
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_expect(&r, "send 2 OPEN; state active>opensent");
	rig_open(&r, 2, MASC_PARENT, 9, 7, 1, 0);
	rig_keepalive(&r, 2);
	rig_expect(&r, "send 2 KEEPALIVE; state opensent>openconfirm; "
		       "state openconfirm>established; up");
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_by_dialling),
		cmocka_unit_test(opens_when_called),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
