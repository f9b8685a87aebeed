/* The epochs of a group and their keys: what is kept, which one is written under. */
#include "../failing_env.h"
#include "group/keyring.h"
#include "wire/wr.h"

#define DAY INT64_C(86400000000)

struct rig {
	struct failing_env mem;
	struct crypto *c;
	struct group_keyring *k;
	uint8_t gone[4]; /* those removed, by the first octet of their authority */
	size_t n_gone;
	struct graph_guid removals[4];
	size_t n_removals;
};

static void begin(struct rig *t)
{
	memset(t, 0, sizeof *t);
	failing_env_init(&t->mem, 5);
	assert_int_equal(crypto_new(&t->c, &t->mem.env), OK);
	assert_int_equal(group_keyring_new(&t->k, &t->mem.env, t->c), OK);
}

static void end(struct rig *t)
{
	group_keyring_free(t->k);
	crypto_free(t->c);
	failing_env_assert_clean(&t->mem);
}

/* Key and id of the i-th epoch. */
static void key_of(unsigned int i, uint8_t key[GROUP_EPOCH_KEY])
{
	memset(key, (int)(i & 0xff), GROUP_EPOCH_KEY);
	key[0] = (uint8_t)(i >> 8);
}

static const uint8_t *id_of(unsigned int i)
{
	static uint8_t id[GROUP_EPOCH_ID];
	memset(id, (int)(i & 0xff), sizeof id);
	id[0] = (uint8_t)(i >> 8);
	return id;
}

struct made {
	uint32_t number;
	const char *covers, *to; /* letters: Removals, recipients; ascending */
	char maker;
	int64_t until;
	unsigned int record; /* of that epoch, as it was before; 0: its own */
};

static struct graph_guid epochs_record(unsigned int i)
{
	struct graph_guid g;
	memset(g.at, (int)(i & 0xff), sizeof g.at);
	g.at[0] = (uint8_t)(i >> 8);
	return g;
}

static struct graph_guid removal_of(char letter)
{
	struct graph_guid g;
	memset(g.at, letter, sizeof g.at);
	return g;
}

static enum err learn(struct rig *t, unsigned int i, struct made m)
{
	uint8_t covers[64] = { 0 }, to[8 * GROUP_EPOCH_RECIPIENT] = { 0 }, maker[GROUP_AUTHORITY];
	uint8_t key[GROUP_EPOCH_KEY], hash[GROUP_EPOCH_HASH];
	size_t n = strlen(m.covers), n_to = strlen(m.to);
	for (size_t j = 0; j < n; j++)
		memset(covers + 16 * j, m.covers[j], 16);
	for (size_t j = 0; j < n_to; j++)
		memset(to + j * GROUP_EPOCH_RECIPIENT, m.to[j], GROUP_AUTHORITY);
	key_of(i, key);
	group_epoch_hash(t->c, key, hash);
	memset(maker, m.maker ? m.maker : 'A', sizeof maker);
	const struct group_epoch e = {
		.number = m.number,
		.hash = span_of(hash, sizeof hash),
		.covers = span_of(covers, 16 * n),
		.recipients = span_of(to, n_to * GROUP_EPOCH_RECIPIENT),
	};
	const struct group_ring_record r = {
		.id = id_of(i),
		.epoch = &e,
		.record = epochs_record(m.record ? m.record : i),
		.maker = maker,
		.made = 7,
		.until = m.until ? m.until : DAY,
	};
	return group_keyring_learn(t->k, &r);
}

static struct span who(char letter)
{
	static uint8_t authority[GROUP_AUTHORITY];
	memset(authority, letter, sizeof authority);
	return span_of(authority, sizeof authority);
}

static enum err put_of(struct rig *t, unsigned int id, unsigned int key, char by)
{
	uint8_t octets[GROUP_EPOCH_KEY];
	bool fresh;
	key_of(key, octets);
	return group_keyring_put(t->k, id_of(id), who(by).p, octets, &fresh);
}

static enum err put(struct rig *t, unsigned int id, unsigned int key)
{
	return put_of(t, id, key, 'A');
}

static bool has(struct rig *t, unsigned int i)
{
	uint8_t key[GROUP_EPOCH_KEY];
	const uint8_t *found = group_keyring_key(t->k, id_of(i));
	key_of(i, key);
	return found && memcmp(found, key, sizeof key) == 0;
}

