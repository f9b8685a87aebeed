/* PNRP-7.24 to PNRP-7.27: whom a node names to others. */
#include "rig.h"

/* One node with one name, and a stranger that asks it. */
struct one {
	struct rig r;
	struct pnrp *p;
	struct pnrp_endpoint asker;
	struct pnrp_id own;
	struct pnrp_lookup ask; /* change and ask */
	struct pnrp_buffer told;
	uint8_t octets[PNRP_PIECE];
	uint32_t number;
};

static void one_init(struct one *x)
{
	memset(x, 0, sizeof(*x));
	rig_init(&x->r, CRYPTO_MODERN);
	rig_add(&x->r);
	rig_publish(&x->r, 0, "0.here");
	x->p = x->r.node[0]->p;
	x->own = rig_id(&x->r, 0);
	x->asker = rig_at(&x->r, RIG_STRANGER);
	x->ask.target = rig_above(x->own, 0);
	x->ask.target.w[0] ^= UINT64_C(1) << 40; /* near, and not ours */
	x->ask.path.n = 1;
	x->ask.path.at[0] = x->asker;
}

static void one_free(struct one *x)
{
	rig_fini(&x->r);
}

/* An ID that shares so many leading bits with the target. */
static struct pnrp_id near(const struct one *x, uint32_t common)
{
	struct pnrp_id id = x->ask.target;
	id.w[common / 64] ^= UINT64_C(1) << (63 - common % 64);
	return id;
}

/* Cached at an address of its own. */
static struct pnrp_entry *know(struct one *x, const struct pnrp_id *id, uint8_t last, bool proven)
{
	struct pnrp_endpoint at = x->asker;
	at.ip[15] = last;
	struct pnrp_route r = rig_route(id, &at);
	struct pnrp_entry *e = pnrp_cache_put(x->p->cache, &r, proven, x->r.now);
	assert_non_null(e);
	if (proven)
		pnrp_leaf_insert(x->p, e);
	return e;
}

/* What the node says to x->ask: always just one thing. */
static const struct pnrp_buffer *ask(struct one *x)
{
	struct pnrp_message m = { .type = PNRP_LOOKUP, .lookup = x->ask }, a;
	rig_forget(&x->r);
	rig_say(&x->r, 0, &x->asker, &m, ++x->number);
	assert_true(rig_heard_at(&x->r, &x->asker, &a));
	assert_int_equal(a.type, PNRP_AUTHORITY);
	assert_int_equal(a.authority.acked, x->number);
	assert_true(a.authority.piece.n <= sizeof(x->octets));
	memcpy(x->octets, a.authority.piece.p, a.authority.piece.n);
	struct span whole = span_of(x->octets, a.authority.piece.n);
	assert_int_equal(pnrp_buffer_decode(x->r.o.profile, whole, &x->told), OK);
	assert_false(rig_heard_at(&x->r, &x->asker, &a));
	return &x->told;
}

static bool names(const struct pnrp_buffer *b, const struct pnrp_id *id)
{
	return b->has_route && pnrp_id_eq(&b->route.id, id);
}

/* PNRP-7.24 */
static void a_lookup_is_always_answered(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	x.ask.validate = near(&x, 100);
	const struct pnrp_buffer *b = ask(&x);
	assert_true(b->flags & PNRP_AUTHORITY_NOT);
	x.ask.validate = x.own;
	b = ask(&x);
	assert_false(b->flags & PNRP_AUTHORITY_NOT);
	assert_false(b->has_route);
	assert_false(b->flags & PNRP_AUTHORITY_BUSY);
	memset(&x.ask.validate, 0, sizeof(x.ask.validate));
	assert_false(ask(&x)->flags & PNRP_AUTHORITY_NOT);
	one_free(&x);
}

