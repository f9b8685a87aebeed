/* MASC-13: each row of the table: what is refused, what is kept, who is told. */
#include "claims_rig.h"

#define PARENT "managed p 239.192.0.0/16 7.71"

struct row {
	const char *before; /* heard first; NULL nothing */
	const char *claim, *done, *known;
};

/* Each row in a world of its own, in which we hold 239.192.128.0/17. */
static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct bench b;
		bench_usual(&b);
		bench_hold(&b, "239.192.128.0/17", 100000, false);
		if (rows[i].before)
			bench_hear(&b, rows[i].before);
		expect_hear(&b, rows[i].claim, rows[i].done);
		if (rows[i].known)
			expect_known(&b, rows[i].known);
		bench_fini(&b);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

/* MASC-13.1, MASC-13.6, MASC-13.8, MASC-13.12, MASC-13.16, MASC-13.21: cells that are always refused. */
static void cells_that_refuse(void **state)
{
	static const struct row rows[] = {
		{ NULL, "north: in-use 239.192.1.0/24 7.71 i", "3/23", PARENT },
		{ NULL, "north: expand 239.192.1.0/24 7.71 i", "3/23", PARENT },
		{ NULL, "north: new 239.192.1.0/24 7.71 i", "3/23", PARENT },
		{ NULL, "north: new 0/24 7.71 i", "3/23", PARENT },
		{ NULL, "east: denied 239.192.1.0/24 8.81 i", "3/23", PARENT },
		{ NULL, "kid: denied 239.192.129.0/24 200.21 i", "3/23", PARENT },
		{ NULL, "east: managed 239.192.1.0/24 8.81 i", "3/23", PARENT },
		{ NULL, "kid: managed 239.192.129.0/24 200.21 i", "3/23", PARENT },
	};
	CHECK(rows);
}

/* MASC-13.2 */
static void in_use_by_a_sibling(void **state)
{
	static const struct row rows[] = {
		{ NULL, "east: in-use 239.193.0.0/24 8.81 i", "3/24", PARENT },
		{ NULL, "east: in-use 239.192.1.0/24 8.81 i", "rival; in-use s to IPS but east",
		  PARENT "; in-use s 239.192.1.0/24 8.81*" },
	};
	CHECK(rows);
}

/* MASC-13.3 */
static void in_use_by_a_child(void **state)
{
	static const struct row rows[] = {
		{ NULL, "kid: in-use 239.192.1.0/24 200.21 i", "3/24", PARENT },
		{ NULL, "kid: in-use 239.192.129.0/24 200.21 i", "rival; in-use c to IC but kid",
		  PARENT "; below in-use c 239.192.129.0/24 200.21*" },
		/* The older one of another child is told to it, to all its nodes. */
		{ "bert: in-use 239.192.129.0/24 201.1 i ts=-9",
		  "kid: in-use 239.192.128.0/23 200.21 i",
		  "rival; in-use c to IC but kid; in-use c to kid only; in-use c to kid2 only",
		  NULL },
		/* A younger one is not. */
		{ "bert: in-use 239.192.129.0/24 201.1 i",
		  "kid: in-use 239.192.128.0/23 200.21 i ts=-9", "rival; in-use c to IC but kid",
		  NULL },
		/* Nor is what it holds itself. */
		{ "kid: in-use 239.192.129.0/24 200.21 i ts=-9",
		  "kid: in-use 239.192.128.0/23 200.21 i", "rival; in-use c to IC but kid", NULL },
	};
	CHECK(rows);
}

/* MASC-13.4, MASC-13.22 */
static void held_by_our_domain(void **state)
{
	static const struct row rows[] = {
		/* From whom our domain has it is not known here yet. */
		{ NULL, "inner: managed 239.193.0.0/24 100.11 i",
		  "colleague; replan; managed i to IPSC but inner",
		  PARENT "; managed i 239.193.0.0/24 100.11*" },
		{ NULL, "inner: managed 239.192.1.0/24 100.11 i",
		  "colleague; replan; managed i to IPSC but inner",
		  PARENT "; managed i 239.192.1.0/24 100.11*" },
		{ NULL, "inner: in-use 239.193.0.0/24 100.11 i",
		  "colleague; replan; in-use i to IPSC but inner",
		  PARENT "; managed i 239.193.0.0/24 100.11*" },
		{ NULL, "east: in-use 239.193.0.0/24 100.11 s", "3/24", PARENT },
		{ NULL, "kid: managed 239.193.0.0/24 100.11 p", "3/24", PARENT },
		{ NULL, "inner: in-use 239.192.1.0/24 100.11 i",
		  "colleague; replan; in-use i to IPSC but inner",
		  PARENT "; managed i 239.192.1.0/24 100.11*" },
		/* The other name says nothing new. */
		{ "inner: managed 239.192.1.0/24 100.11 i D",
		  "east: in-use 239.192.1.0/24 100.11 s", "",
		  PARENT "; managed i 239.192.1.0/24 100.11*" },
	};
	CHECK(rows);
}

