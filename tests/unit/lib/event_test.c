/* What becomes of the daemon's events of graphs. */
#include "failing_env.h"

#include "lib/lib_int.h"

#include <jansson.h>

static const struct {
	const char *name;
	uint32_t kind; /* 0: not told */
} names[] = {
	{ "status", HST_EVENT_STATUS },
	{ "loaded", HST_EVENT_STATUS },
	{ "properties", HST_EVENT_PROPS },
	{ "record", HST_EVENT_RECORD },
	{ "direct", HST_EVENT_DIRECT },
	{ "neighbor", HST_EVENT_NEIGHBOUR },
	{ "need-connection", HST_EVENT_NEED_CONNECTION },
	{ "node", HST_EVENT_MESH_NODE },
	{ "synchronised", HST_EVENT_SYNCED },
	{ "partition", HST_EVENT_PARTITION },
	{ "time", HST_EVENT_CLOCK_SKEW },
	{ "invalid", HST_EVENT_TROUBLE },
	{ "bad-peer", HST_EVENT_TROUBLE },
	{ "slow", HST_EVENT_TROUBLE },
	{ "full", HST_EVENT_TROUBLE },
	{ "store-failed", HST_EVENT_TROUBLE },
	{ "member", HST_EVENT_MEMBER },
	{ "auth-failed", HST_EVENT_AUTH_FAILED },
	{ "clock", HST_EVENT_CLOCK_SKEW },
	{ "refused", HST_EVENT_TROUBLE },
	{ "renew", HST_EVENT_MEMBERSHIP },
	{ "renewed", HST_EVENT_MEMBERSHIP },
	{ "signature", 0 },
	{ "of-a-newer-daemon", 0 },
	{ "", 0 },
};

static void each_event_has_its_kind(void **state)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *j = json_pack("{s:s}", "name", names[i].name);
		struct hst_event e = { 0 };
		assert_int_equal(lib_event_read(j, &e), names[i].kind != 0);
		assert_int_equal(e.kind, names[i].kind);
		json_decref(j);
	}
}

static void its_fields_are_read(void **state)
{
	json_t *j = json_loads(
		"{\"name\":\"record\",\"text\":\"a sentence\",\"fields\":{\"graph\":\"kitchen\","
		"\"change\":\"updated\",\"ours\":\"true\",\"version\":7,"
		"\"id\":\"0ccbb0d2-be41-4bd6-914b-058ec5dcce64\","
		"\"type\":\"00000000-0000-0000-0000-000000000001\"}}",
		0, NULL);
	struct hst_event e = { 0 };
	assert_true(lib_event_read(j, &e));
	assert_string_equal(e.graph, "kitchen");
	assert_string_equal(e.message, "a sentence");
	assert_int_equal(e.change, HST_RECORD_UPDATED);
	assert_true(e.ours);
	assert_int_equal(e.version, 7);
	assert_int_equal(e.id.at[15], 0x64);
	assert_int_equal(e.type.at[15], 1);
	json_decref(j);
	j = json_loads(
		"{\"name\":\"direct\",\"fields\":{\"status\":\"failed\",\"incoming\":\"true\","
		"\"connection\":12,\"node\":\"00000000000000ff\",\"peer\":\"0.ann\"}}",
		0, NULL);
	e = (struct hst_event){ 0 };
	assert_true(lib_event_read(j, &e));
	assert_int_equal(e.change, HST_LINK_FAILED);
	assert_true(e.incoming);
	assert_int_equal(e.conn_number, 12);
	assert_int_equal(e.node, 255);
	assert_string_equal(e.peer, "0.ann");
	json_decref(j);
	j = json_loads("{\"name\":\"node\",\"fields\":{\"status\":\"changed\"}}", 0, NULL);
	e = (struct hst_event){ 0 };
	assert_true(lib_event_read(j, &e));
	assert_int_equal(e.change, HST_LINK_CHANGED);
	json_decref(j);
}

