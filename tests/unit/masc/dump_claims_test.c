/* What a new session is told, in which order, up to the mark: MASC-12.1, 12.2. */
#include "kin.h"

/* One of each kind in every space, put in so that the slots are in no order that
 * a dump could be in by chance. */
static void know_all(struct kin *k)
{
	static const struct {
		const char *space, *from, *claim;
	} all[] = {
		{ "7", "east", "withdraw s 30.31 234.3.0.0/24" },
		{ "7", "north2", "denied p 30.31 234.3.2.0/24" },
		{ "7", "east", "new s 30.31 234.3.1.0/24" },
		{ "7", "ours", "new i 100.10 234.1.1.0/24" },
		{ "7", "ours", "withdraw i 100.10 234.1.3.0/24" },
		{ "7", "east", "grow s 30.31 234.3.0.0/23" },
		{ "7", "east", "use s 30.31 234.3.0.0/24" },
		{ "7", "ours", "managed i 100.10 234.1.0.0/24 D" },
		{ "7", "north2", "withdraw p 7.72 234.9.0.0/16" },
		{ "7", "north2", "managed p 7.72 234.0.0.0/8" },
		{ "8", "ours", "use i 100.10 235.1.0.0/24" },
		{ "8", "other", "managed p 8.81 235.0.0.0/8" },
		{ "below", "south2", "withdraw c 210.211 234.1.0.192/26" },
		{ "below", "ours", "denied i 210.211 234.1.0.160/28" },
		{ "below", "south2", "new c 210.211 234.1.0.128/28" },
		{ "below", "south2", "use c 210.211 234.1.0.0/28" },
		{ "below", "ours", "use c 100.10 234.1.0.16/28" },
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		kin_know(k, all[i].space, all[i].from, all[i].claim);
}

static void known(struct kin *k)
{
	kin_usual(k);
	kin_all_up(k);
	know_all(k);
	kin_reset(k);
}

/* The session anew, so that all is told. */
static const char *told_anew(struct kin *k, const char *name)
{
	kin_lose(k, name);
	kin_up(k, name);
	return kin_told(k, name);
}

static const char up_list[] =
	"managed p 7.72 234.0.0.0/8; withdraw p 7.72 234.9.0.0/16; "
	"use s 30.31 234.3.0.0/24; use i 100.10 234.1.0.0/24; "
	"new s 30.31 234.3.1.0/24; new i 100.10 234.1.1.0/24; grow s 30.31 234.3.0.0/23; "
	"denied p 30.31 234.3.2.0/24; "
	"withdraw s 30.31 234.3.0.0/24; withdraw i 100.10 234.1.3.0/24 / K";

static void to_a_parent(void **state)
{
	struct kin k;
	known(&k);
	assert_string_equal(told_anew(&k, "north"), up_list);
	assert_string_equal(told_anew(&k, "other"), "use i 100.10 235.1.0.0/24 / K");
	kin_fini(&k);
}

static void to_a_sibling(void **state)
{
	struct kin k;
	known(&k);
	assert_string_equal(told_anew(&k, "west"), up_list);
	kin_fini(&k);
}

static void to_a_child(void **state)
{
	struct kin k;
	known(&k);
	assert_string_equal(told_anew(&k, "south"),
			    "managed i 100.10 234.1.0.0/24 D; managed i 100.10 235.1.0.0/24; "
			    "withdraw i 100.10 234.1.3.0/24; "
			    "use c 210.211 234.1.0.0/28; use c 100.10 234.1.0.16/28; "
			    "new c 210.211 234.1.0.128/28; denied i 210.211 234.1.0.160/28; "
			    "withdraw c 210.211 234.1.0.192/26 / K");
	kin_fini(&k);
}

static void to_an_internal_peer(void **state)
{
	struct kin k;
	known(&k);
	assert_string_equal(
		told_anew(&k, "inner"),
		"managed p 7.72 234.0.0.0/8; managed p 8.81 235.0.0.0/8; "
		"withdraw p 7.72 234.9.0.0/16; "
		"use s 30.31 234.3.0.0/24; managed i 100.10 234.1.0.0/24 D; "
		"managed i 100.10 235.1.0.0/24; "
		"new s 30.31 234.3.1.0/24; new i 100.10 234.1.1.0/24; grow s 30.31 234.3.0.0/23; "
		"denied p 30.31 234.3.2.0/24; "
		"withdraw s 30.31 234.3.0.0/24; withdraw i 100.10 234.1.3.0/24; "
		"use c 210.211 234.1.0.0/28; use c 100.10 234.1.0.16/28; "
		"new c 210.211 234.1.0.128/28; denied i 210.211 234.1.0.160/28; "
		"withdraw c 210.211 234.1.0.192/26 / K");
	kin_fini(&k);
}

/* MASC-13.28: not in a dump either where it would not be believed; they hear it
 * from its origin. */
static void what_would_not_be_believed(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	rig_set(&k.r, "strict_origin=yes");
	rig_scope(&k.r, "org range=239.192.0.0/14");
	kin_family(&k);
	kin_start(&k);
	kin_all_up(&k);
	know_all(&k);
	kin_reset(&k);
	const char *ours = "use i 100.10 234.1.0.0/24; new i 100.10 234.1.1.0/24; "
			   "withdraw i 100.10 234.1.3.0/24 / K";
	assert_string_equal(told_anew(&k, "north"), ours);
	assert_string_equal(told_anew(&k, "west"), ours);
	kin_fini(&k);
}

/* It knows what it told in this session; not what it told in one before. */
static void not_back_to_whom_it_came_from(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24");
	kin_know(&k, "7", "ours", "use i 100.10 234.1.0.0/24");
	kin_reset(&k);
	dump_start(kin_inside(&k, "west")->main, k.r.now);
	kin_expect(&k, "west", "use i 100.10 234.1.0.0/24 / K");
	kin_up(&k, "east");
	kin_expect(&k, "east", "use s 20.21 234.2.0.0/24; use i 100.10 234.1.0.0/24 / K");
	kin_fini(&k);
}

/* MASC-12.4: what came from a session that ended is told to nobody, until it is
 * told again. */
static void stale_claims_are_not_told(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24");
	kin_know(&k, "7", NULL, "use s 50.51 234.5.0.0/24");
	kin_lose(&k, "west");
	kin_up(&k, "east");
	kin_expect(&k, "east", "K");
	kin_up(&k, "west");
	kin_expect(&k, "west", "K");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24 ts=1");
	kin_lose(&k, "east");
	kin_up(&k, "east");
	kin_expect(&k, "east", "use s 20.21 234.2.0.0/24 / K");
	kin_fini(&k);
}

/* The equal attribute, by the front door; nothing is to be done about it. */
static void hear_again(struct kin *k, const char *name, const char *claim)
{
	struct wire_claim c = kin_claim(k, claim);
	struct heard h;
	uint8_t subcode;
	assert_int_equal(accept_claim(kin_inside(k, name)->main, &c, k->r.now, &h, &subcode),
			 ACCEPTED_NOT);
	spread_flush(k->r.m, k->r.now);
	kin_take(k);
}

/* MASC-12.4: then it is, to those who were told all without it: not to who told
 * it, nor to who knows it from before. */
static void told_again_it_goes_on(void **state)
{
	static const char use[] = "use s 20.21 234.2.0.0/24";
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "north");
	kin_up(&k, "west");
	kin_up(&k, "inner");
	kin_know(&k, "7", "west", use);
	kin_pass(&k, MONO_SEC);
	kin_lose(&k, "west");
	kin_pass(&k, MONO_SEC);
	kin_up(&k, "east");
	kin_up(&k, "south");
	kin_up(&k, "west");
	kin_reset(&k);
	hear_again(&k, "west", "use i 20.21 234.2.0.0/24 ts=-2");
	kin_expect(&k, "east", "use s 20.21 234.2.0.0/24");
	kin_expect(&k, "west", "");
	kin_expect(&k, "inner", "");
	kin_expect(&k, "south", "");
	kin_expect(&k, "north", "");
	/* It is fresh, and no news again. */
	hear_again(&k, "west", "use i 20.21 234.2.0.0/24 ts=-2");
	kin_expect(&k, "east", "");
	kin_fini(&k);
}

