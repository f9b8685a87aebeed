/* PNRP-10.7: names with keys that others lend: delegated ones, and unsecured ones. */
#include "../failing_env.h"

#include "base/store_mem.h"
#include "crypto/cert.h"
#include "pnrp/clouds_int.h"

#define WALL	 INT64_C(1790000000000000)
#define MACHINES 3

static const struct wall morning = { WALL, true };

/* Machines on one link, whose datagrams arrive at once. */
struct machine {
	struct store_mem *mem;
	struct pnrp_clouds *c;
	struct addr at;
	enum err reply;
	bool replied;
	size_t n_results;
	struct pnrp_result result[4];
	uint8_t payload[64];
	size_t n_payload;
};

struct link {
	struct failing_env f;
	struct crypto *x;
	const struct crypto_profile *p;
	struct machine m[MACHINES];
	struct mono now;
	/* A group with two members of their own keys. */
	struct crypto_key *root, *member[2];
	uint8_t authority[CRYPTO_AUTHORITY];
	uint8_t chain[2][2 * CRYPTO_CERT_MAX];
	size_t chain_n[2];
};

static void issue(struct link *l, size_t who, int64_t until)
{
	const char *name = "b218e867816cd8ce4ff5eb17728869ff96cef742.group";
	struct crypto_cert c[2] = {
		{ .type = CRYPTO_CERT_ROOT,
		  .public = crypto_key_public(l->root),
		  .subject = span_str("S"),
		  .issuer = span_str("I"),
		  .subject_name = span_str(name),
		  .group_name = span_str(name),
		  .not_before = WALL - MONO_DAY,
		  .not_after = WALL + 9 * MONO_DAY },
		{ .type = CRYPTO_CERT_MEMBER,
		  .public = crypto_key_public(l->member[who]),
		  .subject = span_str("S"),
		  .issuer = span_str("I"),
		  .subject_name = span_str("member"),
		  .issuer_name = span_str(name),
		  .group_name = span_str(name),
		  .roles = CRYPTO_ROLE_MEMBER,
		  .not_before = WALL - MONO_DAY,
		  .not_after = until },
	};
	uint8_t der[2][CRYPTO_CERT_MAX];
	struct span parts[2];
	for (size_t i = 0; i < 2; i++) {
		size_t n;
		assert_int_equal(crypto_cert_issue(l->x, &l->f.env, l->root, &c[i], der[i],
						   sizeof(der[i]), &n),
				 OK);
		parts[i] = span_of(der[i], n);
	}
	assert_int_equal(crypto_chain_make(l->x, parts, 2, l->chain[who], sizeof(l->chain[who]),
					   &l->chain_n[who]),
			 OK);
}

static void found(struct machine *m, const struct pnrp_result *r)
{
	if (m->n_results == 4)
		return;
	m->result[m->n_results++] = *r;
	m->n_payload = r->payload.n;
	if (r->payload.n && r->payload.n <= sizeof(m->payload))
		memcpy(m->payload, r->payload.p, r->payload.n);
}

static void carry(struct link *l, const struct machine *from, const struct pnrp_clouds_out *o)
{
	bool multicast = addr_is_multicast(&o->remote);
	struct addr source = from->at, to = o->remote;
	source.port = PNRP_PORT;
	for (size_t i = 0; i < MACHINES; i++) {
		struct machine *m = &l->m[i];
		if (m == from || (!multicast && memcmp(m->at.ip, o->remote.ip, 4) != 0))
			continue;
		to.scope = 2;
		assert_int_equal(
			pnrp_clouds_datagram(m->c, multicast ? PNRP_SOCKET_SSDP4 : PNRP_SOCKET_IPV4,
					     &source, &to, o->bytes, l->now),
			OK);
	}
}

