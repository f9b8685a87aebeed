/* MASC-14.2: every cell of the matrix, where it leads and what others hear
 * (MASC-14.1, 14.13). */
#include "own_rig.h"

#include <stdio.h>

struct cell {
	enum own_event_kind event;
	enum masc_life to;
	const char *told;
};

#define NEW    "new 239.192.2.0/24 +0 60/2 to IPS"
#define EXPAND "expand 239.192.2.0/23 +0 60/2 to IPS"
#define RENEW  "expand 239.192.2.0/24 +0 60/2 to IPS"
#define IN_USE "in-use 239.192.2.0/24 +0 60/60 to IPSC"
#define OLD    "in-use-D 239.192.2.0/24 +0 60/60 to IC"
#define BOTH   IN_USE "; in-use 239.192.2.0/23 +0 60/60 to IPSC"
#define BACK   "withdraw 239.192.2.0/24 +0 60/3 to IPSC"
#define YIELD  "withdraw 239.192.2.0/24 +0 60/60 to IPSC"
#define END                                                                                        \
	{                                                                                          \
		OWN_EVENT_COUNT, MASC_LIFE_COUNT, NULL                                             \
	}

/* What is not listed does not happen there. */
static const struct cell wanted[] = {
	{ OWN_READY, MASC_LIFE_SCHEDULED, "" },	  { OWN_MET, MASC_LIFE_EXPIRED, "" },
	{ OWN_DEPRECATE, MASC_LIFE_EXPIRED, "" }, { OWN_DROP, MASC_LIFE_EXPIRED, "" },
	{ OWN_RELEASE, MASC_LIFE_EXPIRED, "" },	  END,
};
static const struct cell scheduled[] = {
	{ OWN_UNREADY, MASC_LIFE_WANTED, "" },
	{ OWN_CHOSEN, MASC_LIFE_WAITING, NEW },
	{ OWN_MET, MASC_LIFE_EXPIRED, "" },
	{ OWN_DEPRECATE, MASC_LIFE_EXPIRED, "" },
	{ OWN_DROP, MASC_LIFE_EXPIRED, "" },
	{ OWN_RELEASE, MASC_LIFE_EXPIRED, "" },
	END,
};
static const struct cell waiting[] = {
	{ OWN_WAITED, MASC_LIFE_HELD, IN_USE },
	{ OWN_BEATEN, MASC_LIFE_WANTED, "" },
	{ OWN_MET, MASC_LIFE_EXPIRED, "" },
	{ OWN_DENIED, MASC_LIFE_WANTED, "" },
	{ OWN_DEPRECATE, MASC_LIFE_EXPIRED, BACK },
	{ OWN_DROP, MASC_LIFE_EXPIRED, BACK },
	{ OWN_RELEASE, MASC_LIFE_EXPIRED, BACK },
	{ OWN_END, MASC_LIFE_WANTED, "" },
	END,
};
static const struct cell held[] = {
	{ OWN_GROW, MASC_LIFE_GROWING, EXPAND },
	{ OWN_RENEW, MASC_LIFE_RENEWING, RENEW },
	{ OWN_DEPRECATE, MASC_LIFE_DEPRECATED, OLD },
	{ OWN_CLASH_LOST, MASC_LIFE_CLASHED, YIELD },
	{ OWN_RELEASE, MASC_LIFE_EXPIRED, BACK },
	{ OWN_END, MASC_LIFE_EXPIRED, "" },
	END,
};
static const struct cell renewing[] = {
	{ OWN_WAITED, MASC_LIFE_HELD, IN_USE },
	{ OWN_BEATEN, MASC_LIFE_HELD, "" },
	{ OWN_MET, MASC_LIFE_HELD, "" },
	{ OWN_DENIED, MASC_LIFE_HELD, "" },
	{ OWN_DEPRECATE, MASC_LIFE_DEPRECATED, OLD },
	{ OWN_CLASH_LOST, MASC_LIFE_CLASHED, YIELD },
	{ OWN_RELEASE, MASC_LIFE_EXPIRED, BACK },
	{ OWN_END, MASC_LIFE_EXPIRED, "" },
	END,
};
static const struct cell growing[] = {
	{ OWN_WAITED, MASC_LIFE_HELD, BOTH },
	{ OWN_BEATEN, MASC_LIFE_HELD, "" },
	{ OWN_MET, MASC_LIFE_HELD, "" },
	{ OWN_DENIED, MASC_LIFE_HELD, "" },
	{ OWN_DEPRECATE, MASC_LIFE_DEPRECATED, OLD },
	{ OWN_CLASH_LOST, MASC_LIFE_CLASHED, YIELD },
	{ OWN_RELEASE, MASC_LIFE_EXPIRED, BACK },
	{ OWN_END, MASC_LIFE_EXPIRED, "" },
	END,
};
static const struct cell deprecated[] = {
	{ OWN_CLASH_LOST, MASC_LIFE_CLASHED, YIELD },
	{ OWN_RELEASE, MASC_LIFE_EXPIRED, BACK },
	{ OWN_END, MASC_LIFE_EXPIRED, "" },
	END,
};
static const struct cell clashed[] = {
	{ OWN_DEPRECATE, MASC_LIFE_CLASHED, "" },
	{ OWN_CLASH_OVER, MASC_LIFE_HELD, IN_USE },
	{ OWN_RELEASE, MASC_LIFE_EXPIRED, "" },
	{ OWN_END, MASC_LIFE_EXPIRED, "" },
	END,
};

