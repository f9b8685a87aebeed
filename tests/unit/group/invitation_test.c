/* Invitations, tallies and the password of a Policy: vectors, round trips, every truncation,
 * whatever else may come. */
#include "../failing_env.h"
#include "group/invitation.h"

#include <stdio.h>

#define NAME "0123456789abcdef0123456789abcdef01234567.ann"
#define ROOM 8192

static uint8_t removals[3 * GROUP_REMOVAL_ID], holders[2 * GROUP_HOLDER], uses[2 * GROUP_USE];

static struct group_row row_of(uint8_t *p, size_t n, size_t each)
{
	for (size_t i = 0; i < n; i++)
		memset(p + i * each, (int)(i + 1), each);
	return (struct group_row){ span_of(p, n * each), each };
}

static struct group_invitation some_invitation(void)
{
	struct group_invitation i = {
		.secret = { .role = GROUP_ROLE_MEMBER,
			    .removals = row_of(removals, 3, GROUP_REMOVAL_ID),
			    .holders = row_of(holders, 2, GROUP_HOLDER) },
		.end = INT64_C(1700000000000000),
		.uses = 3,
		.maker = span_str(NAME),
		.lookup = span_str("apple-river"),
		.label = span_str("J\303\274rgen"),
	};
	memset(i.id, 0xab, sizeof(i.id));
	return i;
}

static struct group_tally some_tally(void)
{
	struct group_tally t = { .wrong = 2, .uses = span_of(uses, sizeof(uses)) };
	memset(t.id, 0xab, sizeof(t.id));
	for (size_t i = 0; i < 2; i++) {
		struct group_use u = { .when = INT64_C(1700000000000000) + (int64_t)i };
		memset(u.authority, (int)(0x10 + i), sizeof(u.authority));
		memset(u.serial, (int)(0x20 + i), sizeof(u.serial));
		group_use_write(&u, uses + i * GROUP_USE);
	}
	return t;
}

static void assert_hex(const uint8_t *p, size_t n, const char *hex)
{
	char got[2 * ROOM + 1];
	for (size_t i = 0; i < n; i++)
		snprintf(got + 2 * i, 3, "%02x", p[i]);
	assert_string_equal(got, hex);
}

/* GROUP-14.1: 1,700,000,000 s after 1970 are 133444736000000000 of 100 ns after 1601. */
static void an_invitation_octet_for_octet(void **state)
{
	uint8_t out[ROOM];
	size_t n;
	struct group_invitation i = some_invitation();
	i.secret.removals = row_of(removals, 1, GROUP_REMOVAL_ID);
	i.secret.holders = row_of(NULL, 0, GROUP_HOLDER);
	i.maker = span_str("me");
	assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), OK);
	assert_int_equal(n, group_invitation_size(&i));
	assert_hex(out, n,
		   "0101"
		   "abababababababababababababababab"
		   "f12dc4c708574ca093fcb1bb19a3d8c2"
		   "00006dc64717da01"
		   "0300"
		   "00"
		   "02006d65"
		   "0b006170706c652d7269766572"
		   "07004ac3bc7267656e"
		   "01000000"
		   "01010101010101010101010101010101"
		   "00000000");
}

/* GROUP-14.3 */
static void a_tally_octet_for_octet(void **state)
{
	uint8_t out[ROOM];
	size_t n;
	struct group_tally t = some_tally();
	t.uses.n = GROUP_USE;
	assert_int_equal(group_tally_write(&t, out, sizeof(out), &n), OK);
	assert_int_equal(n, GROUP_TALLY_OCTETS(1));
	assert_hex(out, n,
		   "0102"
		   "abababababababababababababababab"
		   "00"
		   "0200"
		   "01000000"
		   "1010101010101010101010101010101010101010"
		   "20202020202020202020202020202020"
		   "00006dc64717da01");
}