static bool is_gone(void *ctx, const uint8_t *authority)
{
	const struct rig *t = ctx;
	return memchr(t->gone, authority[0], t->n_gone) != NULL;
}

/* By the Removal that is written with the same letter, small. */
static bool is_covered(void *ctx, const uint8_t *authority, const struct group_ring_epoch *e)
{
	for (size_t i = 0; i < e->n_covers; i++)
		if (e->covers[16 * i] == authority[0] + ('a' - 'A'))
			return true;
	return false;
}

static struct group_ring_choice choice(struct rig *t, int64_t now)
{
	return (struct group_ring_choice){ .removals = t->removals,
					   .n_removals = t->n_removals,
					   .removed = is_gone,
					   .covered = is_covered,
					   .ctx = t,
					   .now = now };
}

static void removed(struct rig *t, char removal, char who)
{
	t->removals[t->n_removals++] = removal_of(removal);
	t->gone[t->n_gone++] = (uint8_t)who;
}

/* The epoch that is written under; 0 none. */
static unsigned int chosen(struct rig *t, int64_t now)
{
	const struct group_ring_choice c = choice(t, now);
	const struct group_ring_epoch *e = group_keyring_choose(t->k, &c);
	return e ? e->id[GROUP_EPOCH_ID - 1] : 0;
}

static enum err given(struct rig *t, unsigned int i, char to, char by)
{
	uint8_t giver[GROUP_AUTHORITY];
	memset(giver, by, sizeof giver);
	return group_keyring_given(t->k, id_of(i), who(to), giver);
}

/* GROUP-12.3 */
static void readers_keep_every_key(void **state)
{
	struct rig t;
	begin(&t);
	for (unsigned int i = 1; i <= 40; i++) {
		assert_int_equal(learn(&t, i, (struct made){ i, "", "A", 0, 0 }), OK);
		assert_int_equal(put(&t, i, i), OK);
	}
	for (unsigned int i = 1; i <= 40; i++)
		assert_true(has(&t, i));
	assert_int_equal(group_keyring_count(t.k), 40);
	assert_null(group_keyring_key(t.k, id_of(41)));
	assert_int_equal(chosen(&t, 0), 40);
	end(&t);
}

/* GROUP-12.4 */
static void a_wrong_key_is_noticed(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "A", 0, 0 }), OK);
	assert_int_equal(put(&t, 1, 2), ERR_DENIED);
	assert_null(group_keyring_key(t.k, id_of(1)));
	assert_int_equal(put(&t, 1, 1), OK);
	/* The key came first: it is held against the record when that comes. */
	assert_int_equal(put(&t, 2, 9), OK);
	assert_int_equal(put(&t, 3, 3), OK);
	assert_int_equal(learn(&t, 2, (struct made){ 2, "", "A", 0, 0 }), OK);
	assert_int_equal(learn(&t, 3, (struct made){ 3, "", "A", 0, 0 }), OK);
	assert_null(group_keyring_key(t.k, id_of(2)));
	assert_true(has(&t, 3));
	end(&t);
}

/* GROUP-12.4 */
static void a_key_without_a_record_must_open_something(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(put(&t, 1, 9), OK);
	group_keyring_tried(t.k, id_of(1), false);
	assert_null(group_keyring_key(t.k, id_of(1)));
	assert_int_equal(put(&t, 1, 1), OK);
	group_keyring_tried(t.k, id_of(1), true);
	group_keyring_tried(t.k, id_of(1), false); /* the record's fault */
	assert_true(has(&t, 1));
	/* One is kept until it fails. */
	assert_int_equal(put(&t, 1, 5), OK);
	assert_true(has(&t, 1));
	end(&t);
}