static void a_member_is_told_of(void **state)
{
	static const struct {
		const char *word;
		uint32_t change;
	} rows[] = { { "joined", HST_MEMBER_JOINED },
		     { "updated", HST_MEMBER_UPDATED },
		     { "online", HST_MEMBER_ONLINE },
		     { "offline", HST_MEMBER_OFFLINE },
		     { "role", HST_MEMBER_ROLE },
		     { "expired", HST_MEMBER_ENDED },
		     { "connected", 0 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hst_event e = { 0 };
		json_t *j = json_pack("{s:s,s:{s:s,s:s,s:s,s:s,s:s,s:s}}", "name", "member",
				      "fields", "graph", "12.Home", "change", rows[i].word,
				      "member", "34.Bob", "role", "inviting member", "ours", "true",
				      "until", "1970-01-01T00:00:02Z");
		assert_true(lib_event_read(j, &e));
		assert_int_equal(e.change, rows[i].change);
		assert_string_equal(e.graph, "12.Home");
		assert_string_equal(e.peer, "34.Bob");
		assert_int_equal(e.role, HST_ROLE_INVITER);
		assert_true(e.ours && e.until == 2000000);
		json_decref(j);
	}
	struct hst_event e = { 0 };
	json_t *j = json_loads("{\"name\":\"auth-failed\",\"text\":\"refused\",\"fields\":{"
			       "\"member\":\"\",\"skew_us\":-5,\"until\":\"soon\"}}",
			       0, NULL);
	assert_true(lib_event_read(j, &e));
	assert_string_equal(e.message, "refused");
	assert_true(e.skew == -5 && e.until == 0 && e.role == 0 && !e.peer[0]);
	json_decref(j);
}

static void what_is_missing_is_empty(void **state)
{
	json_t *j = json_loads("{\"name\":\"record\",\"fields\":{\"version\":\"x\",\"id\":3,"
			       "\"node\":\"zz\",\"graph\":[]}}",
			       0, NULL);
	struct hst_event e = { 0 };
	assert_true(lib_event_read(j, &e));
	assert_string_equal(e.graph, "");
	assert_string_equal(e.peer, "");
	assert_int_equal(e.version, 0);
	assert_int_equal(e.change, 0);
	assert_int_equal(e.node, 0);
	json_decref(j);
	j = json_object();
	assert_false(lib_event_read(j, &e));
	json_decref(j);
}

static void node_ids_are_text_and_back(void **state)
{
	static const uint64_t some[] = { 0, 1, 255, UINT64_C(0x0123456789abcdef), UINT64_MAX };
	char digits[17];
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		lib_node_text(some[i], digits);
		assert_int_equal(strlen(digits), 16);
		assert_int_equal(lib_node_of(digits), some[i]);
	}
	assert_int_equal(lib_node_of(""), 0);
	assert_int_equal(lib_node_of("x"), 0);
	assert_int_equal(lib_node_of("00112233445566778899"), 0);
}

struct thing {
	const char *name, *other;
	void *octets;
};

static void fill_thing(void *out, const void *from, struct lib_pack *p)
{
	struct thing *t = out;
	t->name = lib_pack_str(p, from);
	t->other = lib_pack_str(p, NULL);
	t->octets = lib_pack(p, "abc", 3);
}

static void a_block_holds_all_it_points_at(void **state)
{
	static struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct hst_ctx c = { .env = &f.env };
		struct thing *t = lib_packed(&c, sizeof(*t), fill_thing, "name");
		assert_true(t || f.failed);
		if (t) {
			assert_string_equal(t->name, "name");
			assert_string_equal(t->other, "");
			assert_memory_equal(t->octets, "abc", 3);
			assert_int_equal((uintptr_t)t->octets % _Alignof(max_align_t), 0);
		}
		hst_free(t);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_has_its_kind),
		cmocka_unit_test(its_fields_are_read),
		cmocka_unit_test(a_member_is_told_of),
		cmocka_unit_test(what_is_missing_is_empty),
		cmocka_unit_test(node_ids_are_text_and_back),
		cmocka_unit_test(a_block_holds_all_it_points_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