/* GROUP-14.1, GROUP-14.2 */
static void an_invitation_goes_there_and_back(void **state)
{
	struct group_invitation i = some_invitation();
	for (int revoked = 0; revoked < 2; revoked++) {
		uint8_t out[ROOM], again[ROOM];
		size_t n, m;
		struct group_inviting x;
		i.revoked = revoked;
		assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), OK);
		assert_int_equal(group_inviting_read(&x, span_of(out, n)), OK);
		assert_int_equal(x.kind, GROUP_INVITATION);
		assert_memory_equal(x.invitation.id, i.id, sizeof(i.id));
		assert_int_equal(x.invitation.end, i.end);
		assert_int_equal(x.invitation.uses, 3);
		assert_int_equal(x.invitation.revoked, revoked);
		assert_int_equal(x.invitation.secret.role, GROUP_ROLE_MEMBER);
		assert_true(span_eq(x.invitation.maker, i.maker));
		assert_true(span_eq(x.invitation.lookup, i.lookup));
		assert_true(span_eq(x.invitation.label, i.label));
		assert_int_equal(group_row_count(&x.invitation.secret.removals), 3);
		assert_int_equal(group_row_count(&x.invitation.secret.holders), 2);
		assert_int_equal(group_invitation_write(&x.invitation, again, sizeof(again), &m),
				 OK);
		assert_int_equal(n, m);
		assert_memory_equal(out, again, n);
		for (size_t room = 0; room < n; room++)
			assert_int_equal(group_invitation_write(&i, again, room, &m), ERR_RANGE);
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(group_inviting_read(&x, span_of(out, cut)), ERR_MALFORMED);
		out[n] = 0;
		assert_int_equal(group_inviting_read(&x, span_of(out, n + 1)), ERR_MALFORMED);
	}
}

/* GROUP-14.3 */
static void a_tally_goes_there_and_back(void **state)
{
	uint8_t out[ROOM], again[ROOM];
	size_t n, m;
	struct group_inviting x;
	struct group_use u;
	struct group_tally t = some_tally();
	t.revoked = true;
	assert_int_equal(group_tally_write(&t, out, sizeof(out), &n), OK);
	assert_int_equal(group_inviting_read(&x, span_of(out, n)), OK);
	assert_int_equal(x.kind, GROUP_TALLY);
	assert_true(x.tally.revoked);
	assert_int_equal(x.tally.wrong, 2);
	assert_int_equal(group_tally_count(&x.tally), 2);
	group_tally_use(&x.tally, 1, &u);
	assert_int_equal(u.when, INT64_C(1700000000000001));
	assert_int_equal(u.authority[19], 0x11);
	assert_int_equal(u.serial[15], 0x21);
	assert_int_equal(group_tally_write(&x.tally, again, sizeof(again), &m), OK);
	assert_int_equal(n, m);
	assert_memory_equal(out, again, n);
	for (size_t room = 0; room < n; room++)
		assert_int_equal(group_tally_write(&t, again, room, &m), ERR_RANGE);
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(group_inviting_read(&x, span_of(out, cut)), ERR_MALFORMED);
	out[2 + GROUP_INVITATION_ID] = 2;
	assert_int_equal(group_inviting_read(&x, span_of(out, n)), ERR_MALFORMED);
}

/* GROUP-14.1: the octet at `at`, and what comes of it. */
static void what_cannot_be_read(void **state)
{
	static const struct {
		size_t at;
		uint8_t to;
		enum err err;
	} rows[] = {
		{ 0, 0, ERR_MALFORMED },     /* version */
		{ 0, 2, ERR_UNSUPPORTED },   /* a later one */
		{ 1, 0, ERR_UNSUPPORTED },   /* kind */
		{ 1, 3, ERR_UNSUPPORTED },   /* kind */
		{ 18, 0xff, ERR_MALFORMED }, /* role */
		{ 41, 0xff, ERR_MALFORMED }, /* end: after all time */
		{ 42, 0, ERR_MALFORMED },    /* uses: 0 */
		{ 43, 0xff, ERR_MALFORMED }, /* uses: too many */
		{ 44, 2, ERR_MALFORMED },    /* state */
		{ 47, 0, ERR_MALFORMED },    /* the name of the maker: NUL */
		{ 47, 0x80, ERR_MALFORMED }, /* no UTF-8 */
	};
	uint8_t out[ROOM];
	size_t n;
	struct group_inviting x;
	struct group_invitation i = some_invitation();
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), OK);
		out[rows[k].at] = rows[k].to;
		assert_int_equal(group_inviting_read(&x, span_of(out, n)), rows[k].err);
	}
}

/* GROUP-14.2: of Removals and of holders. */
static void lists_ascend(void **state)
{
	uint8_t out[ROOM];
	size_t n;
	struct group_inviting x;
	struct group_invitation i = some_invitation();
	assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), OK);
	size_t second_holder = n - GROUP_HOLDER;
	size_t second_removal = n - 2 * GROUP_HOLDER - 4 - 2 * GROUP_REMOVAL_ID;
	memset(out + second_removal, 1, GROUP_REMOVAL_ID);
	assert_int_equal(group_inviting_read(&x, span_of(out, n)), ERR_MALFORMED);
	memset(out + second_removal, 2, GROUP_REMOVAL_ID);
	assert_int_equal(group_inviting_read(&x, span_of(out, n)), OK);
	memset(out + second_holder, 1, GROUP_AUTHORITY);
	assert_int_equal(group_inviting_read(&x, span_of(out, n)), ERR_MALFORMED);
	memset(holders + GROUP_HOLDER, 1, GROUP_AUTHORITY);
	assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), ERR_RANGE);
}