/* MASC-13.3: while a colleague has not told all, the range may be one of its. */
static void in_use_by_a_child_of_a_colleague(void **state)
{
	struct bench b;
	bench_usual(&b);
	bench_peer(&b, "inner")->main->synced = false;
	expect_hear(&b, "kid: in-use 239.192.1.0/24 200.21 i", "rival; in-use c to IC but kid");
	bench_peer(&b, "inner")->main->synced = true;
	expect_hear(&b, "kid: in-use 239.192.2.0/24 200.21 i", "3/24");
	bench_fini(&b);
}

/* MASC-13.5, MASC-10.7: a denial beats the claim that it names, and no other. */
static void denied_by_the_parent(void **state)
{
	static const struct row rows[] = {
		{ NULL, "north: denied 239.193.1.0/24 8.81 i", "3/24", PARENT },
		{ NULL, "north: denied 239.192.1.0/24 8.81 i", "denied p to IPS but north",
		  PARENT "; denied p 239.192.1.0/24 8.81" },
		{ "east: new 239.192.1.0/24 8.81 i", "north: denied 239.192.1.0/24 8.81 i",
		  "gone 239.192.1.0/24; denied p to IPS but north",
		  PARENT "; denied p 239.192.1.0/24 8.81" },
		{ "east: new 239.192.1.0/24 8.81 i", "north: denied 239.192.1.0/24 8.81 i ts=-1",
		  "denied p to IPS but north",
		  PARENT "; new s 239.192.1.0/24 8.81*; denied p 239.192.1.0/24 8.81" },
		{ NULL, "north: denied 239.192.1.0/24 100.10 i", "denied; 3/26", PARENT },
		/* One of a colleague. */
		{ "inner: new 239.192.1.0/24 100.11 i", "north: denied 239.192.1.0/24 100.11 i",
		  "denied; gone 239.192.1.0/24; denied p to IPS but north", PARENT },
		{ "inner: new 239.192.1.0/24 100.11 i",
		  "north: denied 239.192.1.0/24 100.11 i ts=-1", "denied; 3/26", NULL },
	};
	CHECK(rows);
}

static void denied_is_ours(void **state)
{
	struct bench b;
	bench_usual(&b);
	b.denies = true;
	expect_hear(&b, "north: denied 239.192.1.0/24 100.10 i",
		    "denied; denied p to IPS but north");
	expect_known(&b, PARENT);
	bench_fini(&b);
}

/* MASC-13.7 */
static void denied_by_our_domain(void **state)
{
	static const struct row rows[] = {
		{ NULL, "inner: denied 239.192.129.0/24 200.21 i", "denied i to IC but inner",
		  PARENT "; below denied i 239.192.129.0/24 200.21" },
		{ "kid: new 239.192.129.0/24 200.21 i", "inner: denied 239.192.129.0/24 200.21 i",
		  "gone 239.192.129.0/24; denied i to IC but inner",
		  PARENT "; below denied i 239.192.129.0/24 200.21" },
	};
	CHECK(rows);
}

/* MASC-13.9 */
static void expanded_by_a_sibling(void **state)
{
	static const char *const held = "east: in-use 239.192.1.0/24 8.81 i";
	static const struct row rows[] = {
		{ held, "east: expand 239.193.0.0/23 8.81 i", "3/24", NULL },
		{ NULL, "east: expand 239.192.0.0/23 8.81 i", "3/27", PARENT },
		{ held, "east: expand 239.192.2.0/23 8.81 i", "3/27", NULL },
		{ "west: in-use 239.192.1.0/24 9.91 i", "east: expand 239.192.0.0/23 8.81 i",
		  "3/27", NULL },
		{ held, "east: expand 239.192.0.0/23 8.81 i", "rival; expand s to IPS but east",
		  PARENT "; expand s 239.192.0.0/23 8.81*; in-use s 239.192.1.0/24 8.81*" },
	};
	CHECK(rows);
}