static void drain(struct link *l)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < MACHINES; i++) {
			struct machine *m = &l->m[i];
			struct pnrp_clouds_out o;
			while (pnrp_clouds_poll(m->c, &o)) {
				more = true;
				if (o.kind == PNRP_CLOUDS_DATAGRAM)
					carry(l, m, &o);
				else if (o.kind == PNRP_CLOUDS_RESULT)
					found(m, o.result);
				else if (o.kind == PNRP_CLOUDS_REPLY)
					m->replied = true, m->reply = o.err;
			}
		}
	}
}

static void passes(struct link *l, int64_t us)
{
	struct mono end = mono_add(l->now, us);
	while (l->now.us < end.us) {
		struct mono next = end;
		for (size_t i = 0; i < MACHINES; i++)
			next = mono_min(next, pnrp_clouds_deadline(l->m[i].c));
		l->now = next.us > l->now.us ? next : l->now;
		for (size_t i = 0; i < MACHINES; i++)
			pnrp_clouds_tick(l->m[i].c, l->now);
		drain(l);
	}
}

static void boot(struct link *l, size_t i, const char *address)
{
	struct machine *m = &l->m[i];
	struct pnrp_config cfg;
	struct pnrp_if_addr a = { .index = 2, .name = "e2", .plen = 24, .multicast = true };
	pnrp_config_init(&cfg);
	cfg.enabled = true;
	assert_int_equal(addr_parse(span_str(address), 0, &a.addr), OK);
	m->at = a.addr;
	if (!m->mem)
		assert_int_equal(store_mem_new(&m->mem, &l->f.env), OK);
	assert_int_equal(pnrp_clouds_new(&m->c, &cfg, l->x, &l->f.env, store_mem_store(m->mem),
					 l->now, morning),
			 OK);
	assert_int_equal(pnrp_clouds_interfaces(m->c, &a, 1, l->now), OK);
	struct addr local = { .family = ADDR_IPV4, .port = PNRP_PORT };
	pnrp_clouds_bound(m->c, PNRP_SOCKET_IPV4, &local, l->now);
	local.port = 1900;
	pnrp_clouds_bound(m->c, PNRP_SOCKET_SSDP4, &local, l->now);
}

static struct link *init(void)
{
	struct link *l = calloc(1, sizeof(*l));
	assert_non_null(l);
	failing_env_init(&l->f, 7);
	l->now = (struct mono){ 1000 * MONO_SEC };
	assert_int_equal(crypto_new(&l->x, &l->f.env), OK);
	l->p = crypto_profile(CRYPTO_MODERN);
	assert_int_equal(crypto_key_make(l->x, &l->f.env, l->p, &l->root), OK);
	crypto_authority(l->x, l->p, crypto_key_public(l->root), l->authority);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(crypto_key_make(l->x, &l->f.env, l->p, &l->member[i]), OK);
		issue(l, i, WALL + MONO_DAY);
	}
	boot(l, 0, "192.0.2.1");
	boot(l, 1, "192.0.2.2");
	boot(l, 2, "192.0.2.3");
	drain(l);
	return l;
}

static void fini(struct link *l)
{
	for (size_t i = 0; i < MACHINES; i++) {
		pnrp_clouds_free(l->m[i].c);
		store_mem_free(l->m[i].mem);
	}
	crypto_key_free(l->root);
	crypto_key_free(l->member[0]);
	crypto_key_free(l->member[1]);
	crypto_free(l->x);
	failing_env_assert_clean(&l->f);
	free(l);
}

static enum err tell(struct link *l, size_t i, const struct pnrp_command *c)
{
	struct machine *m = &l->m[i];
	m->replied = false;
	m->n_results = 0;
	enum err e = pnrp_clouds_command(m->c, c, 1, l->now);
	if (e)
		return e;
	drain(l);
	for (size_t s = 0; !m->replied && s < 60; s++)
		passes(l, MONO_SEC);
	assert_true(m->replied);
	return m->reply;
}