/* GROUP-14.5 */
static void limits(void **state)
{
	static uint8_t out[4096 + GROUP_USES_MAX * (GROUP_USE + 1)];
	static uint8_t many[(GROUP_USES_MAX + 1) * GROUP_USE];
	static char label[GROUP_LABEL_OCTETS + 1];
	size_t n;
	struct group_invitation i = some_invitation();
	i.uses = GROUP_USES_MAX + 1;
	assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), ERR_RANGE);
	i.uses = 0;
	assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), ERR_RANGE);
	i.uses = GROUP_USES_MAX;
	memset(label, 'a', sizeof(label));
	i.label = span_of(label, GROUP_LABEL_OCTETS);
	assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), OK);
	i.label.n++;
	assert_int_equal(group_invitation_write(&i, out, sizeof(out), &n), ERR_RANGE);
	struct group_tally t = { .uses = span_of(many, sizeof(many) - GROUP_USE) };
	struct group_inviting x;
	assert_int_equal(group_tally_write(&t, out, sizeof(out), &n), OK);
	assert_int_equal(group_inviting_read(&x, span_of(out, n)), OK);
	t.uses.n += GROUP_USE;
	assert_int_equal(group_tally_write(&t, out, sizeof(out), &n), ERR_RANGE);
}

/* GROUP-14.4 */
static void a_password_goes_there_and_back(void **state)
{
	uint8_t out[ROOM], again[ROOM];
	size_t n, m;
	bool has;
	struct span later;
	struct group_secret back;
	struct group_invitation i = some_invitation();
	const struct group_secret *s = &i.secret;
	assert_int_equal(group_policy_password_write(s, span_str("later"), out, sizeof(out), &n),
			 OK);
	assert_int_equal(n, group_secret_size(s) + 5);
	assert_int_equal(group_policy_password_read(&back, &has, &later, span_of(out, n)), OK);
	assert_true(has);
	assert_true(span_eq(later, span_str("later")));
	assert_int_equal(back.role, GROUP_ROLE_MEMBER);
	assert_true(span_eq(back.holders.all, s->holders.all));
	assert_int_equal(group_policy_password_write(&back, later, again, sizeof(again), &m), OK);
	assert_int_equal(n, m);
	assert_memory_equal(out, again, n);
	for (size_t cut = 1; cut < n - 5; cut++)
		assert_int_equal(group_policy_password_read(&back, &has, &later, span_of(out, cut)),
				 ERR_MALFORMED);
	for (size_t room = 0; room < n; room++)
		assert_int_equal(group_policy_password_write(s, later, again, room, &m), ERR_RANGE);
	out[0] = 2;
	assert_int_equal(group_policy_password_read(&back, &has, &later, span_of(out, n)),
			 ERR_MALFORMED);
}

/* GROUP-14.4: of a Policy of before, and of one whose password was taken away. */
static void no_password(void **state)
{
	uint8_t out[ROOM];
	size_t n;
	bool has = true;
	struct span later;
	struct group_secret back;
	assert_int_equal(group_policy_password_read(&back, &has, &later, span_of(NULL, 0)), OK);
	assert_false(has);
	assert_int_equal(later.n, 0);
	assert_int_equal(group_policy_password_write(NULL, later, out, sizeof(out), &n), OK);
	assert_int_equal(n, 0);
	assert_int_equal(group_policy_password_write(NULL, span_str("x"), out, sizeof(out), &n),
			 OK);
	assert_int_equal(n, 2);
	assert_int_equal(group_policy_password_read(&back, &has, &later, span_of(out, n)), OK);
	assert_false(has);
	assert_true(span_eq(later, span_str("x")));
}

