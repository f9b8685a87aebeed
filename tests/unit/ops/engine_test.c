/* The same requests on a real engine: two of them in this process, on loopback
 * addresses, hold a session with each other. */
#include "failing_env.h"

#include <jansson.h>
#include <unistd.h>

#include "ops/ops.h"
#include "os/clock.h"

#define GUARD_S 30

struct side {
	struct engine *engine;
	struct ops *ops;
};
static struct os_loop *loop;
static struct side sides[2];

/* N stands for two numbers of this process, since several may run at once. */
static const char *const texts[2] = {
	"masc { domain = 64501; node = 1; profile = lab; listen = 127.N.1\n"
	"peer north { address = 127.N.2; local_address = 127.N.1; role = child; "
	"domain = 64500 } }",
	"masc { domain = 64500; node = 2; profile = lab; listen = 127.N.2\n"
	"peer south { address = 127.N.1; local_address = 127.N.2; role = parent; "
	"domain = 64501 } }",
};

static const char *const parts[] = { "node", "masc", NULL };

/* The text with its N filled in. */
static const char *filled(const char *from)
{
	static char buffer[600];
	struct text t = TEXT_OF(buffer);
	for (; *from; from++) {
		if (*from != 'N') {
			text_char(&t, *from);
			continue;
		}
		text_i64(&t, 20 + getpid() / 200 % 200);
		text_char(&t, '.');
		text_i64(&t, 20 + getpid() % 200);
	}
	return buffer;
}

static void on_event(void *arg, const struct node_event *e, struct wall wall)
{
	struct side *s = arg;
	if (s->ops)
		ops_event(s->ops, e, wall);
}

static void on_message(void *arg, enum node_level level, const char *part, const char *text)
{
	struct side *s = arg;
	if (s->ops)
		ops_message(s->ops, level, part, text, os_wall());
}

static void start(struct side *s, const char *text)
{
	struct node_config config;
	char buffer[500];
	struct text why = TEXT_OF(buffer);
	uint32_t line;
	node_config_init(&config, os_env());
	if (node_config_parse(&config, span_str(filled(text)), &line, &why) != OK)
		fail_msg("%s", buffer);
	const struct engine_options opt = { .config = &config, .job_threads = 1 };
	const struct engine_events events = { .event = on_event, .message = on_message, .arg = s };
	const struct ops_host host = { .log_parts = parts, .config_path = "", .socket_path = "" };
	if (engine_new(&s->engine, loop, &opt, &events, &why) != OK)
		fail_msg("%s", buffer);
	node_config_free(&config);
	assert_int_equal(ops_new(&s->ops, s->engine, &host), OK);
}

static int setup(void **state)
{
	assert_int_equal(os_loop_new(&loop, os_env()), OK);
	for (int i = 0; i < 2; i++)
		start(&sides[i], texts[i]);
	return 0;
}

static int teardown(void **state)
{
	for (int i = 0; i < 2; i++) {
		engine_free(sides[i].engine);
		ops_free(sides[i].ops);
		sides[i] = (struct side){ NULL, NULL };
	}
	os_loop_free(loop);
	return 0;
}

static json_t *answer;
static enum err answer_err;

static void take(void *arg, const struct ops_answer *a)
{
	answer_err = a->err;
	answer = a->err ? json_string(a->message) : ops_encode(a->type, a->value);
}

/* Asks, and runs the loop until it is answered. */
static json_t *ask(struct ops *o, enum ops_kind kind, const char *name)
{
	struct ops_request r = { .kind = kind };
	struct mono until = mono_add(os_mono(), GUARD_S * MONO_SEC);
	ops_set_text(r.name, sizeof(r.name), name);
	if (kind == OPS_MASC_PEER_DOWN)
		r.down.duration = -1;
	json_decref(answer);
	answer = NULL;
	assert_int_equal(ops_submit(o, &r, take, NULL), OK);
	while (!answer && !mono_reached(until, os_mono()))
		assert_int_equal(os_loop_run(loop, 100), OK);
	assert_non_null(answer);
	return answer;
}

static void await_state(struct ops *o, const char *peer, const char *state)
{
	struct mono until = mono_add(os_mono(), GUARD_S * MONO_SEC);
	for (;;) {
		json_t *j = ask(o, OPS_MASC_PEER, peer);
		if (strcmp(json_string_value(json_object_get(j, "state")), state) == 0)
			return;
		assert_false(mono_reached(until, os_mono()));
		assert_int_equal(os_loop_run(loop, 100), OK);
	}
}