static struct pnrp_command participant(const struct link *l, size_t who)
{
	struct pnrp_command c = { .kind = PNRP_PUBLISH,
				  .key = l->member[who],
				  .chain = span_of(l->chain[who], l->chain_n[who]),
				  .n_apps = 1,
				  .comment_n = 5,
				  .comment = "smith" };
	c.app[0] = (struct pnrp_app){ .port = (uint16_t)(3587 + who), .protocol = 6 };
	c.app[0].ip[10] = c.app[0].ip[11] = 0xff;
	c.app[0].ip[12] = 192;
	c.name.secure = true;
	memcpy(c.name.authority, l->authority, sizeof(l->authority));
	c.name.classifier_n = 11;
	memcpy(c.name.classifier, "participant", 11);
	return c;
}

static struct pnrp_command search(const struct pnrp_command *of)
{
	return (struct pnrp_command){ .kind = PNRP_RESOLVE,
				      .name = of->name,
				      .criteria = PNRP_MATCH_ANY,
				      .not_local = true,
				      .want_payload = true,
				      .most = 4 };
}

static size_t published(const struct link *l, size_t i)
{
	struct pnrp_published_info info;
	size_t at = 0;
	while (pnrp_clouds_published(l->m[i].c, &at, &info))
		assert_true(info.lent && info.temporary);
	return at;
}

static void members_of_a_group_are_found_by_its_name(void **s)
{
	struct link *l = init();
	struct pnrp_command a = participant(l, 0), b = participant(l, 1), q = search(&a);
	(void)s;
	assert_int_equal(tell(l, 0, &a), OK);
	assert_int_equal(tell(l, 1, &b), OK);
	passes(l, MONO_MIN);
	assert_int_equal(tell(l, 2, &q), OK);
	const struct machine *m = &l->m[2];
	assert_int_equal(m->n_results, 2);
	for (size_t i = 0; i < 2; i++) {
		size_t who = (size_t)(m->result[i].app[0].port - 3587);
		struct span public = crypto_key_public(l->member[who]);
		assert_true(m->result[i].secure);
		assert_true(
			span_eq(span_of(m->result[i].public_key, m->result[i].public_n), public));
		assert_memory_equal(m->result[i].comment, "smith", 5);
	}
	a.kind = PNRP_UNPUBLISH;
	a.key = NULL;
	assert_int_equal(tell(l, 0, &a), ERR_NOT_FOUND); /* whose? */
	a.public = crypto_key_public(l->member[0]);
	assert_int_equal(tell(l, 0, &a), OK);
	assert_int_equal(tell(l, 0, &a), ERR_NOT_FOUND);
	passes(l, MONO_MIN);
	assert_int_equal(tell(l, 2, &q), OK);
	assert_int_equal(m->n_results, 1);
	assert_int_equal(m->result[0].app[0].port, 3588);
	fini(l);
}

/* Nobody has the name of a group without a chain that gives it. */
static void a_chain_must_give_the_name(void **s)
{
	struct link *l = init();
	struct pnrp_command a = participant(l, 0);
	(void)s;
	a.chain.n = 0;
	assert_int_equal(tell(l, 0, &a), ERR_RANGE);
	a.chain = span_of(l->chain[1], l->chain_n[1]); /* another's */
	assert_int_equal(tell(l, 0, &a), ERR_RANGE);
	a = participant(l, 0);
	a.name.authority[3] ^= 1;
	assert_int_equal(tell(l, 0, &a), ERR_RANGE);
	issue(l, 0, WALL - MONO_SEC); /* over */
	a = participant(l, 0);
	assert_int_equal(tell(l, 0, &a), ERR_RANGE);
	assert_int_equal(published(l, 0), 0);
	fini(l);
}

/* A newer chain takes the place of the old one, under the same ID; one that does not hold
 * leaves what is there. */