/* GROUP-12.5 */
static void the_highest_number_is_written_under(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(chosen(&t, 0), 0);
	assert_int_equal(learn(&t, 2, (struct made){ 1, "", "AB", 0, 0 }), OK);
	assert_int_equal(learn(&t, 3, (struct made){ 2, "", "AB", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 3);
	/* Of two with one number the lower id. */
	assert_int_equal(learn(&t, 1, (struct made){ 2, "", "AB", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 1);
	/* One whose record has ended is none. */
	assert_int_equal(learn(&t, 4, (struct made){ 9, "", "AB", 0, DAY / 2 }), OK);
	assert_int_equal(chosen(&t, 0), 4);
	assert_int_equal(chosen(&t, DAY / 2), 1);
	/* A key of which no record is known is for reading. */
	assert_int_equal(put(&t, 5, 5), OK);
	assert_int_equal(chosen(&t, 0), 4);
	end(&t);
}

/* GROUP-12.5 */
static void who_was_removed_reads_nothing_new(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "ABC", 0, 0 }), OK);
	assert_int_equal(learn(&t, 2, (struct made){ 8, "", "AC", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 2);
	removed(&t, 'r', 'C');
	assert_int_equal(chosen(&t, 0), 0);
	assert_int_equal(learn(&t, 3, (struct made){ 9, "", "AB", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 3);
	/* What covers more is before what is newer. */
	assert_int_equal(learn(&t, 4, (struct made){ 2, "r", "AB", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 4);
	/* Also where the key was given later, and of those whom the removed one made. */
	assert_int_equal(learn(&t, 5, (struct made){ 10, "r", "AB", 'C', 0 }), OK);
	assert_int_equal(chosen(&t, 0), 4);
	assert_int_equal(given(&t, 4, 'C', 'A'), OK);
	assert_int_equal(chosen(&t, 0), 3);
	end(&t);
}

/* GROUP-12.5 */
static void two_removals_need_one_that_covers_both(void **state)
{
	struct rig t;
	const struct group_ring_choice *c;
	begin(&t);
	removed(&t, 'q', 'C');
	removed(&t, 'r', 'D');
	const struct group_ring_choice now = choice(&t, 0);
	c = &now;
	assert_int_equal(learn(&t, 1, (struct made){ 2, "q", "ABD", 0, 0 }), OK);
	assert_int_equal(learn(&t, 2, (struct made){ 2, "r", "ABC", 0, 0 }), OK);
	assert_null(group_keyring_choose(t.k, c));
	assert_int_equal(learn(&t, 3, (struct made){ 3, "qr", "AB", 0, 0 }), OK);
	assert_int_equal(learn(&t, 4, (struct made){ 4, "q", "AB", 0, 0 }), OK);
	assert_int_equal(learn(&t, 5, (struct made){ 5, "ps", "AB", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 3);
	assert_true(group_keyring_covers(group_keyring_find(t.k, id_of(3)), c));
	assert_false(group_keyring_covers(group_keyring_find(t.k, id_of(4)), c));
	end(&t);
}

/* GROUP-12.7 */
static void it_is_known_who_has_which(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "AC", 0, 0 }), OK);
	const struct group_ring_epoch *e = group_keyring_find(t.k, id_of(1));
	assert_true(group_keyring_holds(e, who('A')) && group_keyring_holds(e, who('C')));
	assert_false(group_keyring_holds(e, who('B')));
	assert_int_equal(given(&t, 1, 'B', 'A'), OK);
	assert_int_equal(given(&t, 1, 'B', 'A'), OK);
	assert_int_equal(e->n_holders, 3);
	/* Another key to seal to: to be given anew, but what it had it has. */
	group_keyring_lost(t.k, who('B'));
	assert_false(group_keyring_holds(e, who('B')));
	assert_true(group_keyring_holds(e, who('A')) && group_keyring_holds(e, who('C')));
	removed(&t, 'r', 'B');
	assert_int_equal(chosen(&t, 0), 0);
	t.n_gone = 0;
	assert_int_equal(given(&t, 1, 'B', 'A'), OK);
	assert_true(group_keyring_holds(e, who('B')));
	end(&t);
}

/* GROUP-12.22: who says that it gave the newest key to somebody removed ends no writing. */
static void who_is_removed_is_given_nothing(void **state)
{
	struct rig t;
	begin(&t);
	removed(&t, 'c', 'C');
	assert_int_equal(learn(&t, 1, (struct made){ 2, "c", "AB", 0, 0 }), OK);
	assert_int_equal(given(&t, 1, 'C', 'A'), OK);
	assert_int_equal(chosen(&t, 0), 1);
	/* Whoever made this one knew nothing of it. */
	assert_int_equal(learn(&t, 2, (struct made){ 3, "d", "AB", 0, 0 }), OK);
	assert_int_equal(learn(&t, 3, (struct made){ 9, "d", "AB", 0, 0 }), OK);
	assert_int_equal(given(&t, 3, 'C', 'A'), OK);
	assert_int_equal(chosen(&t, 0), 1);
	removed(&t, 'd', 'D');
	t.removals[0] = t.removals[1];
	t.n_removals = 1;
	assert_int_equal(chosen(&t, 0), 2);
	/* A recipient has it all the same, whatever the order. */
	assert_int_equal(given(&t, 4, 'D', 'A'), OK);
	assert_int_equal(learn(&t, 4, (struct made){ 7, "d", "ABD", 0, 0 }), OK);
	assert_int_equal(given(&t, 4, 'D', 'A'), OK);
	assert_int_equal(chosen(&t, 0), 2);
	end(&t);
}

/* GROUP-12.20: it may not have seen the record; it counts as having the key all the same. */
static void what_fell_is_to_be_given_anew(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "ABC", 0, 0 }), OK);
	const struct group_ring_epoch *e = group_keyring_find(t.k, id_of(1));
	group_keyring_ungiven(t.k, id_of(1), who('B'));
	group_keyring_ungiven(t.k, id_of(1), who('D'));
	group_keyring_ungiven(t.k, id_of(2), who('A'));
	assert_false(group_keyring_holds(e, who('B')));
	assert_true(group_keyring_holds(e, who('A')) && group_keyring_holds(e, who('C')));
	removed(&t, 'r', 'B');
	assert_int_equal(chosen(&t, 0), 0);
	assert_int_equal(given(&t, 1, 'B', 'A'), OK);
	assert_true(group_keyring_holds(e, who('B')));
	/* An Epoch record: nothing is written under it, until it stands again. */
	t.n_gone = 0;
	assert_int_equal(chosen(&t, 0), 1);
	group_keyring_fell(t.k, id_of(1));
	group_keyring_fell(t.k, id_of(2));
	assert_int_equal(chosen(&t, 0), 0);
	for (char i = 'A'; i <= 'C'; i++)
		assert_false(group_keyring_holds(e, who(i)));
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "ABC", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 1);
	end(&t);
}

/* GROUP-12.26: of two contents of one record the one that was learned last stands. */
static void a_record_begins_one_epoch(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(learn(&t, 1, (struct made){ 9, "", "AB", 0, 0, 0 }), OK);
	assert_int_equal(learn(&t, 2, (struct made){ 3, "", "AB", 0, 0, 0 }), OK);
	assert_int_equal(put(&t, 1, 1), OK);
	assert_int_equal(chosen(&t, 0), 1);
	assert_int_equal(learn(&t, 4, (struct made){ 2, "", "AB", 0, 0, 1 }), OK);
	assert_int_equal(chosen(&t, 0), 2);
	assert_true(has(&t, 1));
	assert_false(group_keyring_holds(group_keyring_find(t.k, id_of(1)), who('A')));
	/* The store lost the other one. */
	assert_int_equal(learn(&t, 1, (struct made){ 9, "", "AB", 0, 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 1);
	assert_true(group_keyring_find(t.k, id_of(4))->fell);
	end(&t);
}

/* GROUP-12.18: of what records told only the keys are left, and the records tell it again. */
static void what_records_told_is_unlearned(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "AC", 0, 0 }), OK);
	assert_int_equal(learn(&t, 2, (struct made){ 2, "", "AC", 0, 0 }), OK);
	assert_int_equal(given(&t, 2, 'B', 'A'), OK);
	assert_int_equal(put(&t, 1, 1), OK);
	assert_int_equal(put(&t, 2, 2), OK);
	assert_int_equal(chosen(&t, 0), 2);
	group_keyring_unlearn(t.k);
	assert_int_equal(chosen(&t, 0), 0);
	assert_true(has(&t, 1) && has(&t, 2));
	assert_false(group_keyring_holds(group_keyring_find(t.k, id_of(2)), who('B')));
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "AC", 0, 0 }), OK);
	const struct group_ring_epoch *e = group_keyring_find(t.k, id_of(1));
	assert_true(group_keyring_holds(e, who('A')) && group_keyring_holds(e, who('C')));
	assert_int_equal(chosen(&t, 0), 1);
	/* Who is removed still spoils the one that is known again. */
	removed(&t, 'r', 'C');
	assert_int_equal(chosen(&t, 0), 0);
	end(&t);
}

