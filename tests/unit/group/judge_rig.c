#include "judge_rig.h"

struct rig g;
struct record rec;

struct crypto_chain *read_chain(size_t i)
{
	struct crypto_chain *chain;
	enum group_chain_fault why;
	const struct group_chain_rules rules = { .profile = g.t.p };
	assert_int_equal(group_chain_read(g.t.c, &rules, span_of(g.chains[i].p, g.chains[i].n),
					  &chain, &why),
			 OK);
	return chain;
}

void join(size_t i)
{
	struct group_member *who;
	bool fresh;
	assert_int_equal(group_members_add(g.m, read_chain(i), &who, &fresh), OK);
}

static void know_security(void)
{
	struct text group = TEXT_OF(g.security.group), creator = TEXT_OF(g.security.creator);
	struct text classifier = TEXT_OF(g.security.classifier);
	g.security.major = g.t.p->group_major;
	g.security.membership_life = GROUP_LIFE;
	g.security.presence_life = GROUP_PRESENCE_LIFE;
	text_span(&group, people_name(&g.t, GROUP));
	text_span(&creator, people_name(&g.t, ANN));
	text_str(&classifier, "family");
	group_judge_security(g.j, &g.security, NULL);
}

void begin(enum crypto_profile_id id, size_t joined)
{
	memset(&g, 0, sizeof g);
	people_init(&g.t, id, PEOPLE);
	assert_int_equal(
		group_members_new(&g.m, &g.t.mem.env, g.t.c, g.t.p, &group_members_limits_default),
		OK);
	for (size_t i = ANN; i < PEOPLE; i++) {
		people_chain(&g.t, i + 1, NULL, &g.chains[i]);
		struct crypto_chain *chain = read_chain(i);
		memcpy(g.serials[i], group_chain_leaf(chain)->serial.p, CRYPTO_SERIAL);
		if (i == ANN)
			g.own = chain;
		else
			crypto_chain_free(chain);
		if (i <= joined)
			join(i);
	}
	memcpy(g.serials[GROUP], group_chain_root(g.own)->serial.p, CRYPTO_SERIAL);
	const struct group_judge_birth b = {
		.env = &g.t.mem.env,
		.crypto = g.t.c,
		.profile = g.t.p,
		.group = people_name(&g.t, GROUP),
		.self = people_name(&g.t, ANN),
		.members = g.m,
		.roots = 4,
		.waiting = 8,
	};
	assert_int_equal(group_judge_new(&g.j, &b), OK);
	group_judge_now(g.j, PEOPLE_NOW);
	assert_int_equal(group_judge_own(g.j, g.own, true), OK);
	know_security();
	record_init(&rec, people_name(&g.t, GROUP), people_name(&g.t, CLEO));
}

void end(void)
{
	group_judge_free(g.j);
	group_members_free(g.m);
	crypto_chain_free(g.own);
	people_fini(&g.t);
}

struct span serial(size_t i)
{
	return span_of(g.serials[i], CRYPTO_SERIAL);
}

void sign(size_t creator, size_t toucher)
{
	record_sign(&rec, &g.t, toucher, group_judge_version11(g.j), serial(creator),
		    serial(toucher));
}

enum graph_opinion judge(void)
{
	group_judge_record(g.j, &rec.r, GRAPH_CHANGE_ADDED, &g.v);
	return g.v.opinion;
}

void assert_refused(enum group_refusal why)
{
	assert_int_equal(judge(), GRAPH_INVALID);
	assert_int_equal(g.v.why, why);
	assert_true(!g.v.chain && !g.v.security && !g.v.policy);
}

void record_by(size_t creator, size_t toucher)
{
	record_init(&rec, people_name(&g.t, GROUP), people_name(&g.t, creator));
	if (toucher != creator)
		record_modifier(&rec, people_name(&g.t, toucher));
	sign(creator, toucher);
}

void membership(size_t of, size_t creator, uint8_t minor, bool sealed)
{
	uint8_t key[32] = { 9 }, digest[CRYPTO_HASH_MAX], signature[CRYPTO_SIGNATURE_MAX];
	struct group_membership m = { .major = g.t.p->group_major, .minor = minor };
	static uint8_t octets[GROUP_MEMBERSHIP_OCTETS(CRYPTO_CHAIN_MAX)];
	size_t n;
	m.chain = span_of(g.chains[of].p, g.chains[of].n);
	if (sealed) {
		group_seal_digest(g.t.c, g.t.p, serial(of), span_of(key, 32), digest);
		assert_int_equal(crypto_sign_digest(g.t.c, &g.t.draw.env, g.t.keys[of],
						    span_of(digest, g.t.p->crypto->hash_size),
						    signature),
				 OK);
		m.seal_key = span_of(key, 32);
		m.seal_signature = span_of(signature, g.t.p->crypto->signature_size);
	}
	assert_int_equal(group_membership_write(&m, g.t.p, octets, sizeof octets, &n), OK);
	record_init(&rec, people_name(&g.t, GROUP), people_name(&g.t, creator));
	rec.r.type = group_type_membership;
	record_payload(&rec, span_of(octets, n));
	sign(creator, creator);
}

void assert_membership(size_t of)
{
	assert_int_equal(judge(), GRAPH_VALID);
	assert_non_null(g.v.chain);
	assert_true(span_eq(group_chain_leaf(g.v.chain)->subject_name, people_name(&g.t, of)));
	crypto_chain_free(g.v.chain);
}

void security(size_t by)
{
	static uint8_t octets[GROUP_SECURITY_OCTETS];
	size_t n;
	assert_int_equal(group_security_write(&g.security, octets, sizeof octets, &n), OK);
	record_init(&rec, people_name(&g.t, GROUP), people_name(&g.t, by));
	rec.r.type = group_type_security;
	record_payload(&rec, span_of(octets, n));
	sign(by, by);
}

enum group_refusal ours(struct group_signing *s)
{
	return group_judge_ours(g.j, &rec.r, GRAPH_CHANGE_ADDED, s);
}

void as(size_t who, bool group_key)
{
	crypto_chain_free(g.own);
	g.own = read_chain(who);
	group_judge_free(g.j);
	const struct group_judge_birth b = {
		.env = &g.t.mem.env,
		.crypto = g.t.c,
		.profile = g.t.p,
		.group = people_name(&g.t, GROUP),
		.self = people_name(&g.t, who),
		.members = g.m,
		.roots = 4,
		.waiting = 8,
	};
	assert_int_equal(group_judge_new(&g.j, &b), OK);
	group_judge_now(g.j, PEOPLE_NOW);
	struct group_signing s;
	record_by(who, who);
	assert_int_equal(ours(&s), GROUP_REFUSAL_RIGHT); /* without a chain */
	assert_int_equal(group_judge_own(g.j, g.own, group_key), OK);
	group_judge_security(g.j, &g.security, NULL);
}
