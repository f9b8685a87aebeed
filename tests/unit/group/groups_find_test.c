/* Identities and groups by what people type (GROUP-10.6), from lists made here; and the answers
 * to those who typed it wrong. */
#include "groups_rig.h"

#include "group/groups_int.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "aaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

struct lists {
	struct groups s;
	struct groups_person p[3];
	struct groups_entry e[3];
};

static void begin(struct lists *l)
{
	static const char *const names[] = { A ".Ann", B ".Bob", C ".Cleo" };
	static const char *const labels[] = { "Ann", "Bob", "Cleo" };
	static const char *const groups[] = { B ".g", C ".g", C ".h" };
	static const char *const called[] = { "Home", "Work", "Club" };
	memset(l, 0, sizeof(*l));
	list_init(&l->s.persons);
	list_init(&l->s.entries);
	for (uint32_t i = 0; i < 3; i++) {
		l->p[i].number = i + 1;
		groups_words(l->p[i].name, sizeof(l->p[i].name), span_str(names[i]));
		groups_words(l->p[i].label, sizeof(l->p[i].label), span_str(labels[i]));
		list_push_back(&l->s.persons, &l->p[i].all);
		groups_words(l->e[i].id, sizeof(l->e[i].id), span_str(groups[i]));
		groups_words(l->e[i].self, sizeof(l->e[i].self), span_str(names[i]));
		groups_words(l->e[i].friendly, sizeof(l->e[i].friendly), span_str(called[i]));
		list_push_back(&l->s.entries, &l->e[i].all);
	}
	l->s.standard = 2;
}

static void label(struct lists *l, size_t i, const char *to)
{
	groups_words(l->p[i].label, sizeof(l->p[i].label), span_str(to));
}

/* Which of them it is, or the error: below 0. */
static int person(const struct lists *l, const char *word)
{
	struct groups_person *p = NULL;
	enum err e = groups_person_find(&l->s, span_str(word), &p);
	assert_true((e == OK) == (p != NULL));
	return e ? (int)e : (int)(p - l->p);
}

static int entry_as(const struct lists *l, const char *word, const char *identity)
{
	struct groups_entry *g = NULL;
	enum err e = groups_entry_find(&l->s, span_str(word), span_str(identity), &g);
	assert_true((e == OK) == (g != NULL));
	return e ? (int)e : (int)(g - l->e);
}

static int entry(const struct lists *l, const char *word)
{
	return entry_as(l, word, "");
}

static void test_persons(void **state)
{
	struct lists l;
	begin(&l);
	assert_int_equal(person(&l, A ".Ann"), 0);
	assert_int_equal(person(&l, "Bob"), 1);
	assert_int_equal(person(&l, "cccccc"), 2);
	assert_int_equal(person(&l, "ccccc"), ERR_NOT_FOUND); /* five digits are no beginning */
	assert_int_equal(person(&l, "cccccd"), ERR_NOT_FOUND);
	assert_int_equal(person(&l, C ".Cle"), 2);
	assert_int_equal(person(&l, C ".Cleopatra"), ERR_NOT_FOUND);
	assert_int_equal(person(&l, "bob"), ERR_NOT_FOUND);
	assert_int_equal(person(&l, "aaaaaa"), ERR_CONFLICT);
	assert_int_equal(person(&l, "aaaaaaa"), 0);
	assert_int_equal(person(&l, "aaaaaab"), 1);
}

/* A whole name is better than a label, a label than a beginning; of two alike neither. */
static void test_better(void **state)
{
	struct lists l;
	begin(&l);
	label(&l, 2, A ".Ann");
	assert_int_equal(person(&l, A ".Ann"), 0);
	label(&l, 0, "cccccc");
	assert_int_equal(person(&l, "cccccc"), 0);
	label(&l, 1, "cccccc");
	assert_int_equal(person(&l, "cccccc"), ERR_CONFLICT);
	label(&l, 2, "cccccc");
	assert_int_equal(person(&l, "cccccc"), ERR_CONFLICT);
	label(&l, 0, "aaaaaa");
	label(&l, 1, "Bob");
	assert_int_equal(person(&l, "aaaaaa"), 0); /* it begins two names besides */
	label(&l, 0, "Ann");
	label(&l, 2, "aaaaaa");
	assert_int_equal(person(&l, "aaaaaa"), 2);
}

/* Nothing typed: the default identity, and no other even where there is only one. */
static void test_standard(void **state)
{
	struct lists l;
	begin(&l);
	assert_int_equal(person(&l, ""), 1);
	l.s.standard = 0;
	assert_int_equal(person(&l, ""), ERR_NOT_FOUND);
	l.s.standard = 9;
	label(&l, 0, "");
	assert_int_equal(person(&l, ""), ERR_NOT_FOUND);
}

static void test_entries(void **state)
{
	struct lists l;
	begin(&l);
	assert_int_equal(entry(&l, B ".g"), 0);
	assert_int_equal(entry(&l, "Work"), 1);
	assert_int_equal(entry(&l, C), ERR_CONFLICT);
	assert_int_equal(entry(&l, C ".h"), 2);
	assert_int_equal(entry(&l, ""), ERR_CONFLICT);
	assert_int_equal(entry(&l, "Play"), ERR_NOT_FOUND);
	l.e[2].leaving = true; /* who leaves is gone for whoever types */
	assert_int_equal(entry(&l, C), 1);
	assert_int_equal(entry(&l, "Club"), ERR_NOT_FOUND);
	l.e[1].leaving = true;
	assert_int_equal(entry(&l, ""), 0);
	l.e[0].leaving = true;
	assert_int_equal(entry(&l, ""), ERR_NOT_FOUND);
}

