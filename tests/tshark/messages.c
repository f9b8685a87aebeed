/* messages.c - every PNRP message and element that we send, classic profile, as
 * lines "NAME HEX" for tests/tshark/pnrp_test.py, which knows the same values and
 * asks a dissector for them. */
#include <stdio.h>
#include <stdlib.h>

#include "pnrp/cpa.h"

static void *resize(void *ctx, void *p, size_t n)
{
	(void)ctx;
	if (n)
		return realloc(p, n);
	free(p);
	return NULL;
}

/* The same key in every run. */
static void draw(void *ctx, void *p, size_t n)
{
	uint64_t *state = ctx;
	for (size_t i = 0; i < n; i++) {
		*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		((uint8_t *)p)[i] = (uint8_t)(*state >> 40);
	}
}

static void hold(bool good)
{
	if (good)
		return;
	fputs("messages: a value was refused\n", stderr);
	exit(1);
}

static void print(const char *name, struct span s)
{
	printf("%s ", name);
	for (size_t i = 0; i < s.n; i++)
		printf("%02x", s.p[i]);
	putchar('\n');
}

static const struct pnrp_profile *classic(void)
{
	return pnrp_profile(CRYPTO_CLASSIC);
}

static void say(const char *name, const struct pnrp_message *m)
{
	uint8_t room[PNRP_DATAGRAM_MAX];
	size_t n = 0;
	hold(pnrp_encode(classic(), m, room, sizeof(room), &n) == OK);
	print(name, span_of(room, n));
}

/* 2001:db8::LOW */
static void address(uint8_t ip[16], uint8_t low)
{
	static const uint8_t prefix[] = { 0x20, 0x01, 0x0d, 0xb8 };
	memset(ip, 0, 16);
	memcpy(ip, prefix, sizeof(prefix));
	ip[15] = low;
}

/* Octets counting up from `first`. */
static void count(uint8_t *p, size_t n, uint8_t first)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(first + i);
}

static struct pnrp_id id(uint8_t first)
{
	uint8_t octets[PNRP_ID_OCTETS];
	count(octets, sizeof(octets), first);
	return pnrp_id_read(octets);
}

static struct pnrp_route route(void)
{
	struct pnrp_route r = { .id = id(0x20), .port = 3540, .n = 3 };
	for (uint8_t i = 0; i < r.n; i++)
		address(r.ip[i], (uint8_t)(0x11 + i));
	return r;
}

static struct pnrp_path path(void)
{
	struct pnrp_path p = { .n = 2 };
	address(p.at[0].ip, 0x21);
	p.at[0].port = 3540;
	address(p.at[1].ip, 0x22);
	p.at[1].port = 4711;
	return p;
}

static struct pnrp_ids ids(void)
{
	return (struct pnrp_ids){ .n = 2, .at = { id(0x40), id(0x60) } };
}

static void synchronisation(void)
{
	struct pnrp_message m = { .type = PNRP_SOLICIT, .id = 0x01020304 };
	m.solicit.local_only = true;
	m.solicit.has_route = true;
	m.solicit.route = route();
	count(m.solicit.hashed_nonce, PNRP_HASHED_NONCE, 0x80);
	say("solicit", &m);
	m = (struct pnrp_message){ .type = PNRP_ADVERTISE, .id = 0x02030405 };
	m.advertise.acked = 0x01020304;
	m.advertise.ids = ids();
	count(m.advertise.hashed_nonce, PNRP_HASHED_NONCE, 0x80);
	say("advertise", &m);
	m = (struct pnrp_message){ .type = PNRP_REQUEST, .id = 0x03040506 };
	count(m.request.nonce, PNRP_NONCE, 0xa0);
	m.request.ids = ids();
	say("request", &m);
	m = (struct pnrp_message){ .type = PNRP_ACK, .id = 0x04050607 };
	m.ack = (struct pnrp_ack){ 0x03040506, PNRP_ACK_NOT };
	say("ack", &m);
}

static void floods(struct span revoke)
{
	struct pnrp_message m = { .type = PNRP_FLOOD, .id = 0x05060708 };
	m.flood.flags = PNRP_FLOOD_SILENT;
	m.flood.validate = id(0x30);
	m.flood.has_route = true;
	m.flood.route = route();
	m.flood.flooded = path();
	say("flood", &m);
	m.flood.flags = 0;
	m.flood.has_route = false;
	m.flood.revoke = revoke;
	say("flood-revoke", &m);
}

