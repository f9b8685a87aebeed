#include "removals_rig.h"

#include <stdio.h>

struct removals_world w;

int removals_begin(void **state)
{
	failing_env_init(&w.mem, 3);
	failing_env_init(&w.draw, 5);
	w.p = group_profile(CRYPTO_MODERN);
	w.paths = calloc(PATHS, sizeof *w.paths);
	assert_int_equal(crypto_new(&w.c, &w.mem.env), OK);
	for (size_t i = 0; i < PERSONS; i++) {
		struct text name = TEXT_OF(w.names[i]);
		assert_int_equal(crypto_key_make(w.c, &w.draw.env, w.p->crypto, &w.keys[i]), OK);
		assert_int_equal(group_name_make(w.c, w.p->crypto, crypto_key_public(w.keys[i]),
						 span_str("x"), &name),
				 OK);
	}
	return 0;
}

int removals_end(void **state)
{
	for (size_t i = 0; i < w.n_paths; i++)
		crypto_chain_free(w.paths[i].chain);
	for (size_t i = 0; i < PERSONS; i++)
		crypto_key_free(w.keys[i]);
	free(w.paths);
	crypto_free(w.c);
	failing_env_assert_clean(&w.draw);
	failing_env_assert_clean(&w.mem);
	return 0;
}

static size_t who_of(char c)
{
	return (size_t)(c - 'a') + 1;
}

struct span public_of(char c)
{
	return crypto_key_public(w.keys[who_of(c)]);
}

static struct span issue(size_t issuer, size_t subject, struct people_octets *out)
{
	struct crypto_cert what = {
		.type = subject ? CRYPTO_CERT_MEMBER : CRYPTO_CERT_ROOT,
		.public = crypto_key_public(w.keys[subject]),
		.subject = span_str(w.names[subject]),
		.issuer = span_str(w.names[issuer]),
		.subject_name = span_str(w.names[subject]),
		.group_name = span_str(w.names[0]),
		.not_before = PEOPLE_BORN,
		.not_after = subject ? PEOPLE_UNTIL : CRYPTO_CERT_FOREVER,
	};
	if (subject) {
		what.issuer_name = span_str(w.names[issuer]);
		what.roles = CRYPTO_ROLE_ADMIN;
	}
	assert_int_equal(crypto_cert_issue(w.c, &w.draw.env, w.keys[issuer], &what, out->p,
					   sizeof out->p, &out->n),
			 OK);
	return span_of(out->p, out->n);
}