/* GROUP-12.6: who makes epochs without end pushes out its own. */
static void who_floods_loses_its_own(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "AB", 'A', 0 }), OK);
	assert_int_equal(put(&t, 1, 1), OK);
	for (unsigned int i = 2; i < GROUP_KEYRING_MOST + 50; i++) {
		assert_int_equal(learn(&t, i, (struct made){ i, "", "B", 'B', 0 }), OK);
		assert_int_equal(put(&t, i, i), OK);
	}
	assert_int_equal(group_keyring_count(t.k), GROUP_KEYRING_MOST);
	assert_true(has(&t, 1));
	assert_false(has(&t, 2));
	assert_true(has(&t, GROUP_KEYRING_MOST + 49));
	end(&t);
}

/* GROUP-12.23 */
static void who_gives_what_is_not_pushes_nothing_out(void **state)
{
	struct rig t;
	unsigned int most = GROUP_KEYRING_MOST, made_up = 2 * most;
	begin(&t);
	for (unsigned int i = 1; i < most; i++) {
		assert_int_equal(learn(&t, i, (struct made){ i, "", "AB", 'A', 0 }), OK);
		assert_int_equal(put(&t, i, i), OK);
	}
	for (unsigned int i = 0; i < 30; i++)
		assert_int_equal(given(&t, made_up + i, 'B', 'D'), OK);
	assert_int_equal(group_keyring_count(t.k), most);
	for (unsigned int i = 1; i < most; i++)
		assert_true(has(&t, i));
	/* One that begins takes its place, and then there is none for a name. */
	assert_int_equal(learn(&t, most, (struct made){ most, "", "AB", 'A', 0 }), OK);
	assert_int_equal(given(&t, made_up, 'B', 'D'), OK);
	assert_null(group_keyring_find(t.k, id_of(made_up)));
	assert_int_equal(group_keyring_count(t.k), most);
	assert_true(has(&t, 1));
	assert_int_equal(given(&t, 7, 'C', 'D'), OK);
	assert_true(group_keyring_holds(group_keyring_find(t.k, id_of(7)), who('C')));
	end(&t);
}

