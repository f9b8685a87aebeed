#include "../failing_env.h"

#include "base/store_mem.h"
#include "pnrp/clouds_int.h"

#include <stdio.h>

/* One machine's clouds, without a network: which there are, their sockets and groups,
 * what strangers may make them say, and memory that runs out. */

struct bench {
	struct failing_env f;
	struct store_mem *mem;
	struct crypto *crypto;
	struct pnrp_config cfg;
	struct pnrp_clouds *c;
	struct mono now;
	struct pnrp_if_addr at[16];
	size_t n_at;
	char said[16384]; /* a line an output */
	struct text t;
	size_t datagrams;
	enum err reply;
	bool replied;
	uint64_t after, result_after; /* the newest that an output, a result waits for */
};

static const struct wall morning = { INT64_C(1790000000000000), true };

static void init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	failing_env_init(&b->f, 5);
	b->now = (struct mono){ 1000 * MONO_SEC };
	b->t = TEXT_OF(b->said);
	pnrp_config_init(&b->cfg);
	b->cfg.enabled = true;
	assert_int_equal(store_mem_new(&b->mem, &b->f.env), OK);
	assert_int_equal(crypto_new(&b->crypto, &b->f.env), OK);
}

static void fini(struct bench *b)
{
	pnrp_clouds_free(b->c);
	crypto_free(b->crypto);
	store_mem_free(b->mem);
	failing_env_assert_clean(&b->f);
}

static enum err birth(struct bench *b)
{
	return pnrp_clouds_new(&b->c, &b->cfg, b->crypto, &b->f.env, store_mem_store(b->mem),
			       b->now, morning);
}

static struct pnrp_if_addr *address(struct bench *b, uint32_t index, const char *text)
{
	struct pnrp_if_addr *a = &b->at[b->n_at++];
	memset(a, 0, sizeof(*a));
	assert_int_equal(addr_parse(span_str(text), 0, &a->addr), OK);
	a->index = index;
	a->name[0] = 'e';
	a->name[1] = (char)('0' + index);
	a->plen = a->addr.family == ADDR_IPV4 ? 24 : 64;
	a->multicast = true;
	return a;
}

static void say(struct bench *b, const struct pnrp_clouds_out *o)
{
	static const char *const words[] = { "bind", "unbind", "join",	 "leave", "datagram",
					     "host", "event",  "result", "hop",	  "reply" };
	text_str(&b->t, words[o->kind]);
	if (o->socket) {
		text_char(&b->t, ' ');
		text_u64(&b->t, o->socket);
	}
	if (o->kind <= PNRP_CLOUDS_LEAVE && o->kind != PNRP_CLOUDS_UNBIND) {
		text_char(&b->t, ' ');
		addr_text(&b->t, &o->local);
		text_char(&b->t, '%');
		text_u64(&b->t, o->local.scope);
	}
	if (o->kind == PNRP_CLOUDS_DATAGRAM) {
		text_str(&b->t, " to ");
		addr_text(&b->t, &o->remote);
		text_char(&b->t, ' ');
		text_span(&b->t, span_of(o->bytes.p, o->bytes.n > 12 ? 12 : o->bytes.n));
	}
	text_char(&b->t, '\n');
}

static void drain(struct bench *b)
{
	struct pnrp_clouds_out o;
	text_clear(&b->t);
	b->datagrams = b->after = b->result_after = 0;
	while (pnrp_clouds_poll(b->c, &o)) {
		b->after = o.after > b->after ? o.after : b->after;
		if (o.kind == PNRP_CLOUDS_RESULT)
			b->result_after = o.after;
		b->datagrams += o.kind == PNRP_CLOUDS_DATAGRAM;
		if (o.kind == PNRP_CLOUDS_REPLY) {
			b->replied = true;
			b->reply = o.err;
		}
		say(b, &o);
	}
}

static bool said(const struct bench *b, const char *words)
{
	return strstr(b->said, words) != NULL;
}