static const struct cell *const rows[MASC_LIFE_EXPIRED] = {
	[MASC_LIFE_WANTED] = wanted,	     [MASC_LIFE_SCHEDULED] = scheduled,
	[MASC_LIFE_WAITING] = waiting,	     [MASC_LIFE_HELD] = held,
	[MASC_LIFE_RENEWING] = renewing,     [MASC_LIFE_GROWING] = growing,
	[MASC_LIFE_DEPRECATED] = deprecated, [MASC_LIFE_CLASHED] = clashed,
};

static const struct cell *cell_of(enum masc_life life, enum own_event_kind event)
{
	const struct cell *k = rows[life];
	while (k->event != event && k->event != OWN_EVENT_COUNT)
		k++;
	return k->event == event ? k : NULL;
}

/* Puts of a claim and what waits for them: the number is left out here. */
static const char *without_puts(const char *told)
{
	static char out[4096];
	size_t n = 0;
	for (const char *p = told; *p; p++) {
		if (*p == '@')
			while (p[1] >= '0' && p[1] <= '9')
				p++;
		else
			out[n++] = *p;
	}
	out[n] = 0;
	return out;
}

static void one_cell(enum masc_life life, enum own_event_kind event)
{
	static const char *const names[] = {
#define X(name) #name,
		OWN_EVENTS(X)
#undef X
	};
	const struct cell *k = cell_of(life, event);
	struct own_bench o;
	char line[256];
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", life);
	bool may = own_may(c, event);
	enum err e = step(&o, c, event);
	const char *end = strrchr(events(&o), '>');
	snprintf(line, sizeof(line), "%s %s: %s", masc_life_text(life), names[event],
		 e == OK ? end : "-");
	char want[256];
	snprintf(want, sizeof(want), "%s %s: %s", masc_life_text(life), names[event], "-");
	if (k)
		snprintf(want, sizeof(want), "%s %s: >%s ASKED", masc_life_text(life), names[event],
			 masc_life_text(k->to));
	assert_string_equal(without_puts(line), want);
	assert_int_equal(may, k != NULL);
	assert_int_equal(e, k ? OK : ERR_STATE);
	assert_string_equal(without_puts(told(&o)), k ? k->told : "");
	assert_int_equal(o.b.r.m->own->n_claims, k && k->to == MASC_LIFE_EXPIRED ? 0 : 1);
	own_end(&o);
}

static void each_cell(void **state)
{
	for (enum masc_life life = MASC_LIFE_WANTED; life < MASC_LIFE_COUNT; life++) {
		const struct own_claim c = { .life = life };
		assert_int_equal(own_may(&c, OWN_TAKEN), life == MASC_LIFE_WANTED);
	}
	for (enum masc_life life = MASC_LIFE_WANTED; life < MASC_LIFE_EXPIRED; life++)
		for (enum own_event_kind ev = 0; ev < OWN_EVENT_COUNT; ev++)
			if (ev != OWN_TAKEN)
				one_cell(life, ev);
}