/* MASC-13.10 */
static void expanded_by_a_child(void **state)
{
	static const char *const held = "kid: in-use 239.192.129.0/24 200.21 i";
	static const struct row rows[] = {
		{ held, "kid: expand 239.192.1.0/24 200.21 i", "3/24", NULL },
		{ NULL, "kid: expand 239.192.128.0/23 200.21 i", "3/25", PARENT },
		{ "bert: in-use 239.192.129.0/24 201.1 i", "kid: expand 239.192.128.0/23 200.21 i",
		  "3/25", NULL },
		{ held, "kid: expand 239.192.128.0/23 200.21 i", "rival; expand c to IC but kid",
		  PARENT "; below expand c 239.192.128.0/23 200.21*"
			 "; below in-use c 239.192.129.0/24 200.21*" },
		{ held, "kid: expand 239.192.128.0/23 200.21 i life=200000",
		  "expand c to I but kid; denied i to kid only; denied i to kid2 only; "
		  "denied i to I",
		  PARENT "; below denied i 239.192.128.0/23 200.21~"
			 "; below in-use c 239.192.129.0/24 200.21*" },
	};
	CHECK(rows);
}

/* MASC-13.11 */
static void expanded_by_our_domain(void **state)
{
	static const char *const held = "inner: managed 239.192.1.0/24 100.11 i";
	static const struct row rows[] = {
		{ held, "inner: expand 239.193.0.0/23 100.11 i", "3/24", NULL },
		{ NULL, "inner: expand 239.192.0.0/23 100.11 i", "3/26", PARENT },
		{ held, "inner: expand 239.192.0.0/23 100.11 i",
		  "colleague; expand i to IPS but inner",
		  PARENT "; expand i 239.192.0.0/23 100.11*; managed i 239.192.1.0/24 100.11*" },
	};
	CHECK(rows);
}

/* MASC-13.13, MASC-13.15 */
static void new_claims(void **state)
{
	static const struct row rows[] = {
		{ NULL, "east: new 239.193.0.0/24 8.81 i", "3/24", PARENT },
		{ NULL, "east: new 239.192.1.0/24 8.81 i", "rival; new s to IPS but east",
		  PARENT "; new s 239.192.1.0/24 8.81*" },
		{ NULL, "inner: new 239.193.0.0/24 100.11 i", "3/24", PARENT },
		{ NULL, "inner: new 239.192.1.0/24 100.11 i", "colleague; new i to IPS but inner",
		  PARENT "; new i 239.192.1.0/24 100.11*" },
	};
	CHECK(rows);
}

/* MASC-13.14 */
static void new_claim_of_a_child(void **state)
{
	static const struct row rows[] = {
		{ NULL, "kid: new 239.192.1.0/24 200.21 i", "3/24", PARENT },
		{ NULL, "kid: new 239.192.129.0/24 200.21 i", "rival; new c to IC but kid",
		  PARENT "; below new c 239.192.129.0/24 200.21*" },
		{ NULL, "kid: new 239.192.129.0/24 200.21 i life=5", "3/17", PARENT },
		{ "bert: in-use 239.192.129.0/24 201.1 i", "kid: new 239.192.129.0/24 200.21 i",
		  "new c to I but kid; denied i to kid only; denied i to kid2 only; denied i to I",
		  PARENT "; below in-use c 239.192.129.0/24 201.1*"
			 "; below denied i 239.192.129.0/24 200.21~" },
		/* By way of a colleague; our nodes of the child are told all the same. */
		{ NULL, "inner: new 239.192.129.0/24 200.21 c", "rival; new c to IC but inner",
		  PARENT "; below new c 239.192.129.0/24 200.21*" },
	};
	CHECK(rows);
}

/* What was denied is not judged again, but told again: each time to the node that
 * tells it, since who hears nothing waits its waiting period and holds the range;
 * by way of a colleague once a second. */