/* What lay there for longer than the last session was told to nobody who is up. */
static void told_again_after_long(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "east");
	kin_up(&k, "inner");
	kin_know(&k, "7", NULL, "use s 20.21 234.1.0.0/24");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24");
	kin_pass(&k, MONO_SEC);
	for (int i = 0; i < 2; i++) {
		kin_up(&k, "west");
		kin_lose(&k, "west");
		kin_pass(&k, MONO_SEC);
	}
	kin_up(&k, "west");
	kin_reset(&k);
	hear_again(&k, "west", "use i 20.21 234.1.0.0/24 ts=-3");
	kin_expect(&k, "east", "use s 20.21 234.1.0.0/24");
	hear_again(&k, "west", "use i 20.21 234.2.0.0/24 ts=-3");
	kin_expect(&k, "inner", "use s 20.21 234.1.0.0/24 / use s 20.21 234.2.0.0/24");
	kin_fini(&k);
}

/* A dump that is under way may have passed it. */
static void told_again_during_a_dump(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "west", "use s 20.21 234.2.0.0/24");
	kin_up(&k, "east");
	kin_pass(&k, MONO_SEC);
	kin_lose(&k, "west");
	kin_up(&k, "west");
	/* It began before that, and has not come to its end yet. */
	struct session *east = kin_inside(&k, "east")->main;
	east->dump = env_zalloc(k.r.m->env, 1, 64);
	assert_non_null(east->dump);
	kin_reset(&k);
	hear_again(&k, "west", "use i 20.21 234.2.0.0/24 ts=-1");
	kin_expect(&k, "east", "use s 20.21 234.2.0.0/24");
	dump_stop(east);
	kin_fini(&k);
}