/* GROUP-10.6: two of one machine in one group, told apart in one word. */
static void test_memberships(void **state)
{
	struct lists l;
	begin(&l);
	groups_words(l.e[2].id, sizeof(l.e[2].id), span_str(C ".g"));
	groups_words(l.e[2].friendly, sizeof(l.e[2].friendly), span_str("Work"));
	assert_int_equal(entry(&l, "Work"), ERR_CONFLICT);
	assert_int_equal(entry(&l, "Work/Bob"), 1);
	assert_int_equal(entry(&l, "Work/Cleo"), 2);
	assert_int_equal(entry(&l, C ".g/cccccc"), 2);
	assert_int_equal(entry(&l, "cccccc/" C ".Cleo"), 2);
	assert_int_equal(entry(&l, "Work/Ann"), ERR_NOT_FOUND);
	assert_int_equal(entry(&l, "Work/"), ERR_NOT_FOUND); /* not the default one */
	assert_int_equal(entry(&l, "/Cleo"), 2);	     /* the only one it is in */
	assert_int_equal(entry(&l, "/"), ERR_NOT_FOUND);
	assert_int_equal(entry(&l, "Home/Ann"), 0);
	assert_int_equal(entry_as(&l, "Work/Bob", C ".Cleo"), ERR_NOT_FOUND);
	/* A name with a stroke in it comes first, and labels may have some. */
	groups_words(l.e[0].friendly, sizeof(l.e[0].friendly), span_str("Work/Bob"));
	assert_int_equal(entry(&l, "Work/Bob"), 0);
	label(&l, 1, "B/o");
	assert_int_equal(entry(&l, "Work/B/o"), 1);
}

/* Two of one machine in one group: whoever says as whom says which. */
static void test_as_whom(void **state)
{
	struct lists l;
	begin(&l);
	memcpy(l.e[1].id, l.e[0].id, sizeof(l.e[1].id));
	assert_int_equal(entry(&l, B ".g"), ERR_CONFLICT);
	assert_int_equal(entry_as(&l, B ".g", A ".Ann"), 0);
	assert_int_equal(entry_as(&l, B ".g", B ".Bob"), 1);
	assert_int_equal(entry_as(&l, B ".g", C ".Cleo"), ERR_NOT_FOUND);
	assert_int_equal(entry_as(&l, "", C ".Cleo"), 2);
	assert_int_equal(entry_as(&l, "", "Cleo"), ERR_NOT_FOUND); /* a name, not a label */
}

static void test_named(void **state)
{
	struct lists l;
	begin(&l);
	assert_ptr_equal(groups_person_named(&l.s, span_str(C ".Cleo")), &l.p[2]);
	assert_null(groups_person_named(&l.s, span_str("Cleo")));
	assert_null(groups_person_named(&l.s, span_str(C)));
	memcpy(l.e[1].id, l.e[0].id, sizeof(l.e[1].id));
	assert_ptr_equal(groups_entry_named(&l.s, span_str(B ".g"), span_str("")), &l.e[0]);
	assert_ptr_equal(groups_entry_named(&l.s, span_str(B ".g"), span_str(B ".Bob")), &l.e[1]);
	assert_null(groups_entry_named(&l.s, span_str(B ".g"), span_str(C ".Cleo")));
	l.e[0].leaving = true;
	assert_ptr_equal(groups_entry_named(&l.s, span_str(B ".g"), span_str("")), &l.e[1]);
	assert_null(groups_entry_named(&l.s, span_str("Home"), span_str("")));
}

/* What is told to whoever typed it. */
static void test_words(void **state)
{
	struct rig r;
	rig_init(&r);
	struct groups_command c = { .kind = GROUPS_ID_EXPORT, .passphrase = rig_word("secret") };
	rig_expect(&r, &c, ERR_NOT_FOUND, "no identity yet");
	c.identity = rig_word("Ann");
	rig_expect(&r, &c, ERR_NOT_FOUND, "no such identity");
	(void)rig_person(&r, "Ann");
	(void)rig_person(&r, "Ann");
	rig_expect(&r, &c, ERR_CONFLICT, "more of the peer name");
	c = (struct groups_command){ .kind = GROUPS_EXPORT };
	rig_expect(&r, &c, ERR_NOT_FOUND, "in no such group");
	(void)rig_group(&r, "Home");
	(void)rig_group(&r, "Home");
	rig_expect(&r, &c, ERR_CONFLICT, "say which");
	c.group = rig_word("Home");
	rig_expect(&r, &c, ERR_CONFLICT, "more of the group's name");
	rig_fini(&r);
}

/* An identity may be typed by its label there, too; the answer says which group it was. */
static void test_label_of_identity(void **state)
{
	struct rig r;
	char home[GROUP_NAME_OCTETS + 1];
	rig_init(&r);
	(void)rig_person(&r, "Ann");
	struct text t = TEXT_OF(home);
	text_str(&t, rig_group(&r, "Home"));
	(void)rig_person(&r, "Bob");
	struct groups_command c = { .kind = GROUPS_EXPORT, .identity = rig_word("Ann") };
	rig_expect(&r, &c, OK, "");
	assert_string_equal(r.answer.made, home);
	c.identity = rig_word("Bob");
	rig_expect(&r, &c, ERR_NOT_FOUND, "in no such group");
	c.identity = rig_word("Nobody");
	rig_expect(&r, &c, ERR_NOT_FOUND, "in no such group");
	assert_string_equal(r.answer.made, "");
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_better),
		cmocka_unit_test(test_standard),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_memberships),
		cmocka_unit_test(test_as_whom),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_label_of_identity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