/* GROUP-12.23: keys whose records are not known are theirs who gave them. */
static void who_gives_too_many_keys_loses_its_own(void **state)
{
	struct rig t;
	begin(&t);
	assert_int_equal(put_of(&t, 1, 1, 'E'), OK);
	for (unsigned int i = 2; i < GROUP_KEYRING_MOST + 50; i++)
		assert_int_equal(put_of(&t, i, i, 'D'), OK);
	assert_int_equal(group_keyring_count(t.k), GROUP_KEYRING_MOST);
	assert_true(has(&t, 1));
	assert_false(has(&t, 2));
	end(&t);
}

static enum err learn_covering(struct rig *t, unsigned int i, char by, uint32_t n)
{
	static uint8_t covers[GROUP_EPOCH_MOST * 16];
	uint8_t hash[GROUP_EPOCH_HASH] = { 0 };
	for (uint32_t j = 0; j < n; j++) {
		struct wr w = wr_of(covers + (size_t)j * 16, 4);
		wr_u32(&w, j);
	}
	const struct group_epoch e = { .number = i,
				       .hash = span_of(hash, sizeof hash),
				       .covers = span_of(covers, (size_t)n * 16) };
	const struct group_ring_record r = {
		.id = id_of(i),
		.epoch = &e,
		.record = epochs_record(i),
		.maker = who(by).p,
		.until = DAY,
	};
	return group_keyring_learn(t->k, &r);
}

/* GROUP-12.25 */
static void what_epochs_cover_is_kept_up_to_a_limit(void **state)
{
	struct rig t;
	unsigned int epochs = GROUP_KEYRING_COVERS / 8192;
	begin(&t);
	removed(&t, 'c', 'C');
	assert_int_equal(learn(&t, 90, (struct made){ 1, "c", "AB", 'A', 0 }), OK);
	for (unsigned int i = 1; i <= epochs; i++)
		assert_int_equal(learn_covering(&t, i, 'B', 8192), OK);
	assert_int_equal(group_keyring_find(t.k, id_of(1))->n_covers, 0);
	assert_int_equal(group_keyring_find(t.k, id_of(2))->n_covers, 8192);
	assert_int_equal(group_keyring_find(t.k, id_of(90))->n_covers, 1);
	assert_int_equal(chosen(&t, 0), 90);
	/* It is read and written under all the same. */
	assert_false(group_keyring_find(t.k, id_of(1))->cut);
	end(&t);
}