/* What stands below goes to colleagues and children. */
static void told_again_below(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "south");
	kin_know(&k, "below", "south", "use c 200.201 234.9.0.0/28");
	kin_lose(&k, "south");
	kin_up(&k, "south2");
	kin_up(&k, "inner");
	kin_up(&k, "north");
	kin_up(&k, "south");
	kin_reset(&k);
	hear_again(&k, "south", "use i 200.201 234.9.0.0/28");
	kin_expect(&k, "inner", "use c 200.201 234.9.0.0/28");
	kin_expect(&k, "south2", "use c 200.201 234.9.0.0/28");
	kin_expect(&k, "north", "");
	kin_fini(&k);
}

/* Ours go to who could give us the space; third parties' go to nobody. */
static void hints(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_know(&k, "7", "ours", "new i 100.10 hint");
	kin_know(&k, "below", "south", "new c 200.201 hint");
	kin_up(&k, "north");
	kin_expect(&k, "north", "new i 100.10 hint / K");
	kin_up(&k, "inner");
	kin_expect(&k, "inner", "new i 100.10 hint / K");
	kin_up(&k, "west");
	kin_expect(&k, "west", "K");
	kin_up(&k, "south2");
	kin_expect(&k, "south2", "K");
	kin_fini(&k);
}

/* MASC-10.3 */
static void a_border_is_not_crossed(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_know(&k, "7", "ours", "use i 100.10 239.192.1.0/24");
	kin_know(&k, "7", "ours", "use i 100.10 239.196.1.0/24");
	kin_up(&k, "far");
	kin_expect(&k, "far", "use i 100.10 239.196.1.0/24 / K");
	kin_up(&k, "west");
	kin_expect(&k, "west", "use i 100.10 239.192.1.0/24; use i 100.10 239.196.1.0/24 / K");
	kin_fini(&k);
}