static void interfaces(struct bench *b)
{
	assert_int_equal(pnrp_clouds_interfaces(b->c, b->at, b->n_at, b->now), OK);
	drain(b);
}

static void bound(struct bench *b, uint32_t socket, uint16_t port)
{
	struct addr local = { .family = socket % 2 ? ADDR_IPV6 : ADDR_IPV4, .port = port };
	pnrp_clouds_bound(b->c, socket, &local, b->now);
	drain(b);
}

static void tick(struct bench *b, int64_t us)
{
	b->now = mono_add(b->now, us);
	pnrp_clouds_tick(b->c, b->now);
	drain(b);
}

static struct pnrp_command publish(const char *name)
{
	char buffer[100];
	struct text why = TEXT_OF(buffer);
	struct pnrp_command m = { .kind = PNRP_PUBLISH, .automatic = true, .n_apps = 1 };
	m.app[0] = (struct pnrp_app){ .port = 631, .protocol = 6 };
	assert_int_equal(pnrp_name_parse(span_str(name), &m.name, &why), OK);
	return m;
}

static const char *state(struct bench *b, const char *name, struct pnrp_cloud_info *info)
{
	for (size_t at = 0; pnrp_clouds_info(b->c, &at, info);)
		if (span_eq(span_str(info->name), span_str(name)))
			return pnrp_state_text(info->of.state);
	return "none";
}

/* PNRP-9.1, every range with its first and last, and what is of no cloud. */
static void scopes(void **s)
{
	static const struct {
		const char *address;
		int scope; /* -1: none */
	} rows[] = {
		{ "fe80::1", PNRP_SCOPE_LINK },
		{ "febf:ffff::1", PNRP_SCOPE_LINK },
		{ "fec0::1", PNRP_SCOPE_SITE },
		{ "feff::1", PNRP_SCOPE_SITE },
		{ "fc00::1", PNRP_SCOPE_SITE },
		{ "fdff::1", PNRP_SCOPE_SITE },
		{ "2001:db8::1", PNRP_SCOPE_GLOBAL },
		{ "fbff::1", PNRP_SCOPE_GLOBAL },
		{ "::1", PNRP_SCOPE_LINK },
		{ "::", -1 },
		{ "ff02::1", -1 },
		{ "169.254.0.1", PNRP_SCOPE_LINK },
		{ "169.253.0.1", PNRP_SCOPE_GLOBAL },
		{ "10.255.0.1", PNRP_SCOPE_SITE },
		{ "172.16.0.1", PNRP_SCOPE_SITE },
		{ "172.31.255.1", PNRP_SCOPE_SITE },
		{ "172.32.0.1", PNRP_SCOPE_GLOBAL },
		{ "192.168.9.9", PNRP_SCOPE_SITE },
		{ "100.64.0.1", PNRP_SCOPE_SITE },
		{ "100.127.0.1", PNRP_SCOPE_SITE },
		{ "100.128.0.1", PNRP_SCOPE_GLOBAL },
		{ "127.0.0.1", PNRP_SCOPE_LINK },
		{ "0.0.0.0", -1 },
		{ "224.0.0.1", -1 },
		{ "255.255.255.255", -1 },
		{ "192.0.2.1", PNRP_SCOPE_GLOBAL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a;
		enum pnrp_scope scope;
		assert_int_equal(addr_parse(span_str(rows[i].address), 0, &a), OK);
		bool some = pnrp_cloud_scope(&a, &scope);
		if (some != (rows[i].scope >= 0) || (some && (int)scope != rows[i].scope))
			fail_msg("%s", rows[i].address);
	}
}

/* PNRP-9.11 */
static void four_addresses_and_their_order(void **s)
{
	struct bench b;
	struct pnrp_cloud_info info;
	init(&b);
	assert_int_equal(birth(&b), OK);
	address(&b, 2, "2001:db8::1")->deprecated = true;
	address(&b, 2, "2001:db8::2")->temporary = true;
	address(&b, 2, "2001:db8::3");
	address(&b, 3, "2001:db8::4");
	address(&b, 3, "2001:db8::5");
	interfaces(&b);
	bound(&b, PNRP_SOCKET_IPV6, PNRP_PORT);
	(void)state(&b, "Global_", &info);
	assert_int_equal(info.of.local_n, 4);
	static const uint8_t last[] = { 3, 4, 5, 2 };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(info.of.local[i].ip[15], last[i]);
		assert_int_equal(info.of.local[i].port, PNRP_PORT);
	}
	fini(&b);
}

