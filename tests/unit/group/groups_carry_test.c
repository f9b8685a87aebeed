/* The key of a group, and memberships, carried to another machine (GROUP-10.7). */
#define _GNU_SOURCE
#include "groups_rig.h"

#include "group/groups_int.h"

#define PASS "correct horse"

static struct groups_command with(enum groups_command_kind k, struct span document,
				  const char *pass)
{
	return (struct groups_command){ .kind = k,
					.document = document,
					.passphrase = rig_word(pass) };
}

static struct span export(struct rig *r, enum groups_command_kind k)
{
	const struct groups_command c = with(k, span_of(NULL, 0), PASS);
	rig_expect(r, &c, OK, "");
	return rig_document(r);
}

/* Anna and her group on one machine; on the other the same person, not in the group yet. */
static void begin(struct rig *one, struct rig *two)
{
	rig_init(one);
	rig_init(two);
	memset(two->vault, 0x33, sizeof(two->vault));
	rig_restart(two);
	(void)rig_person(one, "Anna");
	(void)rig_group(one, "Home");
	struct groups_command c = with(GROUPS_ID_IMPORT, export(one, GROUPS_ID_EXPORT), PASS);
	rig_expect(two, &c, OK, "");
}

static void end(struct rig *one, struct rig *two)
{
	rig_fini(one);
	rig_fini(two);
}

static void import(struct rig *r, struct span document, const char *pass, enum err e,
		   const char *words)
{
	const struct groups_command c = with(GROUPS_IMPORT, document, pass);
	rig_expect(r, &c, e, words);
}

static void test_owner_kept(void **state)
{
	struct rig one, two;
	begin(&one, &two);
	assert_false(rig_info(&one, "").owner_kept);
	struct groups_command c = with(GROUPS_OWNER, span_of(NULL, 0), "");
	rig_expect(&one, &c, ERR_RANGE, "1 to 1,024 octets");
	assert_false(rig_info(&one, "").owner_kept);
	struct span key = export(&one, GROUPS_OWNER);
	assert_non_null(memmem(key.p, key.n, "HOMESTEADGROUPOWNER", 19));
	assert_true(rig_info(&one, "").owner_kept);
	rig_restart(&one);
	assert_true(rig_info(&one, "").owner_kept);
	end(&one, &two);
}

/* A document that could not be noted as taken is not given. */
static void test_owner_not_stored(void **state)
{
	struct rig one, two;
	begin(&one, &two);
	rig_commit(&one);
	store_mem_break(one.mem, ERR_IO);
	struct groups_command c = with(GROUPS_OWNER, span_of(NULL, 0), PASS);
	rig_expect(&one, &c, ERR_IO, "");
	store_mem_break(one.mem, OK);
	assert_false(rig_info(&one, "").owner_kept);
	end(&one, &two);
}

static const uint8_t *box_of(struct rig *r, const char *group)
{
	struct groups_entry *e = NULL;
	assert_int_equal(groups_entry_find(r->s, rig_word(group), span_of(NULL, 0), &e), OK);
	assert_non_null(e->group);
	return e->box;
}

/* GROUP-12.15: one key to seal to for a member, at all its machines; another in each group. */
static void test_box_carried(void **state)
{
	struct rig one, two;
	static const uint8_t none[CRYPTO_BOX_KEY];
	begin(&one, &two);
	(void)rig_person(&one, "Ben");
	struct span membership = export(&one, GROUPS_EXPORT);
	import(&two, membership, "", OK, "");
	assert_memory_not_equal(box_of(&one, "Home"), none, CRYPTO_BOX_KEY);
	assert_memory_equal(box_of(&one, "Home"), box_of(&two, "Home"), CRYPTO_BOX_KEY);
	(void)rig_group(&two, "Den");
	assert_memory_not_equal(box_of(&two, "Home"), box_of(&two, "Den"), CRYPTO_BOX_KEY);
	rig_restart(&two);
	rig_pass(&two, MONO_SEC);
	assert_memory_equal(box_of(&one, "Home"), box_of(&two, "Home"), CRYPTO_BOX_KEY);
	end(&one, &two);
}

/* The import of a group's key: after the membership, with its passphrase, once. */
static void test_owner_carried(void **state)
{
	struct rig one, two;
	struct group_info i;
	begin(&one, &two);
	struct span key = export(&one, GROUPS_OWNER), membership = export(&one, GROUPS_EXPORT);
	import(&two, key, PASS, ERR_NOT_FOUND, "import the membership first");
	import(&two, membership, "", OK, "");
	assert_false(rig_info(&two, "").owner);
	import(&two, key, "", ERR_RANGE, "1 to 1,024 octets");
	import(&two, key, "wrong horse", ERR_DENIED, "another passphrase");
	assert_false(rig_info(&two, "").owner);
	group_look(rig_info(&two, "").group, &i);
	assert_false(i.holds_group_key);
	import(&two, key, PASS, OK, "");
	assert_string_equal(two.answer.made, rig_info(&one, "").id);
	for (int again = 0; again < 2; again++) {
		struct groups_info info = rig_info(&two, "Home");
		assert_true(info.owner && info.owner_kept);
		group_look(info.group, &i);
		assert_true(i.holds_group_key);
		rig_restart(&two);
		rig_pass(&two, MONO_SEC);
	}
	import(&two, key, PASS, ERR_EXISTS, "already");
	import(&one, key, PASS, ERR_EXISTS, "already");
	/* What it is good for: out of there again. */
	assert_true(export(&two, GROUPS_OWNER).n > 100);
	end(&one, &two);
}