/* The i-th has so many holders. */
static void fill(struct rig *t, unsigned int i, uint32_t n)
{
	uint8_t authority[GROUP_AUTHORITY] = { 0 }, giver[GROUP_AUTHORITY] = { 0 };
	for (uint32_t j = 0; j < n; j++) {
		struct wr w = wr_of(authority, 4);
		wr_u32(&w, j);
		assert_int_equal(group_keyring_given(t->k, id_of(i),
						     span_of(authority, sizeof authority), giver),
				 OK);
	}
}

/* GROUP-12.21: by an administrator that names members who never were. */
static void who_floods_with_names_loses_its_own(void **state)
{
	struct rig t;
	unsigned int epochs = GROUP_KEYRING_HELD / 10000;
	begin(&t);
	group_keyring_removed(t.k, is_gone, &t);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "AB", 'A', 0 }), OK);
	for (unsigned int i = 2; i < epochs + 3; i++) {
		assert_int_equal(learn(&t, i, (struct made){ 90 + i, "", "", 'C', 0 }), OK);
		fill(&t, i, 10000);
	}
	assert_false(group_keyring_find(t.k, id_of(1))->cut);
	assert_true(group_keyring_find(t.k, id_of(2))->cut);
	assert_true(group_keyring_find(t.k, id_of(3))->cut);
	assert_false(group_keyring_find(t.k, id_of(4))->cut);
	removed(&t, 'c', 'C');
	assert_int_equal(chosen(&t, 0), 1);
	/* Now it is the first to lose, whoever has more. */
	group_keyring_fell(t.k, id_of(1));
	for (unsigned int i = 30; i < 30 + epochs; i++) {
		assert_int_equal(learn(&t, i, (struct made){ i, "c", "", 'A', 0 }), OK);
		fill(&t, i, 10000);
	}
	for (unsigned int i = 1; i < epochs + 3; i++)
		assert_true(group_keyring_find(t.k, id_of(i))->cut);
	assert_false(group_keyring_find(t.k, id_of(30))->cut);
	assert_int_equal(chosen(&t, 0), 30 + epochs - 1);
	end(&t);
}

/* GROUP-12.6: beyond, the one with the lowest number is for reading alone. */
static void who_has_which_is_noted_up_to_a_limit(void **state)
{
	struct rig t;
	unsigned int epochs = GROUP_KEYRING_HELD / 10000;
	begin(&t);
	for (unsigned int i = 1; i <= epochs; i++)
		assert_int_equal(learn(&t, i, (struct made){ i, "", "", 0, 0 }), OK);
	for (unsigned int i = 1; i <= epochs; i++)
		fill(&t, i, 10000);
	assert_int_equal(put(&t, 1, 1), OK);
	assert_false(group_keyring_find(t.k, id_of(1))->cut);
	assert_int_equal(given(&t, epochs, 'Z', 'A'), OK);
	const struct group_ring_epoch *first = group_keyring_find(t.k, id_of(1));
	assert_true(first->cut && !first->n_holders && has(&t, 1));
	assert_false(group_keyring_find(t.k, id_of(2))->cut);
	assert_int_equal(chosen(&t, 0), epochs);
	/* It is not written under even where it is the only one. */
	group_keyring_unlearn(t.k);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "A", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 0);
	end(&t);
}