/* MASC-14.9: all that is said of a state waits for the row of that state. */
static void what_is_told_waits_for_the_row(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	uint64_t before = store_mem_newest(o.b.r.mem);
	struct own_claim *c = want(&o, "239.192.2.0/24");
	assert_int_equal(c->put, before + 2);
	hush(&o);
	assert_int_equal(step(&o, c, OWN_READY), OK);
	assert_int_equal(step(&o, c, OWN_CHOSEN), OK);
	char want_told[128];
	snprintf(want_told, sizeof(want_told), NEW "@%lu", (unsigned long)c->put);
	assert_string_equal(told(&o), want_told);
	assert_int_equal(c->put, before + 4);
	snprintf(want_told, sizeof(want_told),
		 "1 wanted>scheduled ASKED@%lu; 1 scheduled>waiting ASKED@%lu",
		 (unsigned long)before + 3, (unsigned long)before + 4);
	assert_string_equal(events(&o), want_told);
	own_end(&o);
}

/* What cannot be stored has not happened, and nobody hears of it. */
static void a_store_that_takes_nothing(void **state)
{
	for (enum masc_life life = MASC_LIFE_WANTED; life < MASC_LIFE_EXPIRED; life++)
		for (enum own_event_kind ev = 0; ev < OWN_EVENT_COUNT; ev++) {
			if (!cell_of(life, ev))
				continue;
			struct own_bench o;
			own_start(&o, "");
			struct own_claim *c = have(&o, "239.192.2.0/24", life);
			struct own_claim was = *c;
			store_mem_break(o.b.r.mem, ERR_NO_SPACE);
			assert_int_equal(step(&o, c, ev), ERR_NO_SPACE);
			assert_memory_equal(&was, c, sizeof(was));
			expect_told(&o, "");
			expect_events(&o, "");
			store_mem_break(o.b.r.mem, OK);
			own_end(&o);
		}
}

/* Where what it holds and claims lies in the table. */
static void what_lies_in_the_table(void **state)
{
	static const char *const known[MASC_LIFE_EXPIRED] = {
		[MASC_LIFE_WANTED] = "",
		[MASC_LIFE_SCHEDULED] = "",
		[MASC_LIFE_WAITING] = "; new i 239.192.2.0/24 100.10*~",
		[MASC_LIFE_HELD] = "; managed i 239.192.2.0/24 100.10*~",
		[MASC_LIFE_RENEWING] = "; managed i 239.192.2.0/24 100.10*~; "
				       "expand i 239.192.2.0/24 100.10*~",
		[MASC_LIFE_GROWING] = "; expand i 239.192.2.0/23 100.10*~; "
				      "managed i 239.192.2.0/24 100.10*~",
		[MASC_LIFE_DEPRECATED] = "; managed i 239.192.2.0/24 100.10*~",
		[MASC_LIFE_CLASHED] = "; withdraw i 239.192.2.0/24 100.10*~",
	};
	for (enum masc_life life = MASC_LIFE_WANTED; life < MASC_LIFE_EXPIRED; life++) {
		struct own_bench o;
		char want_known[256];
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", life);
		snprintf(want_known, sizeof(want_known), "managed p 239.192.0.0/16 7.71%s",
			 known[life]);
		expect_known(&o.b, want_known);
		enum own_event_kind out = c->n_parts ? OWN_END : OWN_MET;
		assert_int_equal(step(&o, c, out), OK);
		if (life != MASC_LIFE_CLASHED)
			expect_known(&o.b, "managed p 239.192.0.0/16 7.71");
		own_end(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cell),
		cmocka_unit_test(what_is_told_waits_for_the_row),
		cmocka_unit_test(a_store_that_takes_nothing),
		cmocka_unit_test(what_lies_in_the_table),
	};
	return cmocka_run_group_tests_name("own_life", tests, NULL, NULL);
}