/* PNRP-7.25: our own, for whoever asks no ID or one that is not here. */
static void our_own_id_is_named(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	assert_true(names(ask(&x), &x.own));
	assert_int_equal(x.told.route.n, 1);
	assert_memory_equal(x.told.route.ip[0], x.r.node[0]->at.ip, 16);
	x.ask.validate = near(&x, 100);
	assert_true(names(ask(&x), &x.own));
	x.ask.path.at[x.ask.path.n++] = x.r.node[0]->at;
	assert_false(ask(&x)->has_route); /* it was asked before */
	one_free(&x);
}

static void another_own_id_is_named_when_it_is_closer(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	rig_publish(&x.r, 0, "0.there");
	struct pnrp_own *other = LIST_ENTRY(x.p->own.prev, struct pnrp_own, in);
	x.ask.target = rig_above(other->id, 9);
	x.ask.validate = x.own;
	assert_true(names(ask(&x), &other->id));
	x.ask.validate = other->id;
	assert_false(ask(&x)->has_route);
	one_free(&x);
}

static void a_cached_entry_is_named_when_it_is_closer(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	x.ask.validate = x.own; /* shares 23 bits */
	struct pnrp_id nearer = near(&x, 30), farther = near(&x, 10);
	know(&x, &farther, 2, false);
	assert_false(ask(&x)->has_route);
	x.ask.flags = PNRP_LOOKUP_ANY;
	assert_true(names(ask(&x), &farther));
	know(&x, &nearer, 3, false);
	x.ask.flags = 0;
	assert_true(names(ask(&x), &nearer));
	one_free(&x);
}

static void an_id_of_zero_makes_no_condition(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	x.ask.path.at[x.ask.path.n++] = x.r.node[0]->at;
	struct pnrp_id far = near(&x, 0);
	know(&x, &far, 2, false);
	assert_true(names(ask(&x), &far));
	one_free(&x);
}

static void nobody_on_the_path_is_named(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	x.ask.validate = x.own;
	struct pnrp_id a = near(&x, 40), b = near(&x, 30);
	struct pnrp_endpoint at = x.asker;
	know(&x, &a, 2, false);
	know(&x, &b, 3, false);
	at.ip[15] = 2;
	x.ask.path.at[x.ask.path.n++] = at;
	for (int i = 0; i < 20; i++)
		assert_true(names(ask(&x), &b));
	at.ip[15] = 3;
	x.ask.path.at[x.ask.path.n++] = at;
	assert_false(ask(&x)->has_route);
	one_free(&x);
}

static void the_closer_of_two_is_named(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	struct pnrp_id nearer = near(&x, 30), farther = near(&x, 10);
	know(&x, &farther, 2, false);
	assert_true(names(ask(&x), &x.own));
	know(&x, &nearer, 3, false);
	int counted = 0;
	for (int i = 0; i < 30; i++)
		counted += names(ask(&x), &nearer);
	assert_true(counted >= 10); /* two thirds, the rest our own */
	one_free(&x);
}

/* PNRP-7.26 */
static void the_nearest_three_are_named_four_two_one(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	x.ask.validate = x.own;
	struct pnrp_id id[4];
	int counted[4] = { 0 };
	for (uint8_t i = 0; i < 4; i++) {
		id[i] = near(&x, 60u - 5u * i);
		know(&x, &id[i], (uint8_t)(2 + i), false);
	}
	for (int n = 0; n < 700; n++) {
		ask(&x);
		for (int i = 0; i < 4; i++)
			counted[i] += names(&x.told, &id[i]);
	}
	assert_in_range(counted[0], 350, 450);
	assert_in_range(counted[1], 150, 250);
	assert_in_range(counted[2], 60, 140);
	assert_int_equal(counted[3], 0);
	assert_int_equal(counted[0] + counted[1] + counted[2], 700);
	one_free(&x);
}

static void a_registration_of_the_name_itself_goes_before_chance(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	x.ask.validate = x.own;
	struct pnrp_id same = near(&x, 140), other = near(&x, 120);
	know(&x, &same, 2, false);
	know(&x, &other, 3, false);
	for (int i = 0; i < 50; i++)
		assert_true(names(ask(&x), &same));
	one_free(&x);
}