static void denied_claim_told_again(void **state)
{
	static const char *const claim = "kid: new 239.192.129.0/24 200.21 i life=200000 ts=-1";
	static const char *const relayed = "inner: new 239.192.129.0/24 200.21 c life=200000 ts=-1";
	struct bench b;
	bench_usual(&b);
	bench_hold(&b, "239.192.128.0/17", 100000, false);
	bench_hear(&b, "kid: new 239.192.129.0/24 200.21 i life=200000 ts=-1");
	assert_string_equal(rig_out(&b.r), "denied 239.192.129.0/24 TOO_LONG kid");
	expect_hear(&b, claim, "denied i to kid only");
	expect_hear(&b, claim, "denied i to kid only");
	expect_hear(&b, relayed, "denied i to kid only; denied i to kid2 only");
	expect_hear(&b, relayed, "");
	rig_expect(&b.r, "");
	/* As it was allowed, it is another. */
	expect_hear(&b, "kid: new 239.192.129.0/24 200.21 i life=90000",
		    "rival; new c to IC but kid");
	bench_fini(&b);
}

/* MASC-13.17, MASC-13.18, MASC-13.19 */
static void hints(void **state)
{
	static const struct row rows[] = {
		{ NULL, "east: new 0/24 8.81 i", "", PARENT },
		{ NULL, "kid: new 0/24 200.21 i", "hint; new c to I but kid; new c to kid2 only",
		  PARENT "; below new c 0.0.0.0/24 200.21" },
		{ NULL, "inner: new 0/24 200.21 c",
		  "hint; new c to I but inner; new c to kid only; new c to kid2 only", NULL },
		{ NULL, "inner: new 0/24 100.11 i", "new i to IP but inner",
		  "new i 0.0.0.0/24 100.11; " PARENT },
	};
	CHECK(rows);
}

static void hint_of_a_third_party(void **state)
{
	struct bench b;
	bench_init(&b, "strict_origin=no");
	bench_start(&b);
	expect_hear(&b, "kid: new 0/24 201.1 s", "");
	expect_known(&b, "");
	bench_fini(&b);
}

/* MASC-13.20 */
static void range_of_the_parent(void **state)
{
	struct bench b;
	bench_init(&b, "strict_origin=no");
	bench_start(&b);
	expect_hear(&b, "north: managed 239.192.0.0/16 6.61 i", "3/15");
	expect_known(&b, "");
	expect_hear(&b, "north: managed 239.192.0.0/16 7.71 i",
		    "replan; managed p to IPS but north");
	rig_expect(&b.r, "range 239.192.0.0/16");
	expect_known(&b, PARENT);
	/* Renewed it is no news for people, deprecated it is. */
	expect_hear(&b, "north: managed 239.192.0.0/16 7.71 i life=7200",
		    "replan; managed p to IPS but north");
	rig_expect(&b.r, "");
	expect_hear(&b, "north: managed 239.192.0.0/16 7.71 i life=7200 D",
		    "replan; managed p to IPS but north");
	rig_expect(&b.r, "range 239.192.0.0/16");
	expect_hear(&b, "inner: managed 239.200.0.0/16 7.71 p",
		    "replan; managed p to IPS but inner");
	/* Another node of ours has a parent that we have no session with. */
	expect_hear(&b, "inner: managed 239.200.0.0/16 6.61 p",
		    "replan; managed p to IPS but inner");
	expect_hear(&b, "north: managed 239.201.0.0/16 6.61 i", "3/15");
	bench_fini(&b);
}

/* MASC-10.2: what a colleague holds waits for the range it lies in, and is told to
 * that parent and the siblings then. */
static void placed_when_its_range_comes(void **state)
{
	struct bench b;
	bench_usual(&b);
	bench_hear(&b, "inner: managed 239.193.0.0/24 100.11 i");
	bench_hear(&b, "inner: managed 239.194.0.0/24 100.11 i");
	const struct space *own = space_unplaced(b.r.m, MASC_IPV4);
	assert_int_equal(own->held.n, 2);
	expect_hear(&b, "north: managed 239.193.0.0/16 7.71 i",
		    "managed i to PS but inner; gone 239.193.0.0/24; replan; "
		    "managed p to IPS but north");
	assert_int_equal(own->held.n, 1);
	expect_known(&b, PARENT "; managed p 239.193.0.0/16 7.71; "
				"managed i 239.193.0.0/24 100.11*; "
				"managed i 239.194.0.0/24 100.11*");
	/* A range told again moves nothing. */
	expect_hear(&b, "north: managed 239.193.0.0/16 7.71 i life=7200",
		    "replan; managed p to IPS but north");
	/* And again by its holder: where it is by now. */
	bench_hear(&b, "inner: managed 239.193.0.0/24 100.11 i ts=1");
	assert_int_equal(own->held.n, 1);
	bench_fini(&b);
}