static void requests(void)
{
	struct pnrp_message m = { .type = PNRP_INQUIRE, .id = 0x06070809 };
	m.inquire.flags = PNRP_INQUIRE_CPA | PNRP_INQUIRE_PAYLOAD | PNRP_INQUIRE_CHAIN;
	m.inquire.validate = id(0x30);
	m.inquire.has_nonce = true;
	count(m.inquire.nonce, PNRP_NONCE, 0xa0);
	say("inquire", &m);
	m = (struct pnrp_message){ .type = PNRP_LOOKUP, .id = 0x0708090a };
	m.lookup.flags = PNRP_LOOKUP_ANY;
	m.lookup.precision = 200;
	m.lookup.criteria = PNRP_MATCH_UPPER_BITS;
	m.lookup.reason = PNRP_REASON_MAINTENANCE;
	m.lookup.target = id(0x50);
	m.lookup.validate = id(0x30);
	m.lookup.has_best = true;
	m.lookup.best = route();
	m.lookup.path = path();
	say("lookup", &m);
}

static struct pnrp_cpa cpa(bool revoke)
{
	struct pnrp_cpa c = { .revoke = revoke, .not_after = INT64_C(1893542400000000) };
	count(c.location, sizeof(c.location), 0xb0);
	if (!revoke)
		count(c.nonce, sizeof(c.nonce), 0xa0);
	c.has_authority = c.has_classifier = true;
	count(c.authority, sizeof(c.authority), 0xc0);
	count(c.classifier_hash, sizeof(c.classifier_hash), 0xd0);
	if (revoke)
		return c;
	c.comment_n = 5;
	memcpy(c.comment, "attic", 5);
	c.n_nodes = 2;
	c.n_apps = 2;
	for (uint8_t i = 0; i < 2; i++) {
		address(c.node[i].ip, (uint8_t)(0x31 + i));
		c.node[i].port = 3540;
		address(c.app[i].ip, (uint8_t)(0x41 + i));
		c.app[i].port = (uint16_t)(8080 + i);
		c.app[i].protocol = i ? 17 : 6;
	}
	c.has_payload = true;
	return c;
}

/* A whole buffer, and the AUTHORITY that carries it in one piece. */
static void authority(const struct pnrp_buffer *b)
{
	uint8_t room[PNRP_PIECE];
	size_t n = 0;
	hold(pnrp_buffer_encode(classic(), b, room, sizeof(room), &n) == OK);
	print("buffer", span_of(room, n));
	struct pnrp_message m = { .type = PNRP_AUTHORITY, .id = 0x08090a0b };
	m.authority = (struct pnrp_authority){ 0x0708090a, (uint16_t)n, 0, span_of(room, n) };
	say("authority", &m);
}

static void answers(struct crypto *x, const struct env *env, const struct crypto_key *key)
{
	static const uint8_t chain[] = { 0x30, 0x03, 0x02, 0x01, 0x05 };
	uint8_t good[PNRP_CPA_MAX], revoke[PNRP_CPA_MAX], payload[PNRP_EXTENDED_MAX];
	size_t good_n = 0, revoke_n = 0, payload_n = 0;
	struct pnrp_cpa c = cpa(false);
	hold(pnrp_cpa_make(x, env, classic(), &c, key, good, sizeof(good), &good_n) == OK);
	c = cpa(true);
	hold(pnrp_cpa_make(x, env, classic(), &c, key, revoke, sizeof(revoke), &revoke_n) == OK);
	struct pnrp_payload e = { .id = id(0x30), .not_after = c.not_after };
	e.type = PNRP_PAYLOAD_STRING;
	e.data = span_str("hello");
	hold(pnrp_payload_make(x, env, classic(), &e, key, payload, sizeof(payload), &payload_n) ==
	     OK);
	struct pnrp_buffer b = { .flags = PNRP_AUTHORITY_LEAF | PNRP_AUTHORITY_BUSY };
	b.chain = span_of(chain, sizeof(chain));
	b.has_classifier = true;
	hold(pnrp_name_of_utf8(span_str("caf\xc3\xa9"), &b.classifier) == OK);
	b.payload = span_of(payload, payload_n);
	b.has_route = true;
	b.route = route();
	b.cpa = span_of(good, good_n);
	authority(&b);
	print("public", crypto_key_public(key));
	print("cpa-signature", span_of(good + good_n - 128, 128));
	print("revoke-signature", span_of(revoke + revoke_n - 128, 128));
	floods(span_of(revoke, revoke_n));
}

int main(void)
{
	uint64_t state = 42;
	struct env env = { resize, draw, &state };
	struct crypto *x;
	struct crypto_key *key;
	hold(crypto_new(&x, &env) == OK);
	hold(crypto_key_make(x, &env, classic()->crypto, &key) == OK);
	synchronisation();
	requests();
	answers(x, &env, key);
	crypto_key_free(key);
	crypto_free(x);
	return 0;
}