/* PNRP-9.3 */
static void sockets_and_groups(void **s)
{
	struct bench b;
	init(&b);
	assert_int_equal(birth(&b), OK);
	drain(&b);
	assert_string_equal(b.said, ""); /* no address, no socket */
	address(&b, 2, "fe80::1");
	address(&b, 2, "fd00::1");
	interfaces(&b);
	assert_true(said(&b, "bind 1 [::]:3540%0\n"));
	assert_true(said(&b, "bind 3 [::]:1900%0\n"));
	assert_false(said(&b, "bind 2") || said(&b, "bind 4") || said(&b, "join"));
	bound(&b, PNRP_SOCKET_SSDP6, 1900);
	assert_true(said(&b, "join 3 [ff02::c%2]:1900%2\n"));
	assert_true(said(&b, "join 3 [ff05::c%2]:1900%2\n"));
	b.n_at = 0;
	address(&b, 2, "fe80::1");
	address(&b, 3, "192.0.2.1");
	interfaces(&b);
	assert_true(said(&b, "leave 3 [ff05::c%2]:1900%2\n"));
	assert_false(said(&b, "leave 3 [ff02::c"));
	assert_true(said(&b, "bind 2 0.0.0.0:3540%0\n") && said(&b, "bind 4 0.0.0.0:1900%0\n"));
	bound(&b, PNRP_SOCKET_SSDP4, 1900);
	assert_true(said(&b, "join 4 239.255.255.250"));
	b.n_at = 0;
	interfaces(&b);
	assert_true(said(&b, "unbind 1\n") && said(&b, "unbind 2\n") && said(&b, "unbind 3\n"));
	fini(&b);
}

static void a_cloud_is_forgotten(void **s)
{
	struct bench b;
	struct pnrp_cloud_info info;
	init(&b);
	assert_int_equal(birth(&b), OK);
	address(&b, 2, "fe80::1");
	interfaces(&b);
	b.n_at = 0;
	interfaces(&b);
	assert_string_equal(state(&b, "LinkLocal_e2", &info), "no-network");
	assert_string_equal(info.why, "the interface has lost its address");
	tick(&b, PNRP_GONE_AFTER - 1);
	assert_string_equal(state(&b, "LinkLocal_e2", &info), "no-network");
	tick(&b, 1);
	assert_string_equal(state(&b, "LinkLocal_e2", &info), "none");
	fini(&b);
}

static void ready(struct bench *b)
{
	init(b);
	assert_int_equal(birth(b), OK);
	address(b, 2, "192.0.2.1");
	interfaces(b);
	bound(b, PNRP_SOCKET_IPV4, PNRP_PORT);
	bound(b, PNRP_SOCKET_SSDP4, 1900);
	struct pnrp_command m = publish("0.x");
	assert_int_equal(pnrp_clouds_command(b->c, &m, 1, b->now), OK);
	drain(b);
	assert_int_equal(b->reply, OK);
}

static void search(struct bench *b, const char *from, uint16_t port, const char *target)
{
	char message[300];
	int n = snprintf(message, sizeof(message),
			 "M-SEARCH * HTTP/1.1\r\nST:urn:Microsoft Windows Peer Name Resolution "
			 "Protocol: %s\r\nMan:\"ssdp:discover\"\r\nMX:3\r\n\r\n",
			 target);
	struct addr a, to = { ADDR_IPV4, { 239, 255, 255, 250 }, 1900, 2 };
	assert_int_equal(addr_parse(span_str(from), port, &a), OK);
	assert_int_equal(pnrp_clouds_datagram(b->c, PNRP_SOCKET_SSDP4, &a, &to,
					      span_of(message, (size_t)n), b->now),
			 OK);
	tick(b, 0);
}

