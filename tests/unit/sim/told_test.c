#include "story.h"

#include "masc/wire.h"
#include "wire/wr.h"

/* SIM-6.14, SIM-6.15: outputs that no node of ours puts out are held against what
 * its store really has. */

#define NODE                                                                                       \
	"node a { address = 192.0.2.1; store-delay = 100ms\n masc { domain = 64500; node = 5\n"    \
	"profile = lab\n scope org { range = 239.192.0.0/14; root = yes } } }\n"

/* Held, and on disk. */
#define HOLDS                                                                                      \
	NODE "at 1s command a masc claim 239.192.8.0/24 for 10m\n"                                 \
	     "within 8s expect holds a 239.192.8.0/24\nat 10s nothing\n"

struct bench {
	struct story *t;
	struct machine *m;
	struct masc_own_info own;
	struct wire_claim claim; /* as the node would send it */
};

static void begin(struct bench *b, const char *text)
{
	*b = (struct bench){ .t = story_new(text) };
	story_run(b->t, 1, NULL);
	if (b->t->w->broken)
		fail_msg("%s", b->t->w->why);
	b->m = machine_of(b->t->w->sites[0]);
	b->m->input_put = store_mem_newest(b->m->mem);
	assert_int_equal(masc_own_count(node_masc(b->m->node)), 1);
	masc_own_info(node_masc(b->m->node), 0, &b->own);
	bool held = b->own.prefix.family;
	const struct masc_prefix *p = held ? &b->own.prefix : &b->own.wanted;
	b->claim = (struct wire_claim){ .type = held ? WIRE_PREFIX_IN_USE : WIRE_NEW_CLAIM,
					.family = MASC_IPV4,
					.timestamp = b->own.timestamp,
					.hold_time = 600,
					.prefix_length = p->length };
	b->claim.lifetime = (uint32_t)(b->own.end / MONO_SEC) - b->own.timestamp;
	b->claim.domain = b->m->config->masc.domain;
	b->claim.node = b->m->config->masc.node;
	memcpy(b->claim.address, p->address, sizeof(b->claim.address));
}

static void send(struct bench *b, uint64_t after)
{
	uint8_t octets[WIRE_MESSAGE_MAX];
	struct wr w;
	wire_update_start(&w, octets);
	assert_true(wire_update_add(&w, &b->claim));
	const struct node_out out = { .kind = NODE_OUT_SEND,
				      .bytes = wire_update_end(&w),
				      .after = after };
	invariant_told_out(b->m, &out, NULL);
}

static void event(struct bench *b, enum masc_life life, uint64_t after)
{
	const struct node_event e = { .part = NODE_PART_MASC,
				      .masc = { .kind = MASC_EVENT_CLAIM,
						.number = b->own.number,
						.life = life,
						.prefix = b->own.prefix.family ? b->own.prefix
									       : b->own.wanted } };
	const struct node_out out = { .kind = NODE_OUT_EVENT, .event = &e, .after = after };
	invariant_told_out(b->m, &out, NULL);
}

static void answer(struct bench *b, enum masc_command_kind kind, uint64_t number, uint64_t after)
{
	const struct call call = { .command = { .kind = kind } };
	const struct node_out out = { .kind = NODE_OUT_REPLY,
				      .reply_number = number,
				      .after = after };
	invariant_told_out(b->m, &out, &call);
}

static struct span key_of(uint64_t number, uint8_t room[8])
{
	struct wr w = wr_of(room, 8);
	wr_u64(&w, number);
	return wr_span(&w);
}

/* Its row is deleted, in the open batch. */
static uint64_t delete (struct bench *b)
{
	uint8_t key[8];
	uint64_t put;
	assert_int_equal(store_del(&b->m->store, &masc_table_own, key_of(b->own.number, key), &put),
			 OK);
	return put;
}

static void is_broken(struct bench *b, const char *words)
{
	assert_true(b->t->w->broken);
	if (!strstr(b->t->w->why, words))
		fail_msg("\"%s\" does not say \"%s\"", b->t->w->why, words);
	story_free(b->t);
}

static void is_whole(struct bench *b)
{
	if (b->t->w->broken)
		fail_msg("%s", b->t->w->why);
}

static void what_the_row_says(void **state)
{
	struct bench b;
	begin(&b, HOLDS);
	send(&b, 0);
	event(&b, MASC_LIFE_HELD, 0);
	answer(&b, MASC_COMMAND_CLAIM, b.own.number, 0);
	/* What is another's is not our row's. */
	b.claim.timestamp++;
	b.claim.node.octets[15] ^= 1;
	send(&b, 0);
	b.claim.node.octets[15] ^= 1;
	b.claim.domain.octets[15] ^= 1;
	send(&b, 0);
	is_whole(&b);
	story_free(b.t);
}

static void what_no_row_says(void **state)
{
	struct bench b;
	for (int i = 0; i < 5; i++) {
		begin(&b, HOLDS);
		b.claim.timestamp -= i == 0;
		b.claim.lifetime += i == 1 ? 2 : 0;
		b.claim.address[2] ^= i == 2;
		b.claim.role = i == 3 ? MASC_CHILD : MASC_INTERNAL_PEER;
		b.claim.type = i == 4 ? WIRE_CLAIM_TO_EXPAND : WIRE_PREFIX_IN_USE;
		send(&b, store_mem_newest(b.m->mem));
		is_broken(&b, i == 4 ? "claimed told though the rows say otherwise: 239.192.8"
				     : "held told though the rows say otherwise: 239.192.");
	}
	begin(&b, HOLDS);
	event(&b, MASC_LIFE_GROWING, store_mem_newest(b.m->mem));
	is_broken(&b, "an event told though the rows say otherwise: 239.192.8.0/24");
	begin(&b, HOLDS);
	answer(&b, MASC_COMMAND_CLAIM, b.own.number + 1, 0);
	is_broken(&b, "an answer told though the rows say otherwise: 2");
	begin(&b, HOLDS);
	answer(&b, MASC_COMMAND_DEMAND, b.own.number, 0);
	is_broken(&b, "an answer told though");
	begin(&b, HOLDS);
	answer(&b, MASC_COMMAND_WITHDRAW, b.own.number, 0);
	is_broken(&b, "an answer told though");
}

