#include "house.h"

#include <pthread.h>
#include <sys/stat.h>

#include "base/number.h"
#include "group/groups.h"
#include "sim/replay.h"

/* GROUP-10.8: the recording of a machine whose people are in groups plays again with the key
 * beside it, and without it tells nothing that is secret. */

#define PASSPHRASE "purple monkey dishwasher"

/* Every octet that keys were made of, jobs' too, before the first connection: in that some
 * are said in clear. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t drawn[1 << 16];
static size_t n_drawn;
static struct span each[2048];
static size_t n_each;
static bool noting;

static void note(const void *p, size_t n)
{
	if (!noting || n < 12)
		return;
	assert_true(n_drawn + n <= sizeof(drawn) && n_each < sizeof(each) / sizeof(each[0]));
	memcpy(drawn + n_drawn, p, n);
	each[n_each++] = span_of(drawn + n_drawn, n);
	n_drawn += n;
}

static void note_secret(void *ctx, void *p, size_t n)
{
	os_env()->random(os_env()->ctx, p, n);
	(void)pthread_mutex_lock(&lock);
	note(p, n);
	(void)pthread_mutex_unlock(&lock);
}

struct answer {
	bool given;
	enum err err;
	char text[256];
	char document[GROUP_PAPER_MAX];
	size_t n;
};

static void on_answer(void *arg, const struct engine_result *r)
{
	struct answer *a = arg;
	struct text t = TEXT_OF(a->text);
	a->given = true;
	a->err = r->err;
	text_str(&t, r->text ? r->text : "");
	assert_true(r->document.n < sizeof(a->document));
	a->n = r->document.n;
	if (a->n)
		memcpy(a->document, r->document.p, a->n);
}

static void on_event(void *arg, const struct node_event *e, struct wall wall)
{
}

static void on_message(void *arg, enum node_level level, const char *part, const char *text)
{
}

struct place {
	struct env env;
	uint8_t vault[32];
	bool recorded;
	const char *state;
};

static void start(struct house *h, struct teller *t, const struct place *at)
{
	struct node_config c;
	uint32_t line = 0;
	struct engine_events events = { .event = on_event, .message = on_message, .arg = t };
	struct engine_parts parts = { .env = &at->env };
	struct engine_options opt = {
		.config = &c,
		.job_threads = 1,
		.state_dir = house_path(h, at->state),
		.record_path = at->recorded ? house_path(h, "record") : NULL,
	};
	node_config_init(&c, os_env());
	assert_int_equal(
		node_config_parse(&c,
				  span_str("graph { port = 0; listen = 127.0.7.1; loopback = yes; "
					   "lab = yes; }\ngroup { }\n"),
				  &line, &h->why),
		OK);
	c.vault = at->vault;
	if (engine_new_of(&t->engine, h->loop, &opt, &events, &parts, &h->why))
		fail_msg("%s", h->why.p);
	node_config_free(&c);
}

static const struct answer *ask(struct house *h, struct teller *t, const struct groups_command *c)
{
	static struct answer a;
	const struct node_command n = { .kind = NODE_COMMAND_GROUP, .groups = *c };
	memset(&a, 0, sizeof(a));
	assert_int_equal(engine_command(t->engine, &n, on_answer, &a), OK);
	RUN_UNTIL(h, a.given);
	if (a.err)
		fail_msg("%s", a.text);
	return &a;
}

static const struct groups *groups_of(const struct teller *t)
{
	return node_groups(engine_node(t->engine));
}

static void write_card(const struct teller *t, char *out, size_t size)
{
	struct groups_identity who;
	struct text to = text_of(out, size);
	assert_int_equal(groups_find_identity(groups_of(t), span_str(""), &who), OK);
	const struct group_paper card = { .kind = GROUP_PAPER_CARD,
					  .major = 2,
					  .octets = who.certificate };
	assert_int_equal(group_paper_write(&to, &card), OK);
}

static bool knows_two(const struct teller *t)
{
	struct groups_info i;
	struct group_member *m = NULL;
	size_t n = 0;
	if (groups_find(groups_of(t), span_str(""), &i) != OK || !i.group)
		return false;
	while ((m = group_members_next(group_members(i.group), m)))
		n += m->published;
	return n == 2;
}

/* A key of one's own: its octets are known. */
static size_t make_key(uint8_t *out, size_t size)
{
	struct crypto *c;
	struct crypto_key *k;
	size_t n;
	assert_int_equal(crypto_new(&c, os_env()), OK);
	assert_int_equal(crypto_key_make(c, os_env(), crypto_profile(CRYPTO_MODERN), &k), OK);
	assert_int_equal(crypto_key_save(c, k, out, size, &n), OK);
	crypto_key_free(k);
	crypto_free(c);
	return n;
}

/* All that has secrets: keys made, given, carried out and in, a group made, joined by
 * another machine, octets on the wire between the two. */