static struct span renamed(struct span document, const char *from, const char *to)
{
	static uint8_t copy[GROUP_PAPER_MAX];
	memcpy(copy, document.p, document.n);
	uint8_t *at = memmem(copy, document.n, from, strlen(from));
	assert_non_null(at);
	memcpy(at, to, strlen(to));
	return span_of(copy, document.n);
}

/* The key of one group that says it is another's. */
static void test_owner_of_another(void **state)
{
	struct rig one, two;
	begin(&one, &two);
	char home[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(home);
	text_str(&t, rig_info(&one, "Home").id);
	import(&two, export(&one, GROUPS_EXPORT), "", OK, "");
	(void)rig_group(&one, "Work");
	struct groups_command c = with(GROUPS_OWNER, span_of(NULL, 0), PASS);
	c.group = rig_word("Work");
	rig_expect(&one, &c, OK, "");
	struct span lie = renamed(rig_document(&one), rig_info(&one, "Work").id, home);
	import(&two, lie, PASS, ERR_DENIED, "not the key of this group");
	assert_false(rig_info(&two, "").owner);
	end(&one, &two);
}

static void test_owner_store(void **state)
{
	struct rig one, two;
	struct group_info i;
	begin(&one, &two);
	struct span key = export(&one, GROUPS_OWNER);
	import(&two, export(&one, GROUPS_EXPORT), "", OK, "");
	rig_commit(&two);
	store_mem_break(two.mem, ERR_IO);
	import(&two, key, PASS, ERR_IO, "");
	store_mem_break(two.mem, OK);
	assert_false(rig_info(&two, "").owner);
	group_look(rig_info(&two, "").group, &i);
	assert_false(i.holds_group_key);
	rig_pass(&two, MONO_SEC);
	rig_restart(&two);
	assert_false(rig_info(&two, "").owner);
	import(&two, key, PASS, OK, "");
	end(&one, &two);
}

static void test_owner_memory(void **state)
{
	struct rig one, two;
	size_t failures = 0;
	begin(&one, &two);
	struct span key = export(&one, GROUPS_OWNER);
	import(&two, export(&one, GROUPS_EXPORT), "", OK, "");
	const struct groups_command c = with(GROUPS_IMPORT, key, PASS);
	for (size_t n = 1;; n += 1 + n / 3) {
		failing_env_fail_at(&two.f, n);
		const struct rig_answer *a = rig_do(&two, &c);
		two.f.fail_at = 0;
		bool failed = two.f.failed;
		assert_true(a->given);
		assert_int_equal(rig_info(&two, "").owner, a->err == OK);
		if (a->err == OK)
			break;
		assert_true(failed);
		failures++;
	}
	assert_true(failures >= 3);
	end(&one, &two);
}

/* Damaged anywhere, it is refused and nothing happens. */
static void test_owner_damaged(void **state)
{
	struct rig one, two;
	begin(&one, &two);
	struct span key = export(&one, GROUPS_OWNER);
	import(&two, export(&one, GROUPS_EXPORT), "", OK, "");
	for (size_t n = 0; n < key.n; n += 617) {
		const struct groups_command c = with(GROUPS_IMPORT, span_of(key.p, n), PASS);
		const struct rig_answer *a = rig_do(&two, &c);
		assert_true(a->given && a->err != OK);
	}
	static uint8_t copy[GROUP_PAPER_MAX];
	for (size_t at = 200; at < key.n - 60; at += 1601) {
		memcpy(copy, key.p, key.n);
		copy[at] = copy[at] == 'A' ? 'B' : 'A';
		const struct groups_command c = with(GROUPS_IMPORT, span_of(copy, key.n), PASS);
		const struct rig_answer *a = rig_do(&two, &c);
		assert_true(a->given);
		if (a->err)
			assert_false(rig_info(&two, "").owner);
	}
	end(&one, &two);
}

/* Without the key of the identity, or where nobody made it, there is nothing to carry. */
static void test_nothing_to_carry(void **state)
{
	struct rig one, two;
	begin(&one, &two);
	import(&two, export(&one, GROUPS_EXPORT), "", OK, "");
	struct groups_command c = with(GROUPS_OWNER, span_of(NULL, 0), PASS);
	rig_expect(&two, &c, ERR_NOT_FOUND, "its creator's machine has");
	one.vault[0] ^= 1;
	rig_restart(&one);
	rig_expect(&one, &c, ERR_DENIED, "not at hand");
	c = with(GROUPS_IMPORT, span_of("<HOMESTEADGROUPOWNER/>", 22), PASS);
	rig_expect(&one, &c, ERR_DENIED, "another vault key");
	one.vault[0] ^= 1;
	rig_restart(&one);
	assert_true(export(&one, GROUPS_OWNER).n > 100);
	end(&one, &two);
}

/* A membership of somebody who is not here, or given where an invitation is wanted. */
static void test_membership_of_a_stranger(void **state)
{
	struct rig one, two;
	begin(&one, &two);
	struct span membership = export(&one, GROUPS_EXPORT);
	struct groups_command c = { .kind = GROUPS_ID_DELETE };
	rig_expect(&two, &c, OK, "");
	import(&two, membership, "", ERR_NOT_FOUND, "no identity of this machine");
	c = (struct groups_command){ .kind = GROUPS_JOIN, .document = membership };
	rig_expect(&one, &c, ERR_MALFORMED, "that is ");
	end(&one, &two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner_kept),
		cmocka_unit_test(test_owner_not_stored),
		cmocka_unit_test(test_box_carried),
		cmocka_unit_test(test_owner_carried),
		cmocka_unit_test(test_owner_of_another),
		cmocka_unit_test(test_owner_store),
		cmocka_unit_test(test_owner_memory),
		cmocka_unit_test(test_owner_damaged),
		cmocka_unit_test(test_nothing_to_carry),
		cmocka_unit_test(test_membership_of_a_stranger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