/* GROUP-14.37 */
static void who_set_a_password(void **state)
{
	static const uint8_t vector[] = { 1,	0x00, 0x10, 0x7e, 0x23, 0xdd, 0x10, 0xd7,
					  0x01, 3,    0,    'a',  'n',	'n',  'x',  'y' };
	const struct group_password_setter s = { INT64_C(1614852000000000), span_str("ann") };
	struct group_password_setter back;
	uint8_t out[64];
	size_t n;
	struct span rest;
	assert_int_equal(group_password_setter_write(&s, span_str("xy"), out, sizeof(out), &n), OK);
	assert_int_equal(n, GROUP_PASSWORD_SETTER(3) + 2);
	assert_int_equal(n, sizeof(vector));
	assert_memory_equal(out, vector, n);
	assert_true(group_password_setter_read(&back, &rest, span_of(out, n)));
	assert_true(back.when == s.when && span_eq(back.who, s.who));
	assert_true(span_eq(rest, span_str("xy")));
	for (size_t cut = 0; cut < n - 2; cut++)
		assert_false(group_password_setter_read(&back, &rest, span_of(out, cut)));
	for (size_t room = 0; room < n; room++)
		assert_int_equal(group_password_setter_write(&s, rest, out, room, &n), ERR_RANGE);
	memcpy(out, vector, sizeof(vector));
	out[0] = 2; /* of a later version: not known */
	assert_false(group_password_setter_read(&back, &rest, span_of(out, sizeof(vector))));
	out[0] = 1;
	out[11] = 0xff; /* no text */
	assert_false(group_password_setter_read(&back, &rest, span_of(out, sizeof(vector))));
	memset(out, 0xff, 9);
	out[0] = 1;
	out[11] = 'a';
	assert_true(group_password_setter_read(&back, &rest, span_of(out, sizeof(vector))));
}

static void what_is_in_a_secret(void **state)
{
	uint8_t authority[GROUP_AUTHORITY], id[GROUP_REMOVAL_ID];
	struct group_invitation i = some_invitation();
	memset(authority, 2, sizeof(authority));
	struct span box = group_secret_box(&i.secret, authority);
	assert_int_equal(box.n, GROUP_HOLDER_BOX);
	assert_ptr_equal(box.p, holders + GROUP_HOLDER + GROUP_AUTHORITY);
	authority[19] = 3;
	assert_int_equal(group_secret_box(&i.secret, authority).n, 0);
	for (int k = 0; k < 5; k++) {
		memset(id, k, sizeof(id));
		assert_int_equal(group_secret_knows(&i.secret, span_of(id, sizeof(id))),
				 k >= 1 && k <= 3);
	}
	assert_false(group_secret_knows(&i.secret, span_of(id, 15)));
	assert_true(group_authority_of(span_str(NAME), authority));
	assert_int_equal(authority[0], 0x01);
	assert_int_equal(authority[19], 0x67);
	assert_false(group_authority_of(span_str("0123"), authority));
	assert_false(group_authority_of(span_str("0.homestead-ace-act000000000000000000000000"),
					authority));
}

static void random_octets(void **state)
{
	struct failing_env f;
	struct group_inviting x;
	struct group_secret s;
	struct span later;
	bool has;
	uint8_t in[400], out[400];
	failing_env_init(&f, 14);
	for (int k = 0; k < 200000; k++) {
		size_t n = (size_t)env_random_below(&f.env, sizeof(in)), m;
		f.env.random(f.env.ctx, in, n);
		if (n > 70) {
			struct group_invitation i = some_invitation();
			i.secret.holders = row_of(NULL, 0, GROUP_HOLDER);
			assert_int_equal(group_invitation_write(&i, in, sizeof(in), &n), OK);
			in[env_random_below(&f.env, n)] = (uint8_t)env_random_u64(&f.env);
		}
		if (group_inviting_read(&x, span_of(in, n)) == OK && x.kind == GROUP_INVITATION) {
			assert_int_equal(
				group_invitation_write(&x.invitation, out, sizeof(out), &m), OK);
			assert_int_equal(n, m);
		}
		(void)!group_policy_password_read(&s, &has, &later, span_of(in, n));
		struct group_password_setter by;
		(void)group_password_setter_read(&by, &later, span_of(in, n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_invitation_octet_for_octet),
		cmocka_unit_test(a_tally_octet_for_octet),
		cmocka_unit_test(an_invitation_goes_there_and_back),
		cmocka_unit_test(a_tally_goes_there_and_back),
		cmocka_unit_test(what_cannot_be_read),
		cmocka_unit_test(lists_ascend),
		cmocka_unit_test(limits),
		cmocka_unit_test(a_password_goes_there_and_back),
		cmocka_unit_test(no_password),
		cmocka_unit_test(who_set_a_password),
		cmocka_unit_test(what_is_in_a_secret),
		cmocka_unit_test(random_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