/* PNRP-9.8: neighbours alone, and no more than ten a second. */
static void who_is_answered(void **s)
{
	struct bench b;
	ready(&b);
	search(&b, "192.0.2.7", 3540, "V5:IPV4:Global");
	assert_true(said(&b, "datagram 2 to 192.0.2.7:3540 HTTP/1.1 200"));
	search(&b, "198.51.100.7", 3540, "V5:IPV4:Global");
	assert_int_equal(b.datagrams, 0);
	search(&b, "192.0.2.7", 1024, "V5:IPV4:Global");
	assert_int_equal(b.datagrams, 0);
	search(&b, "192.0.2.1", 3540, "V5:IPV4:Global"); /* our own */
	assert_int_equal(b.datagrams, 0);
	search(&b, "192.0.2.7", 3540, "V4:IPV4:Global");
	search(&b, "192.0.2.7", 3540, "V5:IPV6:Global");
	search(&b, "192.0.2.7", 3540, "V5:IPV4:SiteLocal");
	assert_int_equal(b.datagrams, 0);
	size_t answered = 1;
	for (size_t i = 0; i < 50; i++) {
		search(&b, "192.0.2.7", 3540, "V5:IPV4:Global");
		answered += b.datagrams;
	}
	assert_int_equal(answered, PNRP_ANSWERS_RATE);
	tick(&b, MONO_SEC);
	search(&b, "192.0.2.7", 3540, "V5:IPV4:Global");
	assert_int_equal(b.datagrams, 1);
	fini(&b);
}

/* PNRP-9.7 */
static void who_has_nothing_is_silent(void **s)
{
	struct bench b;
	ready(&b);
	struct pnrp_command m = publish("0.x");
	m.kind = PNRP_UNPUBLISH;
	assert_int_equal(pnrp_clouds_command(b.c, &m, 2, b.now), OK);
	tick(&b, 5 * MONO_SEC);
	search(&b, "192.0.2.7", 3540, "V5:IPV4:Global");
	assert_int_equal(b.datagrams, 0);
	fini(&b);
}

/* Answers of others: five of a search, on our own socket, with a fitting address. */
static void answers_taken(void **s)
{
	struct bench b;
	ready(&b);
	size_t taken = 0;
	struct addr from = { ADDR_IPV4, { 192, 0, 2, 7 }, 1900, 0 };
	struct addr to = { ADDR_IPV4, { 192, 0, 2, 1 }, PNRP_PORT, 2 };
	for (unsigned i = 0; i < 10; i++) {
		char message[300];
		int n = snprintf(message, sizeof(message),
				 "HTTP/1.1 200 OK\r\nST:urn:Microsoft Windows Peer Name Resolution "
				 "Protocol: V5:IPV4:Global\r\nAL:%s.%u:3540\r\n\r\n",
				 i == 0 ? "10.0.0" : "192.0.2", 10 + i);
		struct span bytes = span_of(message, (size_t)n);
		assert_int_equal(
			pnrp_clouds_datagram(b.c, PNRP_SOCKET_SSDP4, &from, &to, bytes, b.now), OK);
		drain(&b);
		assert_int_equal(b.datagrams, 0); /* not where searches arrive */
		assert_int_equal(
			pnrp_clouds_datagram(b.c, PNRP_SOCKET_IPV4, &from, &to, bytes, b.now), OK);
		drain(&b);
		taken += b.datagrams;
		assert_true(i > 0 || b.datagrams == 0);
	}
	assert_int_equal(taken, PNRP_SSDP_TARGETS);
	fini(&b);
}