static void a_session_is_seen_from_both_sides(void **state)
{
	await_state(sides[0].ops, "north", "established");
	await_state(sides[1].ops, "south", "established");
	assert_string_equal(json_string_value(json_object_get(answer, "role")), "child");
	assert_string_equal(json_string_value(json_object_get(answer, "open_domain")), "64501");
	json_t *sent = json_object_get(answer, "sent");
	assert_true(json_integer_value(json_object_get(sent, "open")) >= 1);
	json_t *j = ask(sides[0].ops, OPS_STATUS, "");
	json_t *masc = json_object_get(j, "masc");
	assert_int_equal(json_integer_value(json_object_get(masc, "established")), 1);
	json_t *listen = json_array_get(json_object_get(j, "listen"), 0);
	assert_string_equal(json_string_value(json_object_get(listen, "address")),
			    filled("127.N.1:2587"));
}

static void commands_are_done_and_durable(void **state)
{
	await_state(sides[0].ops, "north", "established");
	ask(sides[0].ops, OPS_MASC_PEER_DOWN, "north");
	assert_int_equal(answer_err, OK);
	await_state(sides[0].ops, "north", "idle");
	assert_true(json_is_true(json_object_get(answer, "held_down")));
	json_t *j = ask(sides[0].ops, OPS_STATUS, "");
	json_t *store = json_object_get(j, "store");
	assert_true(json_integer_value(json_object_get(store, "puts")) >= 1);
	ask(sides[0].ops, OPS_MASC_PEER_UP, "north");
	assert_int_equal(answer_err, OK);
	await_state(sides[0].ops, "north", "established");
	ask(sides[0].ops, OPS_MASC_PEER_RESET, "north");
	assert_int_equal(answer_err, OK);
	await_state(sides[0].ops, "north", "established");
}

static void events_of_the_session_are_kept(void **state)
{
	struct ops_request r = { .kind = OPS_EVENTS, .filter = { .part = "masc" } };
	await_state(sides[0].ops, "north", "established");
	json_decref(answer);
	assert_int_equal(ops_submit(sides[0].ops, &r, take, NULL), OK);
	bool up = false;
	for (size_t i = 0; i < json_array_size(json_object_get(answer, "events")); i++) {
		json_t *e = json_array_get(json_object_get(answer, "events"), i);
		json_t *peer = json_object_get(json_object_get(e, "fields"), "peer");
		up = up || (strcmp(json_string_value(json_object_get(e, "name")), "up") == 0 &&
			    strcmp(json_string_value(peer), "north") == 0);
	}
	assert_true(up);
	json_decref(answer);
	answer = NULL;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void a_claim_is_asked_for_and_seen(void **state)
{
	struct ops_request r = { .kind = OPS_MASC_CLAIM };
	r.claim.addresses = 256;
	r.claim.lifetime = -1;
	json_decref(answer);
	answer = NULL;
	assert_int_equal(ops_submit(sides[1].ops, &r, take, NULL), OK);
	while (!answer)
		assert_int_equal(os_loop_run(loop, 100), OK);
	assert_int_equal(answer_err, OK);
	assert_int_equal(json_integer_value(json_object_get(answer, "number")), 1);
	json_t *j = ask(sides[1].ops, OPS_MASC_PREFIXES, "");
	json_t *p = json_array_get(json_object_get(j, "prefixes"), 0);
	assert_int_equal(json_integer_value(json_object_get(p, "number")), 1);
	assert_int_equal(json_integer_value(json_object_get(p, "addresses")), 256);
	j = ask(sides[1].ops, OPS_MASC_SPACE, "");
	json_t *top = json_array_get(json_object_get(j, "blocks"), 0);
	assert_string_equal(json_string_value(json_object_get(top, "prefix")), "239.192.0.0/14");
	assert_string_equal(json_string_value(json_object_get(top, "owner")), "organisation");
	/* The other has no parent's range to claim from. */
	j = ask(sides[0].ops, OPS_MASC_SPACE, "");
	assert_int_equal(json_array_size(json_object_get(j, "blocks")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_claim_is_asked_for_and_seen),
		TEST(a_session_is_seen_from_both_sides),
		TEST(commands_are_done_and_durable),
		TEST(events_of_the_session_are_kept),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(answer);
	return failed;
}
