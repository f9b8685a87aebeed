#include "story.h"

#include "../written.h"
#include "masc/wire.h"
#include "sim/scenario_int.h"
#include "wire/rd.h"

/* Claims in scenarios: what verbs, messages and conditions mean, and that the
 * invariants notice what they are for. */

#define STORY_X STORY_RAW

static struct story *story(const char *lines)
{
	char text[4096];
	struct text t = TEXT_OF(text);
	text_str(&t, STORY_X);
	text_str(&t, lines);
	return story_new(text);
}

static const struct masc_command *command(struct story *t)
{
	assert_int_equal(t->s->n_actions, 1);
	assert_int_equal(t->s->actions[0].verb, SCN_COMMAND);
	return &t->s->actions[0].command->masc;
}

static void a_claim_by_size(void **state)
{
	struct story *t =
		story("at 1s command a masc claim 300 scope org family ipv4 for 90s at 5m\n");
	const struct masc_command *c = command(t);
	assert_int_equal(c->kind, MASC_COMMAND_CLAIM);
	assert_true(c->addresses == 300);
	assert_int_equal(c->prefix.family, 0);
	assert_int_equal(c->family, MASC_IPV4);
	assert_true(span_eq(c->scope, span_str("org")));
	assert_true(c->for_us == 90 * MONO_SEC);
	assert_true(t->s->actions[0].from_in == 5 * MONO_MIN);
	story_free(t);
	t = story("at 1s command a masc claim /24\n");
	assert_true(command(t)->addresses == 256);
	story_free(t);
}

static void a_claim_by_range(void **state)
{
	struct story *t = story("at 1s command a masc claim 239.192.8.0/24\n");
	const struct masc_command *c = command(t);
	assert_int_equal(c->prefix.family, MASC_IPV4);
	assert_int_equal(c->prefix.length, 24);
	assert_int_equal(c->prefix.address[2], 8);
	story_free(t);
}

static void other_commands(void **state)
{
	struct story *t = story("at 1s command a masc demand 12 for 1h\n");
	assert_int_equal(command(t)->kind, MASC_COMMAND_DEMAND);
	assert_true(t->s->actions[0].for_us == MONO_HOUR);
	story_free(t);
	t = story("at 1s command a masc demand-end 7\n");
	assert_int_equal(command(t)->kind, MASC_COMMAND_DEMAND_END);
	assert_true(command(t)->number == 7);
	story_free(t);
	t = story("at 1s command a masc withdraw 239.192.8.0/24\n");
	assert_int_equal(command(t)->kind, MASC_COMMAND_WITHDRAW);
	assert_int_equal(command(t)->prefix.length, 24);
	story_free(t);
	t = story("at 1s command a masc resolve 3 yield\n");
	assert_int_equal(command(t)->kind, MASC_COMMAND_RESOLVE);
	assert_true(command(t)->yield);
	story_free(t);
}

static void refused(const char *line, const char *words)
{
	char text[4096], buffer[512];
	struct text t = TEXT_OF(text), why = TEXT_OF(buffer);
	struct failing_env f;
	struct scenario *s;
	uint32_t at = 0;
	failing_env_init(&f, 1);
	text_str(&t, STORY_X);
	text_str(&t, line);
	assert_int_equal(scenario_read(&s, span_str(text), &f.env, &at, &why), ERR_MALFORMED);
	if (!strstr(why.p, words))
		fail_msg("\"%s\" does not say \"%s\"", why.p, words);
	failing_env_assert_clean(&f);
}

static void what_makes_no_sense_is_refused(void **state)
{
	refused("at 1s command a masc clame 12\n", "peer, claim, demand");
	refused("at 1s command a masc claim many\n", "addresses, /LENGTH or a prefix");
	refused("at 1s command a masc claim 12 of s\n", "scope, family, for or at");
	refused("at 1s command a masc claim 12 family ipx\n", "ipv4 or ipv6");
	refused("at 1s command a masc demand 239.0.0.0/8\n", "a number of addresses");
	refused("at 1s command a masc withdraw here\n", "a prefix");
	refused("at 1s command a masc resolve 1 perhaps\n", "keep or yield");
	refused("at 1s send x claim new\n", "prefix=... is missing");
	refused("at 1s send x claim old prefix=239.0.0.0/8\n", "in-use");
	refused("at 1s send x claim new prefix=239.0.0.0/8 tail=1\n", "=value");
	refused("expect own a lost = 1\n", "wanted, scheduled");
	refused("expect holds a 10.0.0.0/8\n", "a prefix");
	refused("expect knows a old 239.0.0.0/8\n", "in-use, denied");
	refused("expect known a new\n", "comparison");
	refused("expect knows a new 239.0.0.0/8 stamped like new 239.0.0.0/8\n", "as");
	refused("expect knows a new 239.0.0.0/8 stamped as old 239.0.0.0/8\n", "in-use");
}