static void rubbish_is_dropped(void **s)
{
	struct bench b;
	ready(&b);
	struct addr from = { ADDR_IPV4, { 192, 0, 2, 7 }, 3540, 0 };
	struct addr to = { ADDR_IPV4, { 192, 0, 2, 1 }, PNRP_PORT, 2 };
	for (uint32_t socket = 0; socket < 8; socket++) {
		for (size_t n = 0; n < 200; n++) {
			uint8_t p[200];
			failing_env_random(&b.f, p, sizeof(p));
			p[0] &= (uint8_t)(n & 1 ? 0 : 0xff);
			assert_int_equal(
				pnrp_clouds_datagram(b.c, socket, &from, &to, span_of(p, n), b.now),
				OK);
			drain(&b);
			assert_int_equal(b.datagrams, 0);
		}
	}
	fini(&b);
}

/* A row of the store that is damaged stops the start with the right word. */
static void damaged_rows(void **s)
{
	struct pnrp_published p = {
		.automatic = true, .n_apps = 1, .comment_n = 2, .comment = "hi"
	};
	uint8_t row[PNRP_ROW_MAX];
	char key[PNRP_NAME_TEXT_MAX + 1];
	struct text t = TEXT_OF(key);
	size_t n;
	p.name = publish("0.printer").name;
	p.payload_type = PNRP_PAYLOAD_BINARY;
	p.payload = span_str("abc");
	assert_int_equal(pnrp_row_write(&p, row, sizeof(row), &n), OK);
	pnrp_row_key(&t, &p.name);
	struct store_row r = { span_of(key, t.n), span_of(row, n) };
	struct pnrp_published got;
	assert_int_equal(pnrp_row_read(&r, &got), OK);
	assert_true(pnrp_name_eq(&p.name, &got.name) && got.automatic);
	assert_true(span_eq(got.payload, p.payload));
	assert_memory_equal(got.comment, "hi", 2);
	for (size_t cut = 0; cut < n; cut++) {
		r.value = span_of(row, cut);
		assert_int_equal(pnrp_row_read(&r, &got), ERR_CORRUPT);
	}
	for (size_t at = 0; at < n; at++) {
		uint8_t kept = row[at];
		r.value = span_of(row, n);
		for (unsigned v = 0; v < 256; v += 17) {
			row[at] = (uint8_t)v;
			enum err e = pnrp_row_read(&r, &got);
			assert_true(e == OK || e == ERR_CORRUPT);
		}
		row[at] = kept;
	}
	struct bench b;
	uint64_t number;
	init(&b);
	assert_int_equal(store_put(store_mem_store(b.mem), &pnrp_table_names, span_str("0.x"),
				   span_str("rubbish"), &number),
			 OK);
	assert_int_equal(birth(&b), ERR_CORRUPT);
	fini(&b);
}

/* The batch that is open does not reach the disk. */
static void commit_fails(struct bench *b)
{
	(void)store_mem_seal(b->mem);
	pnrp_clouds_store_failed(b->c, store_mem_fail(b->mem), ERR_NO_SPACE, b->now);
	drain(b);
}

static size_t count_names(const struct bench *b)
{
	struct pnrp_published_info info;
	size_t at = 0;
	while (pnrp_clouds_published(b->c, &at, &info))
		continue;
	return at;
}

/* PNRP-10.1: what a cloud says later does not wait for a put that was undone, since
 * nothing may be put for hours. */
static void a_cloud_is_not_mute_after_a_failed_commit(void **s)
{
	struct bench b;
	(void)s;
	ready(&b);
	assert_true(b.after > store_mem_committed(b.mem));
	commit_fails(&b);
	assert_int_equal(count_names(&b), 0);
	struct pnrp_command m = publish("0.x");
	m.kind = PNRP_PING;
	m.at = (struct addr){ ADDR_IPV4, { 192, 0, 2, 9 }, PNRP_PORT, 2 };
	assert_int_equal(pnrp_clouds_command(b.c, &m, 2, b.now), OK);
	drain(&b);
	assert_int_equal(b.datagrams, 1);
	assert_int_equal(b.after, 0);
	fini(&b);
}

