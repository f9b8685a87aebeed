/* Real graphs whose links are connections of a group: neighbors come about over
 * memory, and who is no member does not become one. Node 0 is ann, who created
 * it, node 1 is ben. */
#include "../graph/mesh_rig.h"
#include "session_rig.h"

#include <stdio.h>

struct links {
	struct session_rig t;
	struct mesh *m;
	struct graph_provider_ops ops;
	unsigned int failures;
	enum group_session_fault fault;
	int64_t off;
	size_t plain, sends; /* SENDs that show what was said; all */
};

static struct links l;

static enum err secure(void *ctx, const struct graph_record *r, enum graph_change change,
		       struct span *security)
{
	*security = span_str("signed");
	return OK;
}

static enum graph_opinion validate(void *ctx, const struct graph_record *r,
				   enum graph_change change)
{
	return span_eq(r->security, span_str("signed")) ? GRAPH_VALID : GRAPH_INVALID;
}

static void failed(void *ctx, const struct graph_parties *who, enum group_session_fault why,
		   enum group_chain_fault chain, int64_t off, bool proved)
{
	l.failures++;
	if (why == GROUP_FAULT_TLS || why == GROUP_FAULT_OURS || why == GROUP_FAULT_CLOCK_THERE)
		return;
	l.fault = why;
	l.off = off;
}

static bool holds(struct span in, struct span what)
{
	for (size_t i = 0; i + what.n <= in.n; i++)
		if (memcmp(in.p + i, what.p, what.n) == 0)
			return true;
	return false;
}

static void watch(void *arg, size_t from, size_t to, struct span bytes)
{
	l.sends++;
	l.plain += holds(bytes, span_str("a word between us"));
}

static struct rig_end *end_of(size_t node)
{
	return &l.t.end[node == 0];
}

static void run_as(size_t node)
{
	struct rig_end *e = end_of(node);
	e->home.failed = failed;
	l.m->provider = (struct graph_provider){ &l.ops, &e->home };
	snprintf(l.m->node[node].peer, sizeof l.m->node[node].peer, "%s", e->who->name);
}

static void begin(enum crypto_profile_id id)
{
	l = (struct links){ .failures = 0 };
	session_rig_init(&l.t, id);
	l.m = mesh_new(2, 7);
	l.m->on_send = watch;
	l.m->properties.profile = id;
	snprintf(l.m->properties.id, sizeof l.m->properties.id, "%s", l.t.group.name);
	l.ops = (struct graph_provider_ops){
		.name = "group",
		.sessions = true,
		.frame_plain = l.t.p->packet_max,
		.session_new = group_session_new,
		.session_free = group_session_free,
		.step = group_session_step,
		.seal = group_session_seal,
		.unseal = group_session_unseal,
		.peer = group_session_peer,
		.stands = group_session_stands,
		.secure = secure,
		.validate = validate,
	};
}

static void end(void)
{
	mesh_free(l.m);
	session_rig_fini(&l.t);
}

static void both_run(void)
{
	run_as(0);
	mesh_create(l.m, 0);
	run_as(1);
	mesh_open(l.m, 1);
}

static enum err call(size_t from, size_t to)
{
	uint64_t number = mesh_connect(l.m, from, to);
	for (int i = 0; i < 100 && !mesh_reply(l.m, from, number); i++)
		mesh_run(l.m, 100 * MONO_MS);
	const struct mesh_reply *r = mesh_reply(l.m, from, number);
	assert_non_null(r);
	return r->err;
}

static bool same(struct mesh *m)
{
	return mesh_same_records(m);
}

static void assert_neighbors(void)
{
	struct graph_link_info info;
	assert_int_equal(call(1, 0), OK);
	for (size_t i = 0; i < 2; i++) {
		size_t at = 0;
		assert_int_equal(mesh_neighbors(l.m, i), 1);
		assert_true(graph_link_next(l.m->node[i].g, &at, &info));
		assert_string_equal(info.peer, end_of(!i)->who->name);
	}
	assert_int_equal(l.failures, 0);
}

static void assert_strangers(enum group_session_fault fault, int64_t off)
{
	assert_int_not_equal(call(1, 0), OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(mesh_neighbors(l.m, i), 0);
	assert_true(l.failures > 0);
	assert_int_equal(l.fault, fault);
	assert_int_equal(l.off, off);
}

/* GROUP-8.1, GROUP-8.13 */
static void two_graphs_become_neighbors(void **state)
{
	static char large[60000];
	memset(large, 'x', sizeof large - 1);
	RIG_EACH_PROFILE(id)
	{
		begin(id);
		both_run();
		assert_neighbors();
		mesh_add(l.m, 0, "a word between us", 3600);
		mesh_add(l.m, 1, large, 3600);
		assert_true(mesh_until(l.m, same, MONO_MIN));
		assert_true(l.sends > 10);
		assert_int_equal(l.plain, 0);
		end();
	}
}

/* A membership that needs several packets: tokens with `more`. */
static void a_long_chain_makes_a_link(void **state)
{
	enum {
		MANY = CRYPTO_CHAIN_CERTS - 1
	};
	struct rig_person *people = calloc(MANY, sizeof *people);
	assert_non_null(people);
	begin(CRYPTO_MODERN);
	for (size_t i = 0; i < MANY; i++) {
		rig_person_init(&l.t, &people[i], "participant", RIG_BORN);
		rig_admit(&l.t, i ? &people[i - 1] : &l.t.group, &people[i], CRYPTO_ROLE_INVITER,
			  RIG_BORN, 0);
	}
	rig_is(&l.t, 0, &people[MANY - 1]);
	rig_is(&l.t, 1, &people[MANY - 2]);
	both_run();
	assert_neighbors();
	mesh_free(l.m);
	for (size_t i = 0; i < MANY; i++)
		rig_person_fini(&people[i]);
	free(people);
	session_rig_fini(&l.t);
}

static void who_is_no_member_is_no_neighbor(void **state)
{
	RIG_EACH_PROFILE(id)
	for (size_t i = 0; i < 2; i++) {
		begin(id);
		end_of(i)->shows = false;
		both_run();
		assert_strangers(GROUP_FAULT_NO_MEMBERSHIP, 0);
		assert_true(l.m->node[!i].events[GRAPH_EVENT_BAD_PEER] > 0);
		end();
	}
}

/* GROUP-8.12 */
static void a_wrong_clock_is_told(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		begin(CRYPTO_MODERN);
		end_of(i)->now = RIG_BORN - 40 * RIG_HOUR;
		both_run();
		assert_strangers(GROUP_FAULT_CLOCK, 40 * RIG_HOUR);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_graphs_become_neighbors),
		cmocka_unit_test(a_long_chain_makes_a_link),
		cmocka_unit_test(who_is_no_member_is_no_neighbor),
		cmocka_unit_test(a_wrong_clock_is_told),
	};
	return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