/* D8: what is ours waits for what was put before it was first told. */
static void ours_wait_for_their_put(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_know(&k, "7", "ours", "new i 100.10 234.1.0.0/24");
	struct wire_claim c = kin_claim(&k, "new i 100.10 234.1.0.0/24");
	spread(kin_space(&k, "7"), &c, TO_SIBLINGS, NULL, 12, k.r.now);
	kin_up(&k, "west");
	kin_expect(&k, "west", "new i 100.10 234.1.0.0/24@12 / K");
	/* That put is undone: what stands now waits for nothing that will not come. */
	masc_store_failed(k.r.m, 12, ERR_IO, k.r.now);
	kin_up(&k, "east");
	kin_expect(&k, "east", "new i 100.10 234.1.0.0/24 / K");
	spread(kin_space(&k, "7"), &c, 0, NULL, 13, k.r.now);
	masc_store_failed(k.r.m, 14, ERR_IO, k.r.now);
	kin_up(&k, "far");
	kin_expect(&k, "far", "new i 100.10 234.1.0.0/24@13 / K");
	kin_know(&k, "7", "far", "use s 40.41 234.4.0.0/24");
	kin_lose(&k, "east");
	kin_up(&k, "east");
	kin_expect(&k, "east", "use s 40.41 234.4.0.0/24; new i 100.10 234.1.0.0/24@13 / K");
	kin_fini(&k);
}

/* -- slices -- */

static void know_many(struct kin *k, const char *space, const char *from, uint32_t n)
{
	struct wire_claim c = kin_claim(k, "use s 30.31 234.0.0.0/28");
	for (uint32_t i = 0; i < n; i++) {
		c.address[1] = (uint8_t)(i >> 12);
		c.address[2] = (uint8_t)(i >> 4);
		c.address[3] = (uint8_t)(i << 4);
		assert_int_equal(
			cache_put(kin_space(k, space), &c, kin_inside(k, from), false, k->r.now),
			OK);
	}
}

static void a_dump_leaves_in_slices(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "east");
	know_many(&k, "7", "east", 20000);
	kin_up(&k, "west");
	struct kin_peer *west = kin_of(&k, "west");
	size_t before = 0;
	for (int slices = 1;; slices++) {
		kin_take(&k);
		assert_true(west->octets - before <= 256 << 10);
		assert_true(rig_info(&k.r, 3).dumping == (west->keepalives == 0));
		if (west->keepalives)
			break;
		assert_true(west->asks);
		assert_true(west->octets - before > 240 << 10);
		before = west->octets;
		/* Nothing goes out until that has left, whatever time it is. */
		kin_settle(&k);
		kin_take(&k);
		assert_int_equal(west->octets, before);
		kin_drained(&k, "west");
		assert_true(slices < 5);
	}
	assert_int_equal(west->attributes, 20000);
	assert_int_equal(west->keepalives, 1);
	assert_false(west->asks);
	text_clear(&west->told);
	kin_fini(&k);
}

/* Claims that are looked at in vain take time too. */
static void a_slice_looks_at_so_many(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	know_many(&k, "7", "west", 20000);
	kin_know(&k, "7", "ours", "use i 100.10 235.1.0.0/24");
	kin_reset(&k);
	dump_start(kin_inside(&k, "west")->main, k.r.now);
	kin_expect(&k, "west", "");
	rig_next(&k.r);
	kin_expect(&k, "west", "");
	assert_true(rig_info(&k.r, 3).dumping);
	rig_next(&k.r);
	kin_expect(&k, "west", "use i 100.10 235.1.0.0/24 / K");
	kin_fini(&k);
}

/* What happens meanwhile is told at once. */
static void live_news_do_not_wait_for_the_dump(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "east");
	know_many(&k, "7", "east", 8000);
	kin_up(&k, "west");
	kin_take(&k);
	text_clear(&kin_of(&k, "west")->told);
	struct wire_claim c = kin_claim(&k, "use s 40.41 234.9.0.0/24");
	spread(kin_space(&k, "7"), &c, TO_SIBLINGS, NULL, 0, k.r.now);
	spread_flush(k.r.m, k.r.now);
	kin_expect(&k, "west", "use s 40.41 234.9.0.0/24");
	assert_true(rig_info(&k.r, 3).dumping);
	kin_fini(&k);
}