/* The commit of the claim takes longer than the run. */
static void begin_pending(struct bench *b)
{
	begin(b, NODE "at 500ms store-delay a 1m\nat 1s command a masc claim 239.192.8.0/24\n"
		      "at 1900ms nothing\n");
	assert_int_equal(b->own.life, MASC_LIFE_WAITING);
	assert_true(store_mem_committed(b->m->mem) < store_mem_newest(b->m->mem));
	struct masc_claim_at at = { 0 };
	struct masc_claim_info info;
	assert_true(masc_claim_next(node_masc(b->m->node), &at, NULL, &info));
	b->claim.timestamp = info.timestamp;
	b->claim.lifetime = info.lifetime;
}

static void what_is_not_durable(void **state)
{
	struct bench b;
	begin_pending(&b);
	uint64_t newest = store_mem_newest(b.m->mem);
	send(&b, newest);
	event(&b, MASC_LIFE_WAITING, newest);
	answer(&b, MASC_COMMAND_CLAIM, b.own.number, newest);
	is_whole(&b);
	send(&b, 0);
	is_broken(&b, "claimed told before it is durable: 239.192.8.0/24");
	begin_pending(&b);
	event(&b, MASC_LIFE_WAITING, 0);
	is_broken(&b, "an event told before it is durable: 239.192.8.0/24");
	begin_pending(&b);
	answer(&b, MASC_COMMAND_CLAIM, b.own.number, 0);
	is_broken(&b, "an answer told before it is durable: 1");
}

/* What was put into words in this input may be over at its end. */
static void what_was_so_in_this_input(void **state)
{
	struct bench b;
	begin(&b, HOLDS);
	uint64_t put = delete (&b);
	send(&b, put);
	is_whole(&b);
	b.m->input_put = put;
	send(&b, put);
	is_broken(&b, "held told though the rows say otherwise");
}

static void what_is_given_back(void **state)
{
	struct bench b;
	begin(&b, HOLDS);
	b.claim.type = WIRE_WITHDRAW;
	send(&b, 0);
	is_broken(&b, "withdrawn told though the rows say otherwise: 239.192.8.0/24");
	begin(&b, HOLDS);
	b.claim.type = WIRE_WITHDRAW;
	uint64_t put = delete (&b);
	send(&b, put);
	answer(&b, MASC_COMMAND_WITHDRAW, b.own.number, put);
	event(&b, MASC_LIFE_EXPIRED, put);
	is_whole(&b);
	send(&b, put - 1);
	is_broken(&b, "withdrawn told before it is durable");
}

/* A commit that fails, and a crash, take back what was put. */
static void what_is_undone(void **state)
{
	struct bench b;
	begin(&b, HOLDS);
	uint64_t put = delete (&b);
	b.m->input_put = put;
	invariant_told_undone(b.m, put);
	send(&b, 0);
	is_whole(&b);
	delete (&b);
	machine_kill(b.m, SCN_ROLLBACK, false);
	machine_start(b.m);
	send(&b, 0);
	is_whole(&b);
	machine_kill(b.m, SCN_LOSE, false);
	assert_true(list_empty(&b.m->versions));
	story_free(b.t);
}

/* SIM-6.15 */
static void a_number_used_twice(void **state)
{
	struct bench b;
	uint8_t key[8], row[1280];
	struct span value;
	uint64_t put;
	begin(&b, HOLDS);
	assert_int_equal(store_get(&b.m->store, &masc_table_own, key_of(b.own.number, key), &value),
			 OK);
	memcpy(row, value.p, value.n);
	value.p = row;
	/* The same claim as it goes on. */
	assert_int_equal(
		store_put(&b.m->store, &masc_table_own, key_of(b.own.number, key), value, &put),
		OK);
	/* The next one. */
	assert_int_equal(
		store_put(&b.m->store, &masc_table_own, key_of(b.own.number + 1, key), value, &put),
		OK);
	is_whole(&b);
	delete (&b);
	assert_int_equal(
		store_put(&b.m->store, &masc_table_own, key_of(b.own.number, key), value, &put),
		OK);
	is_broken(&b, "a claim's number used twice: 1");
}

/* Rows that nobody could read say nothing. */
static void a_row_that_cannot_be_read(void **state)
{
	struct bench b;
	uint8_t key[8];
	uint64_t put;
	begin(&b, HOLDS);
	assert_int_equal(store_put(&b.m->store, &masc_table_own, key_of(b.own.number, key),
				   span_str("?"), &put),
			 OK);
	b.m->input_put = put;
	send(&b, put);
	is_broken(&b, "held told though the rows say otherwise");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_row_says),   cmocka_unit_test(what_no_row_says),
		cmocka_unit_test(what_is_not_durable), cmocka_unit_test(what_was_so_in_this_input),
		cmocka_unit_test(what_is_given_back),  cmocka_unit_test(what_is_undone),
		cmocka_unit_test(a_number_used_twice), cmocka_unit_test(a_row_that_cannot_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