/* PNRP-7.27 */
static void l_says_that_the_target_would_be_known(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	x.ask.validate = x.own;
	assert_true(ask(&x)->flags & PNRP_AUTHORITY_LEAF); /* fewer than five a side */
	struct pnrp_id target = x.ask.target;
	x.ask.target = x.own;
	assert_true(ask(&x)->flags & PNRP_AUTHORITY_LEAF); /* correction 10 */
	for (uint8_t i = 1; i <= 5; i++) {
		struct pnrp_id up = rig_above(x.own, i), down = x.own;
		for (uint8_t k = 0; k < i; k++)
			down = pnrp_id_previous(&down);
		know(&x, &up, (uint8_t)(i + 20), true);
		know(&x, &down, (uint8_t)(i + 30), true);
	}
	assert_true(ask(&x)->flags & PNRP_AUTHORITY_LEAF);
	x.ask.target = target; /* outside of it now */
	x.ask.validate = near(&x, 100);
	assert_false(ask(&x)->flags & PNRP_AUTHORITY_LEAF);
	one_free(&x);
}

static void who_can_name_somebody_does_not_say_l(void **state)
{
	(void)state;
	struct one x;
	one_init(&x);
	x.ask.validate = x.own;
	struct pnrp_id nearer = near(&x, 30);
	know(&x, &nearer, 2, false);
	assert_false(ask(&x)->flags & PNRP_AUTHORITY_LEAF);
	one_free(&x);
}

static void the_best_match_of_the_asker_is_tried(void **state)
{
	(void)state;
	struct one x;
	struct pnrp_message m;
	one_init(&x);
	struct pnrp_endpoint at = x.asker;
	at.ip[15] = 77;
	struct pnrp_id id = near(&x, 5);
	x.ask.has_best = true;
	x.ask.best = rig_route(&id, &at);
	ask(&x);
	assert_true(rig_heard_at(&x.r, &at, &m));
	assert_int_equal(m.type, PNRP_INQUIRE);
	assert_true(pnrp_id_eq(&m.inquire.validate, &id));
	assert_null(pnrp_cache_find(x.p->cache, &id));
	one_free(&x);
}

/* An answer is not larger than what asked for it: nobody is amplified. */
static void an_answer_is_no_larger_than_its_question(void **state)
{
	(void)state;
	struct one x;
	struct pnrp_message a;
	uint8_t octets[PNRP_DATAGRAM_MAX];
	size_t asked, answered;
	one_init(&x);
	ask(&x);
	struct pnrp_message m = { .type = PNRP_LOOKUP, .lookup = x.ask };
	assert_int_equal(pnrp_encode(x.r.o.profile, &m, octets, sizeof(octets), &asked), OK);
	rig_say(&x.r, 0, &x.asker, &m, ++x.number);
	assert_true(rig_heard_at(&x.r, &x.asker, &a));
	assert_int_equal(pnrp_encode(x.r.o.profile, &a, octets, sizeof(octets), &answered), OK);
	assert_true(answered <= asked);
	one_free(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lookup_is_always_answered),
		cmocka_unit_test(our_own_id_is_named),
		cmocka_unit_test(another_own_id_is_named_when_it_is_closer),
		cmocka_unit_test(a_cached_entry_is_named_when_it_is_closer),
		cmocka_unit_test(an_id_of_zero_makes_no_condition),
		cmocka_unit_test(nobody_on_the_path_is_named),
		cmocka_unit_test(the_closer_of_two_is_named),
		cmocka_unit_test(the_nearest_three_are_named_four_two_one),
		cmocka_unit_test(a_registration_of_the_name_itself_goes_before_chance),
		cmocka_unit_test(l_says_that_the_target_would_be_known),
		cmocka_unit_test(who_can_name_somebody_does_not_say_l),
		cmocka_unit_test(the_best_match_of_the_asker_is_tried),
		cmocka_unit_test(an_answer_is_no_larger_than_its_question),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