/* What nobody of this run has told stays stale, and is told to nobody. */
static void placed_but_stale(void **state)
{
	struct bench b;
	bench_usual(&b);
	bench_hear(&b, "inner: managed 239.193.0.0/24 100.11 i");
	b.r.m->tellers.all[bench_peer(&b, "inner")->teller].epoch++;
	expect_hear(&b, "north: managed 239.193.0.0/16 7.71 i",
		    "gone 239.193.0.0/24; replan; managed p to IPS but north");
	expect_known(&b, PARENT "; managed p 239.193.0.0/16 7.71; "
				"managed i 239.193.0.0/24 100.11*!");
	bench_fini(&b);
}

/* The range of the parent is gone, what a colleague has of it is given back. */
static void withdrawn_after_its_range(void **state)
{
	struct bench b;
	bench_usual(&b);
	bench_hear(&b, "inner: managed 239.192.1.0/24 100.11 i");
	bench_hear(&b, "north: withdraw 239.192.0.0/16 7.71 i");
	expect_hear(&b, "inner: withdraw 239.192.1.0/24 100.11 i",
		    "withdrawn; gone 239.192.1.0/24; withdraw i to IPSC but inner");
	bench_fini(&b);
}

/* MASC-13.23 */
static void withdrawn_by_the_parent(void **state)
{
	struct bench b;
	bench_usual(&b);
	expect_hear(&b, "north: withdraw 239.192.0.0/17 6.61 i", "3/15");
	expect_hear(&b, "north: withdraw 239.192.0.0/17 7.71 i",
		    "replan; parent-withdrew; replan; withdraw p to IS but north");
	expect_known(&b, "withdraw p 239.192.0.0/17 7.71; managed p 239.192.128.0/17 7.71");
	rig_expect(&b.r, "range gone 239.192.0.0/16");
	/* Of a parent that we do not have. */
	expect_hear(&b, "inner: withdraw 239.192.0.0/17 6.61 p", "3/24");
	bench_fini(&b);
}

/* MASC-13.20: what others pass on of the parent may be older than its WITHDRAW. */
static void withdrawn_and_told_by_another(void **state)
{
	static const char gone[] = "withdraw p 239.192.0.0/16 7.71";
	struct bench b;
	bench_usual(&b);
	bench_hear(&b, "north: withdraw 239.192.0.0/16 7.71 i");
	expect_known(&b, gone);
	expect_hear(&b, "east: managed 239.192.0.0/16 7.71 p life=7200", "");
	expect_hear(&b, "inner: managed 239.192.0.0/17 7.71 p", "");
	expect_known(&b, gone);
	/* It is the parent's again when the parent says so. */
	expect_hear(&b, "north: managed 239.192.0.0/16 7.71 i",
		    "replan; managed p to IPS but north");
	bench_fini(&b);
}

/* Who told of the WITHDRAW says things in their order. */
static void withdrawn_and_told_by_the_same(void **state)
{
	struct bench b;
	bench_usual(&b);
	bench_hear(&b, "inner: withdraw 239.192.0.0/16 7.71 p");
	expect_hear(&b, "east: managed 239.192.0.0/16 7.71 p", "");
	expect_hear(&b, "inner: managed 239.192.0.0/16 7.71 p",
		    "replan; managed p to IPS but inner");
	bench_fini(&b);
}

/* MASC-13.24, MASC-13.25, MASC-13.26 */
static void withdrawn_by_others(void **state)
{
	static const struct row rows[] = {
		{ NULL, "east: withdraw 239.192.1.0/24 8.81 i", "3/27", PARENT },
		{ "west: in-use 239.192.1.0/24 9.91 i", "east: withdraw 239.192.1.0/24 8.81 i",
		  "3/27", NULL },
		{ "east: in-use 239.192.1.0/24 8.81 i", "east: withdraw 239.192.1.0/24 8.81 i",
		  "gone 239.192.1.0/24; withdraw s to IPS but east",
		  PARENT "; withdraw s 239.192.1.0/24 8.81" },
		{ NULL, "kid: withdraw 239.192.129.0/24 200.21 i", "3/25", PARENT },
		{ "kid: in-use 239.192.129.0/24 200.21 i",
		  "kid: withdraw 239.192.129.0/24 200.21 i",
		  "gone 239.192.129.0/24; withdraw c to IC but kid",
		  PARENT "; below withdraw c 239.192.129.0/24 200.21" },
		{ NULL, "inner: withdraw 239.192.1.0/24 100.11 i", "3/26", PARENT },
		{ "inner: managed 239.192.1.0/24 100.11 i",
		  "inner: withdraw 239.192.1.0/24 100.11 i",
		  "withdrawn; gone 239.192.1.0/24; withdraw i to IPSC but inner",
		  PARENT "; withdraw i 239.192.1.0/24 100.11" },
	};
	CHECK(rows);
}