/* A KEEPALIVE before the end would be the mark; UPDATEs keep the session up. */
static void no_keepalive_before_the_mark(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "east");
	know_many(&k, "7", "east", 8000);
	kin_up(&k, "west");
	kin_take(&k);
	text_clear(&kin_of(&k, "west")->told);
	for (int i = 0; i < 3; i++) {
		kin_pass(&k, 3 * MONO_SEC);
		kin_mark(&k, "west");
		kin_mark(&k, "east");
	}
	kin_expect(&k, "west", "");
	kin_drained(&k, "west");
	kin_take(&k);
	assert_int_equal(kin_of(&k, "west")->keepalives, 1);
	text_clear(&kin_of(&k, "west")->told);
	kin_pass(&k, 3 * MONO_SEC);
	kin_expect(&k, "west", "K");
	kin_fini(&k);
}

/* Its end, and a lack of memory, end the dump. */
static void a_dump_ends_with_its_session(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "east");
	know_many(&k, "7", "east", 8000);
	kin_up(&k, "west");
	assert_true(rig_info(&k.r, 3).dumping);
	kin_lose(&k, "west");
	assert_false(rig_info(&k.r, 3).dumping);
	kin_settle(&k);
	kin_reset(&k);
	kin_fini(&k);
}

static void without_memory_a_dump_ends_the_session(void **state)
{
	size_t n = 0;
	bool failed = true;
	while (failed) {
		struct kin k;
		kin_usual(&k);
		kin_know(&k, "7", "ours", "use i 100.10 234.1.0.0/24");
		kin_up(&k, "west");
		kin_reset(&k);
		failing_env_fail_at(&k.r.f, ++n);
		dump_start(kin_inside(&k, "west")->main, k.r.now);
		masc_settle(k.r.m, k.r.now);
		failed = k.r.f.failed;
		failing_env_fail_at(&k.r.f, 0);
		bool up = kin_inside(&k, "west")->main->state == MASC_ESTABLISHED;
		assert_true(up || failed);
		assert_false(rig_info(&k.r, 3).dumping);
		if (up)
			kin_expect(&k, "west", "use i 100.10 234.1.0.0/24 / K");
		kin_fini(&k);
	}
	assert_true(n > 3);
}

/* -- peers that do not read -- */

static void tell_many(struct kin *k, uint32_t n)
{
	struct space *sp = kin_space(k, "7");
	struct wire_claim c = kin_claim(k, "use s 40.41 235.0.0.0/28");
	for (uint32_t i = 0; i < n; i++)
		spread(sp, &c, TO_SIBLINGS, NULL, 0, k->r.now);
	spread_flush(k->r.m, k->r.now);
	kin_take(k);
	for (size_t i = 0; i < k->n; i++)
		text_clear(&k->peers[i].told);
}

static void a_slow_peer_is_told_all_anew(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_know(&k, "7", "ours", "use i 100.10 234.1.0.0/24");
	kin_reset(&k);
	struct kin_peer *west = kin_of(&k, "west");
	tell_many(&k, 6000);
	assert_false(west->asks);
	tell_many(&k, 2000);
	assert_true(kin_inside(&k, "west")->main->link->draining);
	tell_many(&k, 40000);
	/* 1 MiB, and not a message more. */
	assert_true(west->asks);
	assert_in_range(west->octets, 1 << 20, (1 << 20) + 4096);
	assert_true(rig_info(&k.r, 3).dumping);
	size_t before = west->octets;
	tell_many(&k, 1000);
	assert_int_equal(west->octets, before);
	assert_int_equal(rig_info(&k.r, 3).count.resyncs, 0);
	kin_pass(&k, 3 * MONO_SEC);
	kin_expect(&k, "west", "");
	kin_drained(&k, "west");
	kin_expect(&k, "west", "use i 100.10 234.1.0.0/24 / K");
	assert_int_equal(rig_info(&k.r, 3).count.resyncs, 1);
	assert_false(rig_info(&k.r, 3).dumping);
	/* And it is heard of what happens again. */
	before = west->octets;
	tell_many(&k, 100);
	assert_true(west->octets > before);
	kin_fini(&k);
}