static void live(struct house *h, struct span key)
{
	static char carried[GROUP_PAPER_MAX], card[GROUP_PAPER_MAX], invitation[GROUP_PAPER_MAX];
	struct groups_command c = { .kind = GROUPS_ID_CREATE, .text = span_str("Ann") };
	(void)ask(h, &h->a, &c);
	c.text = span_str("Given");
	c.key = key;
	(void)ask(h, &h->a, &c);
	c = (struct groups_command){ .kind = GROUPS_ID_EXPORT,
				     .identity = span_str("Given"),
				     .passphrase = span_str(PASSPHRASE) };
	const struct answer *a = ask(h, &h->a, &c);
	size_t n = a->n;
	memcpy(carried, a->document, n);
	c.kind = GROUPS_ID_DELETE;
	(void)ask(h, &h->a, &c);
	c.kind = GROUPS_ID_IMPORT;
	c.document = span_of(carried, n);
	(void)ask(h, &h->a, &c);
	c = (struct groups_command){ .kind = GROUPS_CREATE, .text = span_str("Home") };
	(void)ask(h, &h->a, &c);
	c = (struct groups_command){ .kind = GROUPS_ID_CREATE, .text = span_str("Ben") };
	(void)ask(h, &h->b, &c);
	write_card(&h->b, card, sizeof(card));
	c = (struct groups_command){ .kind = GROUPS_GRANT,
				     .document = span_str(card),
				     .role = GROUP_ROLE_MEMBER };
	a = ask(h, &h->a, &c);
	n = a->n;
	memcpy(invitation, a->document, n);
	c = (struct groups_command){ .kind = GROUPS_JOIN, .document = span_of(invitation, n) };
	(void)ask(h, &h->b, &c);
	struct addr at = { .family = ADDR_IPV4, .ip = { 127, 0, 7, 1 } };
	at.port = graphs_port(node_graphs(engine_node(h->a.engine)));
	assert_true(at.port > 0);
	noting = false;
	c = (struct groups_command){ .kind = GROUPS_CONNECT, .address = &at, .n_address = 1 };
	(void)ask(h, &h->b, &c);
	RUN_UNTIL(h, knows_two(&h->a) && knows_two(&h->b));
}

static struct span read_all(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	uint8_t *p = malloc((size_t)st.st_size + 1);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)st.st_size, f), st.st_size);
	(void)fclose(f);
	return span_of(p, (size_t)st.st_size);
}

static void read_key(struct house *h, uint8_t key[32])
{
	struct span digits = read_all(house_path(h, "record" RECORD_KEY_SUFFIX));
	size_t got = 0;
	assert_int_equal(digits.n, 65);
	assert_int_equal(number_hex(span_of(digits.p, 64), key, 32, &got), OK);
	assert_int_equal(got, 32);
	free((void *)(uintptr_t)digits.p);
}

static bool holds(struct span in, const void *p, size_t n)
{
	return memmem(in.p, in.n, p, n) != NULL;
}

static void assert_tells_nothing(struct span s, struct span key, const uint8_t *vault)
{
	static const char words[] = PASSPHRASE;
	assert_false(holds(s, vault, 16));
	assert_false(holds(s, vault + 16, 16));
	assert_false(holds(s, words, 16));
	assert_true(n_each > 5);
	for (size_t i = 0; i < n_each; i++)
		assert_false(holds(s, each[i].p, each[i].n < 16 ? each[i].n : 16));
	/* In PKCS #8 the private number of a P-256 key stands behind 36 octets. */
	assert_true(key.n > 36 + 32);
	for (size_t at = 36; at + 12 <= 36 + 32; at += 10)
		assert_false(holds(s, key.p + at, 12));
	assert_true(holds(s, "Given", 5));
	assert_false(holds(s, "PEERIDENTITYEXPORT", 18));
}

/* The run of one machine, that of the other, and both again after a restart: rows too. */
static void a_run_with_keys(void **state)
{
	struct house *h = *state;
	static struct place one = { .recorded = true, .state = "a" }, two = { .state = "b" };
	uint8_t plain[CRYPTO_PKCS8_MAX], key[32];
	struct replay_result r;
	n_drawn = n_each = 0;
	noting = true;
	one.env = two.env = *os_env();
	one.env.secret = note_secret;
	for (size_t i = 0; i < 32; i++)
		one.vault[i] = (uint8_t)(0x91 + 7 * i);
	struct span given = span_of(plain, make_key(plain, sizeof(plain)));
	start(h, &h->a, &one);
	start(h, &h->b, &two);
	live(h, given);
	assert_int_equal(engine_stop(h->a.engine, 5000), OK);
	kill_engine(&h->a);
	struct span s = read_all(house_path(h, "record"));
	read_key(h, key);
	assert_tells_nothing(s, given, one.vault);
	assert_false(holds(s, key, 16));
	if (replay_with_key(s, key, os_env(), &r) != OK || !r.same)
		fail_msg("%s", r.why);
	assert_false(r.cut || r.blind);
	assert_true(r.outputs > 30);
	/* Without the key it says what is missing. */
	assert_int_equal(replay(s, os_env(), &r), OK);
	assert_false(r.same);
	assert_true(r.blind);
	assert_non_null(strstr(r.why, RECORD_KEY_SUFFIX));
	key[5] ^= 1;
	assert_int_equal(replay_with_key(s, key, os_env(), &r), OK);
	assert_true(!r.same && r.blind);
	free((void *)(uintptr_t)s.p);
	start(h, &h->a, &one);
	RUN_UNTIL(h, knows_two(&h->a));
	kill_engine(&h->a);
	s = read_all(house_path(h, "record"));
	read_key(h, key);
	assert_tells_nothing(s, given, one.vault);
	if (replay_with_key(s, key, os_env(), &r) != OK || !r.same)
		fail_msg("%s", r.why);
	free((void *)(uintptr_t)s.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_run_with_keys, house_new, house_free),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