/* MASC-13.27: either match suffices, A8. */
static void what_a_withdraw_matches(void **state)
{
	static const struct row rows[] = {
		/* Covered by what is held. */
		{ "east: in-use 239.192.0.0/23 8.81 i ts=-9",
		  "east: withdraw 239.192.1.0/24 8.81 i",
		  "gone 239.192.0.0/23; withdraw s to IPS but east",
		  PARENT "; in-use s 239.192.0.0/24 8.81*; withdraw s 239.192.1.0/24 8.81" },
		/* Wider than that. */
		{ "east: in-use 239.192.0.0/24 8.81 i", "east: withdraw 239.192.0.0/23 8.81 i",
		  "3/27", NULL },
		/* The same pending claim. */
		{ "east: new 239.192.1.0/24 8.81 i ts=-1",
		  "east: withdraw 239.192.1.0/24 8.81 i ts=-1",
		  "gone 239.192.1.0/24; withdraw s to IPS but east",
		  PARENT "; withdraw s 239.192.1.0/24 8.81" },
		{ "east: new 239.192.1.0/24 8.81 i ts=-1", "east: withdraw 239.192.1.0/24 8.81 i",
		  "3/27", NULL },
		{ "east: new 239.192.0.0/23 8.81 i ts=-1",
		  "east: withdraw 239.192.1.0/24 8.81 i ts=-1", "3/27", NULL },
		/* By another node of the domain. */
		{ "east: in-use 239.192.1.0/24 8.82 i", "east: withdraw 239.192.1.0/24 8.81 i",
		  "gone 239.192.1.0/24; withdraw s to IPS but east",
		  PARENT "; withdraw s 239.192.1.0/24 8.81" },
	};
	CHECK(rows);
}

/* MASC-13.27: what a newcomer is told of may be gone already. */
static void a_withdraw_of_the_past(void **state)
{
	static const char *const claims[] = { "east: withdraw 239.192.1.0/24 8.81 i",
					      "kid: withdraw 239.192.129.0/24 200.21 i" };
	static const char *const peers[] = { "east", "kid" };
	static const char *const refused[] = { "3/27", "3/25" };
	struct bench b;
	bench_usual(&b);
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		bench_peer(&b, peers[i])->main->synced = false;
		expect_hear(&b, claims[i], "");
		bench_peer(&b, peers[i])->main->synced = true;
		expect_hear(&b, claims[i], refused[i]);
	}
	expect_known(&b, PARENT);
	bench_fini(&b);
}

/* MASC-13.27: our children may stand on what a colleague gave back while we were
 * away, whether we know of it or not, but not on what another node holds again. */
static void a_colleagues_withdraw_of_the_past(void **state)
{
	static const char away[] = "inner: withdraw 239.192.2.0/23 100.11 i";
	static const struct row rows[] = {
		{ NULL, away, "withdraw i to C but inner",
		  PARENT "; withdraw i 239.192.2.0/23 100.11" },
		/* Under a parent whose ranges are not known. */
		{ NULL, "inner: withdraw 239.193.2.0/23 100.11 i", "withdraw i to C but inner",
		  PARENT "; withdraw i 239.193.2.0/23 100.11" },
		/* Half of it is all that we heard of. */
		{ "inner: managed 239.192.2.0/24 100.11 i", away,
		  "gone 239.192.2.0/24; withdraw i to C but inner",
		  PARENT "; withdraw i 239.192.2.0/23 100.11" },
		{ "inner: managed 239.192.2.0/24 100.12 i", away, "",
		  PARENT "; managed i 239.192.2.0/24 100.12*" },
		{ "inner: new 239.192.2.0/24 100.12 i", away,
		  "gone 239.192.2.0/24; withdraw i to C but inner", NULL },
		/* From the outside it is an echo of ours. */
		{ NULL, "east: withdraw 239.192.2.0/23 100.11 s", "", PARENT },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench b;
		bench_usual(&b);
		if (rows[i].before)
			bench_hear(&b, rows[i].before);
		bench_peer(&b, "inner")->main->synced = false;
		bench_peer(&b, "east")->main->synced = false;
		expect_hear(&b, rows[i].claim, rows[i].done);
		if (rows[i].known)
			expect_known(&b, rows[i].known);
		/* Once it is known it is known. */
		expect_hear(&b, rows[i].claim, "");
		bench_fini(&b);
	}
	struct bench b;
	bench_usual(&b);
	expect_hear(&b, away, "3/26");
	bench_fini(&b);
}