/* One that reads is asked now and then, and never falls behind. */
static void a_peer_that_reads_is_told_live(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_reset(&k);
	struct kin_peer *west = kin_of(&k, "west");
	size_t asked = 0;
	for (uint32_t i = 0; i < 60; i++) {
		tell_many(&k, 1000);
		if (!kin_inside(&k, "west")->main->link->draining)
			continue;
		asked++;
		kin_drained(&k, "west");
	}
	assert_int_equal(west->attributes, 60000);
	assert_int_equal(rig_info(&k.r, 3).count.resyncs, 0);
	assert_in_range(asked, 7, 9);
	kin_fini(&k);
}

/* A dump under way is given up when the peer falls behind. */
static void behind_in_the_midst_of_a_dump(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "east");
	know_many(&k, "7", "east", 8000);
	kin_up(&k, "west");
	tell_many(&k, 40000);
	struct kin_peer *west = kin_of(&k, "west");
	size_t before = west->attributes;
	assert_true(kin_inside(&k, "west")->main->behind);
	assert_null(kin_inside(&k, "west")->main->dump);
	do {
		kin_drained(&k, "west");
		kin_take(&k);
		text_clear(&west->told);
	} while (rig_info(&k.r, 3).dumping);
	assert_int_equal(west->attributes - before, 8000);
	assert_int_equal(west->keepalives, 1);
	assert_int_equal(rig_info(&k.r, 3).count.resyncs, 1);
	kin_fini(&k);
}

/* A new configuration may take away what the dump stands at: it begins anew. */
static void a_new_configuration_begins_it_anew(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "east");
	know_many(&k, "7", "east", 8000);
	kin_up(&k, "inner");
	kin_take(&k);
	struct kin_peer *inner = kin_of(&k, "inner");
	text_clear(&inner->told);
	inner->attributes = 0;
	assert_int_equal(masc_reconfigure(k.r.m, &k.r.config, k.r.now), OK);
	do {
		kin_drained(&k, "inner");
		kin_take(&k);
		text_clear(&inner->told);
	} while (rig_info(&k.r, 6).dumping);
	assert_int_equal(inner->attributes, 8000);
	kin_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_a_parent),
		cmocka_unit_test(to_a_sibling),
		cmocka_unit_test(to_a_child),
		cmocka_unit_test(to_an_internal_peer),
		cmocka_unit_test(what_would_not_be_believed),
		cmocka_unit_test(not_back_to_whom_it_came_from),
		cmocka_unit_test(stale_claims_are_not_told),
		cmocka_unit_test(told_again_it_goes_on),
		cmocka_unit_test(told_again_after_long),
		cmocka_unit_test(told_again_during_a_dump),
		cmocka_unit_test(told_again_below),
		cmocka_unit_test(hints),
		cmocka_unit_test(a_border_is_not_crossed),
		cmocka_unit_test(ours_wait_for_their_put),
		cmocka_unit_test(a_dump_leaves_in_slices),
		cmocka_unit_test(a_slice_looks_at_so_many),
		cmocka_unit_test(live_news_do_not_wait_for_the_dump),
		cmocka_unit_test(no_keepalive_before_the_mark),
		cmocka_unit_test(a_dump_ends_with_its_session),
		cmocka_unit_test(without_memory_a_dump_ends_the_session),
		cmocka_unit_test(a_slow_peer_is_told_all_anew),
		cmocka_unit_test(a_peer_that_reads_is_told_live),
		cmocka_unit_test(behind_in_the_midst_of_a_dump),
		cmocka_unit_test(a_new_configuration_begins_it_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