static void a_chain_may_change(void **s)
{
	struct link *l = init();
	struct pnrp_command a = participant(l, 0), q = search(&a);
	(void)s;
	assert_int_equal(tell(l, 0, &a), OK);
	passes(l, MONO_MIN);
	assert_int_equal(tell(l, 2, &q), OK);
	struct pnrp_id id = l->m[2].result[0].id;
	issue(l, 0, WALL + 5 * MONO_DAY);
	a = participant(l, 0);
	a.app[0].port = 4000;
	assert_int_equal(tell(l, 0, &a), OK);
	a.chain = span_str("no chain");
	a.app[0].port = 5000;
	assert_int_equal(tell(l, 0, &a), ERR_RANGE);
	assert_int_equal(published(l, 0), 1);
	assert_int_equal(tell(l, 2, &q), OK);
	assert_int_equal(l->m[2].n_results, 1);
	assert_true(pnrp_id_eq(&l->m[2].result[0].id, &id));
	assert_int_equal(l->m[2].result[0].app[0].port, 4000);
	fini(l);
}

/* Two people of one machine, and of two, say the same look-up name; nothing is kept. */
static void two_keys_are_two_names(void **s)
{
	struct link *l = init();
	struct pnrp_command c = { .kind = PNRP_PUBLISH,
				  .automatic = true,
				  .n_apps = 1,
				  .payload_type = PNRP_PAYLOAD_BINARY,
				  .payload = span_str("where") };
	char buffer[100];
	struct text why = TEXT_OF(buffer);
	(void)s;
	c.app[0] = (struct pnrp_app){ .port = 3587, .protocol = 6 };
	assert_int_equal(pnrp_name_parse(span_str("0.homestead-a-b"), &c.name, &why), OK);
	for (size_t i = 0; i < 2; i++) {
		c.key = l->member[i];
		assert_int_equal(tell(l, 0, &c), OK);
		assert_int_equal(tell(l, 0, &c), OK); /* the same one again */
	}
	assert_int_equal(published(l, 0), 2);
	passes(l, MONO_MIN);
	struct pnrp_command q = search(&c);
	assert_int_equal(tell(l, 2, &q), OK);
	assert_int_equal(l->m[2].n_results, 2);
	assert_int_equal(tell(l, 1, &c), OK);
	pnrp_clouds_unlend(l->m[1].c, l->now);
	assert_int_equal(published(l, 1), 0);
	assert_true(span_eq(span_of(l->m[2].payload, l->m[2].n_payload), span_str("where")));
	pnrp_clouds_free(l->m[0].c);
	boot(l, 0, "192.0.2.1");
	drain(l);
	assert_int_equal(published(l, 0), 0);
	fini(l);
}

static void memory_runs_out(void **s)
{
	struct failing_env f;
	size_t runs = 0;
	(void)s;
	FAILING_ENV_EACH(f, 9)
	{
		struct link *l = init();
		struct pnrp_command a = participant(l, 0), b = participant(l, 0);
		b.app[0].port = 4000;
		failing_env_fail_at(&l->f, f.fail_at);
		if (pnrp_clouds_command(l->m[0].c, &a, 1, l->now) != OK)
			assert_int_equal(pnrp_clouds_command(l->m[0].c, &a, 1, l->now), OK);
		if (pnrp_clouds_command(l->m[0].c, &b, 2, l->now) != OK)
			assert_int_equal(pnrp_clouds_command(l->m[0].c, &b, 2, l->now), OK);
		f.failed = l->f.failed;
		failing_env_fail_at(&l->f, 0);
		drain(l);
		passes(l, 2 * MONO_SEC);
		assert_int_equal(published(l, 0), 1);
		fini(l);
		runs++;
	}
	assert_true(runs > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_of_a_group_are_found_by_its_name),
		cmocka_unit_test(a_chain_must_give_the_name),
		cmocka_unit_test(a_chain_may_change),
		cmocka_unit_test(two_keys_are_two_names),
		cmocka_unit_test(memory_runs_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