/* The simulator writes attributes by hand: the core's codec reads the same. */
static void a_claim_in_words_is_the_wire_format(void **state)
{
	struct story *t = story("at 1s send x claim expand prefix=239.192.8.0/22 role=child "
				"domain=7 node=8 stamp=-5s life=60s hold=9s d=yes\n");
	const struct scn_action *a = &t->s->actions[0];
	struct wire_error error;
	struct wire_item item;
	struct wire_claim c;
	assert_int_equal(a->n_stamps, 1);
	assert_int_equal(a->stamps[0], 12);
	struct span rest = { a->bytes.p + WIRE_HEADER, a->bytes.n - WIRE_HEADER };
	assert_true(wire_item_next(&rest, &item, &error));
	assert_int_equal(rest.n, 0);
	assert_int_equal(wire_claim_read(&item, MASC_IPV4, &c, &error), WIRE_TAKEN);
	assert_int_equal(c.type, WIRE_CLAIM_TO_EXPAND);
	assert_int_equal(c.role, MASC_CHILD);
	assert_true(c.deprecated);
	assert_int_equal(c.timestamp, (uint32_t)-5);
	assert_int_equal(c.lifetime, 60);
	assert_int_equal(c.hold_time, 9);
	assert_int_equal(c.domain.octets[15], 7);
	assert_int_equal(c.node.octets[15], 8);
	assert_int_equal(c.prefix_length, 22);
	assert_memory_equal(c.address, ((uint8_t[]){ 239, 192, 8, 0 }), 4);
	story_free(t);
}

static void several_claims_are_one_message(void **state)
{
	struct story *t = story("at 1s send x claim new prefix=239.192.8.0/24 , "
				"in-use prefix=239.192.9.0/24 life=1h , new prefix=hint/24\n");
	const struct scn_action *a = &t->s->actions[0];
	assert_int_equal(a->n_stamps, 3);
	assert_int_equal(a->bytes.n, 4 + 3 * 36);
	/* The hold time of what is held is its lifetime, else two seconds. */
	assert_int_equal(a->bytes.p[4 + 19], 2);
	assert_int_equal(a->bytes.p[4 + 36 + 18] << 8 | a->bytes.p[4 + 36 + 19], 3600);
	assert_memory_equal(a->bytes.p + 4 + 72 + 28, ((uint8_t[4]){ 0 }), 4);
	story_free(t);
}

/* A node that is there, for invariants to be asked about. */
struct bench {
	struct story *t;
	struct machine *m;
};

static void begin(struct bench *b)
{
	b->t = story("at 5s nothing\n");
	story_run(b->t, 1, NULL);
	b->m = machine_of(b->t->w->sites[0]);
	assert_false(b->t->w->broken);
}

static void any_claim_event(struct bench *b, enum masc_life from, enum masc_life to,
			    enum masc_reason why, bool local)
{
	struct masc_event e = { .kind = MASC_EVENT_CLAIM,
				.number = 1,
				.life_from = from,
				.life = to,
				.local = local,
				.why = why };
	assert_int_equal(masc_prefix_parse(span_str("239.192.8.0/24"), &e.prefix), OK);
	invariant_claim_out(b->m, &e);
	invariant_claim_after(b->m);
}

static void claim_event(struct bench *b, enum masc_life from, enum masc_life to,
			enum masc_reason why)
{
	any_claim_event(b, from, to, why, false);
}

static void local_event(struct bench *b, enum masc_life from, enum masc_life to,
			enum masc_reason why)
{
	any_claim_event(b, from, to, why, true);
}

static void is_broken(struct bench *b, const char *words)
{
	assert_true(b->t->w->broken);
	if (!strstr(b->t->w->why, words))
		fail_msg("\"%s\" does not say \"%s\"", b->t->w->why, words);
	story_free(b->t);
}

/* SIM-6.9 */
static void held_too_early(void **state)
{
	struct bench b;
	begin(&b);
	local_event(&b, MASC_LIFE_SCHEDULED, MASC_LIFE_WAITING, MASC_REASON_DEMAND);
	b.t->w->now += 2 * MONO_SEC;
	local_event(&b, MASC_LIFE_WAITING, MASC_LIFE_HELD, MASC_REASON_WAITED);
	assert_false(b.t->w->broken);
	local_event(&b, MASC_LIFE_HELD, MASC_LIFE_GROWING, MASC_REASON_GROW_DUE);
	b.t->w->now += 2 * MONO_SEC - 5 * MONO_MS;
	local_event(&b, MASC_LIFE_GROWING, MASC_LIFE_HELD, MASC_REASON_WAITED);
	is_broken(&b, "before its waiting period is over: 239.192.8.0/24");
}