/* PNRP-10.2: without its key on disk a secure name is not told, kept or not. */
static void a_secure_name_ends_with_its_key(void **s)
{
	struct bench b;
	(void)s;
	ready(&b);
	assert_true(store_mem_seal(b.mem) && store_mem_commit(b.mem));
	struct pnrp_command m = publish("0.y");
	m.own_key = m.temporary = true;
	assert_int_equal(pnrp_clouds_command(b.c, &m, 2, b.now), OK);
	drain(&b);
	assert_int_equal(count_names(&b), 2);
	commit_fails(&b);
	assert_int_equal(count_names(&b), 1);
	/* The key is stored with the next one. */
	assert_int_equal(pnrp_clouds_command(b.c, &m, 3, b.now), OK);
	drain(&b);
	assert_true(store_mem_seal(b.mem) && store_mem_commit(b.mem));
	/* And then stays whatever fails. */
	m = publish("0.z");
	assert_int_equal(pnrp_clouds_command(b.c, &m, 4, b.now), OK);
	drain(&b);
	commit_fails(&b);
	assert_int_equal(count_names(&b), 2);
	fini(&b);
}

/* PNRP-10.1: from kept to temporary, and the row could not be taken away. */
static void a_name_that_could_not_become_temporary_is_kept(void **s)
{
	struct bench b;
	struct pnrp_published_info info;
	size_t at = 0;
	(void)s;
	ready(&b);
	assert_true(store_mem_seal(b.mem) && store_mem_commit(b.mem));
	struct pnrp_command m = publish("0.x");
	m.temporary = true;
	assert_int_equal(pnrp_clouds_command(b.c, &m, 2, b.now), OK);
	drain(&b);
	commit_fails(&b);
	assert_true(pnrp_clouds_published(b.c, &at, &info));
	assert_false(info.temporary);
	/* It ends in the store too. */
	m.kind = PNRP_UNPUBLISH;
	assert_int_equal(pnrp_clouds_command(b.c, &m, 3, b.now), OK);
	drain(&b);
	assert_int_equal(b.reply, OK);
	assert_true(store_mem_seal(b.mem) && store_mem_commit(b.mem));
	pnrp_clouds_free(b.c);
	assert_int_equal(birth(&b), OK);
	assert_int_equal(count_names(&b), 0);
	fini(&b);
}

/* DESIGN D8: nobody here hears of a name of ours before it is on disk either. */
static void a_name_of_ours_is_found_once_it_is_stored(void **s)
{
	struct bench b;
	(void)s;
	ready(&b);
	struct pnrp_command m = publish("0.x");
	m.kind = PNRP_RESOLVE;
	m.most = 1;
	m.criteria = PNRP_MATCH_ANY;
	assert_int_equal(pnrp_clouds_command(b.c, &m, 2, b.now), OK);
	drain(&b);
	assert_true(said(&b, "result"));
	assert_int_equal(b.result_after, store_mem_newest(b.mem));
	fini(&b);
}

/* PNRP-9.11: an interface that was taken out and put in again has another index. */
static void an_interface_comes_back_under_another_index(void **s)
{
	struct bench b;
	struct pnrp_cloud_info info;
	(void)s;
	init(&b);
	assert_int_equal(birth(&b), OK);
	address(&b, 2, "fe80::1");
	interfaces(&b);
	bound(&b, PNRP_SOCKET_IPV6, PNRP_PORT);
	assert_string_equal(state(&b, "LinkLocal_e2", &info), "synchronising");
	b.at[0].index = 7;
	interfaces(&b);
	size_t rows = 0;
	for (size_t at = 0; pnrp_clouds_info(b.c, &at, &info);)
		rows += span_eq(span_str(info.name), span_str("LinkLocal_e2"));
	assert_int_equal(rows, 1);
	assert_string_equal(state(&b, "LinkLocal_e2", &info), "synchronising");
	assert_int_equal(info.zone, 7);
	fini(&b);
}