/* MASC-13.28: options go on, as does the updated role. */
static void options_are_kept(void **state)
{
	struct bench b;
	struct wire_claim c;
	bench_usual(&b);
	expect_hear(&b, "east: new 239.192.1.0/24 8.81 i opt", "rival; new s to IPS but east");
	struct space *sp = space_parent(b.r.m, MASC_IPV4, &(struct masc_id){ { [15] = 7 } });
	c = bench_claim(&b, "new 239.192.1.0/24 8.81 i", NULL);
	uint32_t r = cache_find(sp, &c);
	assert_true(r && table_get(sp->table, r, &c));
	assert_int_equal(c.options.n, 4);
	assert_memory_equal(c.options.p, "\x02\x09\xaa\xbb", 4);
	bench_fini(&b);
}

/* MASC-13.28: with the strict origin rule nothing goes where it is not believed. */
static void told_to_whom_it_may_be(void **state)
{
	static const struct {
		const char *claim, *done;
	} rows[] = {
		{ "east: in-use 239.192.1.0/24 8.81 i", "rival; in-use s to I but east" },
		{ "east: new 239.192.1.0/24 8.81 i", "rival; new s to I but east" },
		{ "north: denied 239.192.1.0/24 8.81 i", "denied p to I but north" },
		{ "north: managed 239.192.0.0/17 7.71 i", "replan; managed p to I but north" },
		{ "north: withdraw 239.192.0.0/17 7.71 i",
		  "replan; parent-withdrew; replan; withdraw p to I but north" },
		{ "inner: new 239.192.1.0/24 100.11 i", "colleague; new i to IPS but inner" },
		{ "kid: new 239.192.129.0/24 200.21 i", "rival; new c to IC but kid" },
		{ "inner: denied 239.192.1.0/24 8.81 p", "denied p to I but inner" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench b;
		bench_init(&b, "strict_origin=yes");
		bench_start(&b);
		bench_hold(&b, "239.192.128.0/17", 100000, false);
		bench_hear(&b, "north: managed 239.192.0.0/16 7.71 i");
		expect_hear(&b, rows[i].claim, rows[i].done);
		bench_fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_that_refuse),
		cmocka_unit_test(in_use_by_a_sibling),
		cmocka_unit_test(in_use_by_a_child),
		cmocka_unit_test(in_use_by_a_child_of_a_colleague),
		cmocka_unit_test(held_by_our_domain),
		cmocka_unit_test(denied_by_the_parent),
		cmocka_unit_test(denied_is_ours),
		cmocka_unit_test(denied_by_our_domain),
		cmocka_unit_test(expanded_by_a_sibling),
		cmocka_unit_test(expanded_by_a_child),
		cmocka_unit_test(expanded_by_our_domain),
		cmocka_unit_test(new_claims),
		cmocka_unit_test(new_claim_of_a_child),
		cmocka_unit_test(denied_claim_told_again),
		cmocka_unit_test(hints),
		cmocka_unit_test(hint_of_a_third_party),
		cmocka_unit_test(range_of_the_parent),
		cmocka_unit_test(withdrawn_by_the_parent),
		cmocka_unit_test(withdrawn_and_told_by_another),
		cmocka_unit_test(withdrawn_and_told_by_the_same),
		cmocka_unit_test(withdrawn_by_others),
		cmocka_unit_test(what_a_withdraw_matches),
		cmocka_unit_test(a_withdraw_of_the_past),
		cmocka_unit_test(a_colleagues_withdraw_of_the_past),
		cmocka_unit_test(placed_when_its_range_comes),
		cmocka_unit_test(placed_but_stale),
		cmocka_unit_test(withdrawn_after_its_range),
		cmocka_unit_test(told_to_whom_it_may_be),
		cmocka_unit_test(options_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