/* SIM-6.9: no sibling was there to object. */
static void held_unheard(void **state)
{
	struct bench b;
	b.t = story_new("node a { address = 192.0.2.1\n masc { domain = 64500; node = 5\n"
			"profile = lab\n scope org { range = 239.192.0.0/14; root = yes }\n"
			"peer b { address = 192.0.2.2; role = sibling; domain = 64501 } } }\n"
			"at 5s nothing\n");
	story_run(b.t, 1, NULL);
	b.m = machine_of(b.t->w->sites[0]);
	claim_event(&b, MASC_LIFE_SCHEDULED, MASC_LIFE_WAITING, MASC_REASON_DEMAND);
	b.t->w->now += 9 * MONO_SEC;
	claim_event(&b, MASC_LIFE_WAITING, MASC_LIFE_HELD, MASC_REASON_WAITED);
	is_broken(&b, "held though nobody could object for a waiting period: 239.192.8.0/24");
}

/* SIM-6.9 */
static void a_piece_of_nothing(void **state)
{
	struct bench b;
	begin(&b);
	claim_event(&b, MASC_LIFE_HELD, MASC_LIFE_HELD, MASC_REASON_WAITED);
	is_broken(&b, "a piece of nothing that was held: 239.192.8.0/24");
}

/* SIM-6.9 */
static void held_without_a_claim(void **state)
{
	struct bench b;
	begin(&b);
	claim_event(&b, MASC_LIFE_WANTED, MASC_LIFE_HELD, MASC_REASON_DEMAND);
	is_broken(&b, "held without a claim");
}

/* SIM-6.10 */
static void lost_in_a_crash(void **state)
{
	char text[1024];
	struct text t = TEXT_OF(text);
	struct bench b;
	text_str(&t, "node a { address = 192.0.2.1\n masc { domain = 64500; node = 5\n"
		     "profile = lab\n scope org { range = 239.192.0.0/14; root = yes } } }\n"
		     "at 1s command a masc claim 239.192.8.0/24 for 10m\n"
		     "within 8s expect holds a 239.192.8.0/24\nat 10s nothing\n");
	b.t = story_new(text);
	story_run(b.t, 1, NULL);
	b.m = machine_of(b.t->w->sites[0]);
	if (b.t->w->broken)
		fail_msg("%s", b.t->w->why);
	assert_false(list_empty(&b.m->kept));
	store_mem_wipe(b.m->mem);
	machine_kill(b.m, SCN_ROLLBACK, false);
	machine_start(b.m);
	is_broken(&b, "lost in a crash though told as held: 239.192.8.0/24");
}

/* Of two that are known, which have the same Timestamp. */
static void stamped_alike(void **state)
{
	story_holds(
		"node a { address = 192.0.2.1\n masc { domain = 64500; node = 5; profile = lab\n"
		" peer x { address = 192.0.2.66; role = child; domain = 64501; passive = yes } } }\n"
		"peer x { address = 192.0.2.66; role = parent; domain = 64501; node = 7 }\n"
		"at 1s connect x a\n"
		"at 1s send x open + keepalive + claim managed prefix=239.192.8.0/22 "
		"stamp=-7s , managed prefix=239.192.12.0/22 stamp=-6s , in-use "
		"prefix=239.192.8.0/24 role=child domain=9 node=9 stamp=-7s + keepalive\n"
		"at 2s nothing\n"
		"expect knows a in-use 239.192.8.0/24\n"
		"expect knows a in-use 239.192.8.0/24 stamped as managed 239.192.8.0/22\n"
		"expect not knows a in-use 239.192.8.0/24 stamped as managed "
		"239.192.12.0/22\n"
		"expect not knows a in-use 239.192.8.0/24 stamped as managed "
		"239.192.0.0/22\n"
		"expect not knows a in-use 239.192.8.0/25 stamped as managed "
		"239.192.8.0/22\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_claim_by_size),
		cmocka_unit_test(a_claim_by_range),
		cmocka_unit_test(other_commands),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_claim_in_words_is_the_wire_format),
		cmocka_unit_test(several_claims_are_one_message),
		cmocka_unit_test(held_too_early),
		cmocka_unit_test(held_unheard),
		cmocka_unit_test(a_piece_of_nothing),
		cmocka_unit_test(held_without_a_claim),
		cmocka_unit_test(lost_in_a_crash),
		cmocka_unit_test(stamped_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