/* A node that stops, and whose other parts take longer, has nothing due for ever. */
static void goodbyes_end(void **s)
{
	struct bench b;
	(void)s;
	ready(&b);
	for (size_t i = 0; i < 20; i++)
		tick(&b, MONO_SEC);
	pnrp_clouds_stop(b.c, b.now);
	drain(&b);
	for (size_t i = 0; i < 8; i++)
		tick(&b, MONO_SEC);
	assert_false(pnrp_clouds_busy(b.c));
	assert_true(pnrp_clouds_deadline(b.c).us > b.now.us);
	fini(&b);
}

static void story(struct bench *b)
{
	struct pnrp_command m = publish("0.x"), r = publish("0.y");
	if (pnrp_clouds_interfaces(b->c, b->at, b->n_at, b->now) != OK)
		assert_int_equal(pnrp_clouds_interfaces(b->c, b->at, b->n_at, b->now), OK);
	drain(b);
	for (uint32_t i = PNRP_SOCKET_IPV6; i < PNRP_SOCKETS; i++)
		bound(b, i, i < PNRP_SOCKET_SSDP6 ? PNRP_PORT : 1900);
	b->replied = false;
	if (pnrp_clouds_command(b->c, &m, 1, b->now) != OK)
		assert_int_equal(pnrp_clouds_command(b->c, &m, 1, b->now), OK);
	drain(b);
	r.kind = PNRP_RESOLVE;
	enum err e = pnrp_clouds_command(b->c, &r, 2, b->now);
	assert_true(e == OK || e == ERR_NOMEM);
	for (size_t i = 0; i < 12; i++)
		tick(b, MONO_SEC);
	m.app[0].port = 632;
	if (pnrp_clouds_command(b->c, &m, 3, b->now) != OK)
		assert_int_equal(pnrp_clouds_command(b->c, &m, 3, b->now), OK);
	drain(b);
}

/* Whatever allocation fails, nothing leaks, and a moment later all is as it should be. */
static void memory_runs_out(void **s)
{
	struct failing_env f;
	size_t runs = 0;
	FAILING_ENV_EACH(f, 9)
	{
		struct bench b;
		struct pnrp_cloud_info info;
		struct pnrp_published_info name;
		size_t at = 0, n = f.fail_at;
		init(&b);
		address(&b, 2, "fe80::1");
		address(&b, 2, "192.0.2.1");
		failing_env_fail_at(&b.f, n);
		if (birth(&b) != OK)
			assert_int_equal(birth(&b), OK);
		story(&b);
		f.failed = b.f.failed;
		tick(&b, 2 * MONO_SEC);
		assert_string_equal(state(&b, "Global4_", &info), "alone");
		assert_string_equal(state(&b, "LinkLocal_e2", &info), "alone");
		assert_true(pnrp_clouds_published(b.c, &at, &name));
		assert_int_equal(name.clouds, 2);
		fini(&b);
		runs++;
	}
	assert_true(runs > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scopes),
		cmocka_unit_test(four_addresses_and_their_order),
		cmocka_unit_test(sockets_and_groups),
		cmocka_unit_test(a_cloud_is_forgotten),
		cmocka_unit_test(who_is_answered),
		cmocka_unit_test(who_has_nothing_is_silent),
		cmocka_unit_test(answers_taken),
		cmocka_unit_test(rubbish_is_dropped),
		cmocka_unit_test(damaged_rows),
		cmocka_unit_test(a_cloud_is_not_mute_after_a_failed_commit),
		cmocka_unit_test(a_secure_name_ends_with_its_key),
		cmocka_unit_test(a_name_that_could_not_become_temporary_is_kept),
		cmocka_unit_test(a_name_of_ours_is_found_once_it_is_stored),
		cmocka_unit_test(an_interface_comes_back_under_another_index),
		cmocka_unit_test(goodbyes_end),
		cmocka_unit_test(memory_runs_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