/* A digit behind a letter is another certificate of the same: "a2". */
struct path *path_of(const char *name)
{
	struct path *p = w.paths;
	for (; p < w.paths + w.n_paths; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	assert_true(w.n_paths++ < PATHS);
	(void)snprintf(p->name, sizeof p->name, "%s", name);
	size_t n = strlen(name), above = n;
	struct span certs[8];
	size_t count = 1, issuer = 0;
	certs[0] = issue(0, 0, &p->der);
	if (n) {
		do
			above--;
		while (name[above] < 'a');
		char parent[8];
		(void)snprintf(parent, sizeof parent, "%.*s", (int)above, name);
		struct path *up = path_of(parent);
		count = crypto_chain_count(up->chain);
		for (size_t i = 0; i < count; i++)
			certs[i] = crypto_chain_cert(up->chain, i)->der;
		for (size_t i = 0; i < above; i++)
			issuer = name[i] >= 'a' ? who_of(name[i]) : issuer;
		certs[count++] = issue(issuer, who_of(name[above]), &p->der);
	}
	struct people_octets *all = &p->pkcs7;
	assert_int_equal(crypto_chain_make(w.c, certs, count, all->p, sizeof all->p, &all->n), OK);
	assert_int_equal(crypto_chain_parse(w.c, w.p->crypto, span_of(all->p, all->n), &p->chain),
			 OK);
	return p;
}

const struct crypto_cert *cert_of(const char *path)
{
	return group_chain_leaf(path_of(path)->chain);
}

/* ---- stories ---- */

struct group_kept_record record_of(uint8_t id)
{
	struct group_kept_record k = { .version = 1 };
	k.id.at[0] = id;
	memset(k.digest, id, sizeof k.digest);
	return k;
}

static int by_octets(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static size_t certs_in(const struct say *s, uint8_t *out, size_t each)
{
	size_t n = 0;
	for (; n < 3 && s->certs[n]; n++) {
		const struct crypto_cert *c = cert_of(s->certs[n]);
		memcpy(out + n * each, c->serial.p, CRYPTO_SERIAL);
		if (each > CRYPTO_SERIAL)
			crypto_hash(w.c, w.p->crypto, &c->der, 1, out + n * each + CRYPTO_SERIAL,
				    GROUP_REMOVAL_DIGEST);
	}
	qsort(out, n, each, by_octets);
	return n * each;
}

enum err put(struct group_removals *r, const struct say *s, int64_t when)
{
	uint8_t out[sizeof(struct people_octets) + 2048], certs[256], records[256], ids[64] = { 0 };
	size_t n_ids = 0, n_records = 0, n;
	struct group_removal p = { .returns = s->ends[0] != 0, .key = public_of(s->whom) };
	for (; n_ids < 3 && s->ends[n_ids]; n_ids++)
		ids[n_ids * 16] = s->ends[n_ids];
	for (; n_records < 4 && s->records[n_records]; n_records++) {
		struct group_kept_record k = record_of(s->records[n_records]);
		group_kept_record_put(&k, records + n_records * GROUP_KEPT_RECORD);
	}
	if (s->by[0])
		p.chain = span_of(path_of(s->by)->pkcs7.p, path_of(s->by)->pkcs7.n);
	size_t n_certs = certs_in(s, certs, p.returns ? CRYPTO_SERIAL : GROUP_KEPT_CERT);
	if (p.returns) {
		p.ids = span_of(ids, n_ids * 16);
		p.serials = span_of(certs, n_certs);
	} else {
		p.certs = span_of(certs, n_certs);
		p.records = span_of(records, n_records * GROUP_KEPT_RECORD);
	}
	assert_int_equal(group_removal_write(&p, out, sizeof out, &n), OK);
	const struct group_removals_entry e = {
		.record = record_of(s->id),
		.payload = span_of(out, n),
		.chain = s->by[0] ? path_of(s->by)->chain : NULL,
		.when = when,
	};
	return group_removals_add(r, &e);
}

struct group_removals *fresh(void)
{
	struct group_removals *r;
	assert_int_equal(
		group_removals_new(&r, &w.mem.env, w.c, w.p, &group_removals_limits_default), OK);
	return r;
}

static void flags(struct text *t, const char *name, uint64_t number, bool one, bool other)
{
	text_char(t, ' ');
	if (name)
		text_str(t, name);
	else
		text_u64(t, number);
	text_str(t, one ? ":1" : ":0");
	text_str(t, other ? "1" : "0");
}

/* All that can be asked, as text: who is gone, which paths lead to somebody, which count. */
void describe(const struct group_removals *r, char *out, size_t size)
{
	struct text t = text_of(out, size);
	struct group_removed i;
	const struct graph_guid *ids;
	for (char c = 'a'; c < 'i'; c++)
		if (group_removals_named(r, public_of(c)))
			text_char(&t, c);
	for (size_t k = 0; k < w.n_paths; k++) {
		const struct path *p = &w.paths[k];
		if (crypto_chain_count(p->chain) < 2)
			continue;
		const struct crypto_cert *leaf = group_chain_leaf(p->chain);
		flags(&t, p->name, 0, group_removals_chain(r, p->chain),
		      !group_removals_gone(r, leaf->public, leaf->serial));
	}
	for (size_t at = 0; group_removals_next(r, &at, &i);)
		flags(&t, NULL, i.record->id.at[0], i.counts, i.ended);
	text_char(&t, ' ');
	text_u64(&t, group_removals_ids(r, &ids));
}

/* Told in every rotation and backwards, it comes to the same. */
struct group_removals *tell(const struct say *s, size_t n)
{
	char want[TEXT], got[TEXT];
	for (size_t i = 0; i < n; i++) /* so that all know of all paths */
		(void)path_of(s[i].by);
	struct group_removals *r = fresh();
	for (size_t i = 0; i < n; i++)
		assert_int_equal(put(r, &s[i], 1), OK);
	describe(r, want, sizeof want);
	for (size_t k = 0; k < 2 * n; k++) {
		struct group_removals *other = fresh();
		for (size_t i = 0; i < n; i++) {
			size_t at = (i + k) % n;
			assert_int_equal(put(other, &s[k < n ? at : n - 1 - at], 1), OK);
		}
		describe(other, got, sizeof got);
		assert_string_equal(got, want);
		group_removals_free(other);
	}
	return r;
}
bool is_in(const struct group_removals *r, const char *path)
{
	const struct crypto_cert *leaf = cert_of(path);
	return group_removals_chain(r, path_of(path)->chain) &&
	       !group_removals_gone(r, leaf->public, leaf->serial);
}

bool stands(const struct group_removals *r, const char *path, uint8_t id)
{
	const struct crypto_cert *leaf = cert_of(path);
	struct group_kept_record k = record_of(id);
	return group_removals_chain(r, path_of(path)->chain) &&
	       group_removals_record(r, leaf->public, leaf->serial, &k);
}

bool counts(const struct group_removals *r, uint8_t id)
{
	struct group_removed i;
	for (size_t at = 0; group_removals_next(r, &at, &i);)
		if (i.record->id.at[0] == id)
			return i.counts;
	return false;
}