/* GROUP-12.3 */
static void what_is_kept_is_there_again(void **state)
{
	static uint8_t room[GROUP_KEYRING_OCTETS];
	struct rig t;
	begin(&t);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "AB", 0, 0 }), OK);
	assert_int_equal(learn(&t, 2, (struct made){ 2, "", "AB", 0, 0 }), OK);
	assert_int_equal(put(&t, 1, 1), OK);
	assert_int_equal(put(&t, 3, 3), OK);
	size_t n = group_keyring_save(t.k, room);
	assert_int_equal(n, 5 + 2 * 113);
	uint8_t kept[5 + 2 * 113];
	memcpy(kept, room, n);
	group_keyring_free(t.k);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(group_keyring_new(&t.k, &t.mem.env, t.c), OK);
		assert_int_equal(group_keyring_load(t.k, span_of(room, i)), ERR_MALFORMED);
		group_keyring_free(t.k);
	}
	/* Twice the same one: nobody is kept from its group by that. */
	uint8_t first[113];
	memcpy(first, room + 5, 113);
	memcpy(room + 5, room + 5 + 113, 113);
	assert_int_equal(group_keyring_new(&t.k, &t.mem.env, t.c), OK);
	enum err twice = group_keyring_load(t.k, span_of(room, n));
	assert_true(twice == OK || twice == ERR_MALFORMED);
	group_keyring_free(t.k);
	memcpy(room + 5 + 113, first, 113);
	memcpy(room + 5, first, 113);
	assert_int_equal(group_keyring_new(&t.k, &t.mem.env, t.c), OK);
	room[5 + 113 + GROUP_EPOCH_ID] ^= 1;
	assert_int_equal(group_keyring_load(t.k, span_of(room, n)), ERR_MALFORMED);
	group_keyring_free(t.k);
	assert_int_equal(group_keyring_new(&t.k, &t.mem.env, t.c), OK);
	memcpy(room, kept, n);
	assert_int_equal(group_keyring_load(t.k, span_of(room, n)), OK);
	assert_true(has(&t, 1) && has(&t, 3));
	assert_int_equal(group_keyring_count(t.k), 2);
	/* Nothing is written under one before its record is seen again. */
	assert_int_equal(chosen(&t, 0), 0);
	assert_int_equal(learn(&t, 1, (struct made){ 1, "", "AB", 0, 0 }), OK);
	assert_int_equal(chosen(&t, 0), 1);
	/* GROUP-12.4: 3 is still not proved. */
	group_keyring_tried(t.k, id_of(3), false);
	assert_false(has(&t, 3));
	end(&t);
}

static void without_memory_nothing_is_lost(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 3)
	{
		struct rig t = { .mem = f };
		struct group_keyring *k = NULL;
		struct crypto *c = NULL;
		failing_env_init(&t.mem, 1);
		assert_int_equal(crypto_new(&c, &t.mem.env), OK);
		t.c = c;
		enum err e = group_keyring_new(&k, &f.env, c);
		t.k = k;
		for (unsigned int i = 1; !e && i < 12; i++) {
			e = learn(&t, i, (struct made){ i, "rs", "AB", 0, 0 });
			if (!e)
				e = put(&t, i, i);
			if (!e)
				e = given(&t, i, 'C', 'A');
		}
		assert_true(e == OK || e == ERR_NOMEM);
		assert_int_equal(f.failed, e == ERR_NOMEM);
		group_keyring_free(k);
		crypto_free(c);
		failing_env_assert_clean(&t.mem);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_keep_every_key),
		cmocka_unit_test(a_wrong_key_is_noticed),
		cmocka_unit_test(a_key_without_a_record_must_open_something),
		cmocka_unit_test(the_highest_number_is_written_under),
		cmocka_unit_test(who_was_removed_reads_nothing_new),
		cmocka_unit_test(two_removals_need_one_that_covers_both),
		cmocka_unit_test(it_is_known_who_has_which),
		cmocka_unit_test(who_is_removed_is_given_nothing),
		cmocka_unit_test(what_fell_is_to_be_given_anew),
		cmocka_unit_test(a_record_begins_one_epoch),
		cmocka_unit_test(what_records_told_is_unlearned),
		cmocka_unit_test(who_floods_loses_its_own),
		cmocka_unit_test(who_gives_what_is_not_pushes_nothing_out),
		cmocka_unit_test(who_gives_too_many_keys_loses_its_own),
		cmocka_unit_test(what_epochs_cover_is_kept_up_to_a_limit),
		cmocka_unit_test(who_floods_with_names_loses_its_own),
		cmocka_unit_test(who_has_which_is_noted_up_to_a_limit),
		cmocka_unit_test(what_is_kept_is_there_again),
		cmocka_unit_test(without_memory_nothing_is_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
