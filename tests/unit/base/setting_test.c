#include "../failing_env.h"
#include "../written.h"
#include "base/addr.h"
#include "base/mono.h"
#include "base/setting.h"

struct config {
	bool active;
	uint32_t weight;
	int64_t hold;
	uint64_t room;
	uint32_t role, aye;
	char name[8];
	char key[16];
	struct addr listen;
};

static const char *const ayes[] = { "auto", "yes", "no", NULL };
static const char *const roles[] = { "parent", "child", "sibling", NULL };

#define FIELD(f) offsetof(struct config, f), sizeof(((struct config *)0)->f)
static const struct setting table[] = {
	{ "active", &setting_bool, FIELD(active), "yes", 0, 0, NULL, "h", false },
	{ "weight", &setting_u32, FIELD(weight), "5", 1, 100, NULL, "h", false },
	{ "hold_time", &setting_duration, FIELD(hold), "4m", 30 * MONO_SEC, 2 * MONO_DAY, NULL, "h",
	  false },
	{ "room", &setting_size, FIELD(room), "64KiB", 1024, INT64_C(8) << 30, NULL, "h", false },
	{ "role", &setting_choice, FIELD(role), "child", 0, 0, roles, "h", false },
	{ "aye", &setting_choice, FIELD(aye), "auto", 0, 0, ayes, "h", false },
	{ "name", &setting_string, FIELD(name), NULL, 0, 0, NULL, "h", false },
	{ "md5_key", &setting_string, FIELD(key), "", 0, 0, NULL, "h", true },
	{ "listen", &setting_addr, FIELD(listen), "[::]", 0, 2587, NULL, "h", false },
	{ .name = NULL },
};

static char why_buffer[300];

static enum err set(struct config *c, const char *name, const char *value)
{
	struct text why = TEXT_OF(why_buffer);
	enum err e = setting_set(table, c, span_str(name), span_str(value), &why);
	assert_int_equal(e == OK, why_buffer[0] == '\0');
	return e;
}

static void refused(const char *name, const char *value, enum err want, const char *why)
{
	struct config c, before;
	memset(&c, 0x5a, sizeof(c));
	memset(&before, 0x5a, sizeof(c));
	assert_int_equal(set(&c, name, value), want);
	assert_string_equal(why_buffer, why);
	assert_memory_equal(&c, &before, sizeof(c));
}

static void defaults(void **state)
{
	struct config c = { .name = "kept" };
	setting_defaults(table, &c);
	assert_true(c.active);
	assert_int_equal(c.weight, 5);
	assert_true(c.hold == 4 * MONO_MIN);
	assert_true(c.room == 65536);
	assert_int_equal(c.role, 1);
	assert_string_equal(c.name, "kept");
	assert_int_equal(c.listen.port, 2587);
	assert_true(addr_is_any(&c.listen));
}

static void sets(void **state)
{
	static const char *const bools[] = { "false", "true", "no", "yes", "off", "on" };
	struct config c = { .active = false };
	for (int i = 0; i < 6; i++) {
		assert_int_equal(set(&c, "active", bools[i]), OK);
		assert_int_equal(c.active, i % 2);
	}
	assert_int_equal(set(&c, "weight", "100"), OK);
	assert_int_equal(c.weight, 100);
	assert_int_equal(set(&c, "hold_time", "30s"), OK);
	assert_true(c.hold == 30 * MONO_SEC);
	assert_int_equal(set(&c, "room", "8GiB"), OK);
	assert_true(c.room == UINT64_C(8) << 30);
	assert_int_equal(set(&c, "role", "sibling"), OK);
	assert_int_equal(c.role, 2);
	assert_int_equal(set(&c, "aye", "true"), OK);
	assert_int_equal(c.aye, 1);
	assert_int_equal(set(&c, "aye", "false"), OK);
	assert_int_equal(c.aye, 2);
	assert_int_equal(set(&c, "aye", "auto"), OK);
	assert_int_equal(c.aye, 0);
	assert_int_equal(set(&c, "role", "true"), ERR_MALFORMED);
	assert_int_equal(set(&c, "name", "1234567"), OK);
	assert_string_equal(c.name, "1234567");
	assert_int_equal(set(&c, "name", ""), OK);
	assert_string_equal(c.name, "");
	assert_int_equal(set(&c, "listen", "127.0.0.2:9"), OK);
	assert_int_equal(c.listen.port, 9);
}

static void errors_name_what_is_accepted(void **state)
{
	refused("active", "maybe", ERR_MALFORMED,
		"active \"maybe\" is not accepted; accepted are true, false, yes, no, on and off");
	refused("weight", "0", ERR_RANGE,
		"weight \"0\" is not accepted; accepted is a number from 1 to 100");
	refused("weight", "101", ERR_RANGE,
		"weight \"101\" is not accepted; accepted is a number from 1 to 100");
	refused("weight", "", ERR_MALFORMED,
		"weight \"\" is not accepted; accepted is a number from 1 to 100");
	refused("hold_time", "5", ERR_MALFORMED,
		"hold_time \"5\" is not accepted; accepted is a time from 30s to 2d, written like "
		"250ms, 90s, 2h30m or 30d");
	refused("hold_time", "29s", ERR_RANGE,
		"hold_time \"29s\" is not accepted; accepted is a time from 30s to 2d, written like "
		"250ms, 90s, 2h30m or 30d");
	refused("room", "9GiB", ERR_RANGE,
		"room \"9GiB\" is not accepted; accepted is a size from 1KiB to 8GiB, written like "
		"512, 64KiB, 8GiB or 8GB");
	refused("role", "uncle", ERR_MALFORMED,
		"role \"uncle\" is not accepted; accepted are parent, child and sibling");
	refused("name", "12345678", ERR_RANGE,
		"name \"12345678\" is not accepted; accepted is a text of at most 7 octets without "
		"control characters");
	refused("name", "a\nb", ERR_MALFORMED,
		"name \"a\\x0ab\" is not accepted; accepted is a text of at most 7 octets without "
		"control characters");
	refused("listen", "localhost", ERR_MALFORMED,
		"listen \"localhost\" is not accepted; accepted is an IPv4 or IPv6 address, with a "
		"port or without, like 192.0.2.1, 192.0.2.1:2587, 2001:db8::1, [2001:db8::1]:2587 "
		"or fe80::1%3");
}

static void secrets_are_not_shown(void **state)
{
	refused("md5_key", "0123456789abcdef", ERR_RANGE,
		"md5_key: the value is not accepted; accepted is a text of at most 15 octets "
		"without control characters");
}

static void unknown_keys_name_the_nearest(void **state)
{
	refused("hold-time", "1m", ERR_NOT_FOUND,
		"there is no setting \"hold-time\"; did you mean hold_time?");
	refused("wieght", "1", ERR_NOT_FOUND,
		"there is no setting \"wieght\"; did you mean weight?");
	refused("qqqqqqqqqq", "1", ERR_NOT_FOUND, "there is no setting \"qqqqqqqqqq\"");
	refused("x\x01", "1", ERR_NOT_FOUND, "there is no setting \"x\\x01\"");
}

static void nearest_is(const char *name, const char *want)
{
	const struct setting *s = setting_nearest(table, span_str(name));
	if (want)
		assert_string_equal(s ? s->name : "(none)", want);
	else
		assert_null(s);
}

static void nearest(void **state)
{
	nearest_is("HOLD_TIME", "hold_time");
	nearest_is("holdtime", "hold_time");
	nearest_is("hold_tiem", "hold_time");
	nearest_is("rol", "role");
	nearest_is("roles", "role");
	nearest_is("nmae", "name");
	nearest_is("lsiten", "listen");
	nearest_is("md5key", "md5_key");
	nearest_is("", NULL);
	nearest_is("x", NULL);
	nearest_is("unrelated", NULL);
	char huge[100];
	memset(huge, 'r', sizeof(huge));
	assert_null(setting_nearest(table, span_of(huge, sizeof(huge))));
}

static void find(void **state)
{
	assert_ptr_equal(setting_find(table, span_str("role")), &table[4]);
	assert_null(setting_find(table, span_str("rol")));
	assert_null(setting_find(table, span_str("")));
}

static void text_before_stays(void **state)
{
	struct config c = { .active = false };
	struct text why = TEXT_OF(why_buffer);
	text_str(&why, "file:3: ");
	assert_int_equal(setting_set(table, &c, span_str("weight"), span_str("7"), &why), OK);
	assert_string_equal(why_buffer, "file:3: ");
	assert_int_equal(setting_set(table, &c, span_str("nome"), span_str("7"), &why),
			 ERR_NOT_FOUND);
	assert_string_equal(why_buffer, "file:3: there is no setting \"nome\"; did you mean name?");
}

static void every_cut_of_the_reason_is_safe(void **state)
{
	for (size_t size = 1; size < 120; size++) {
		char small[120];
		struct text why = text_of(small, size);
		struct config c = { .active = false };
		assert_int_equal(setting_set(table, &c, span_str("role"), span_str("?"), &why),
				 ERR_MALFORMED);
		assert_int_equal(strlen(small), why.n);
		assert_int_equal(setting_set(table, &c, span_str("role"), span_str("child"), &why),
				 OK);
	}
}

static void written_back_and_read_again(void **state)
{
	struct config c, again;
	char buffer[400];
	struct text t = TEXT_OF(buffer);
	memset(&c, 0, sizeof(c));
	memset(&again, 0, sizeof(again));
	setting_defaults(table, &c);
	assert_int_equal(set(&c, "name", "seven"), OK);
	assert_int_equal(set(&c, "md5_key", "hidden"), OK);
	assert_int_equal(set(&c, "active", "off"), OK);
	written(table, &c, &t);
	assert_string_equal(buffer, "active = false\nweight = 5\nhold_time = 4m\nroom = 64KiB\n"
				    "role = child\naye = auto\nname = seven\nlisten = [::]:2587\n");
	for (char *line = buffer, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char *eq = strstr(line, " = ");
		*eq = *end = '\0';
		assert_int_equal(set(&again, line, eq + 3), OK);
	}
	memset(c.key, 0, sizeof(c.key));
	assert_true(addr_eq(&c.listen, &again.listen));
	assert_memory_equal(&c, &again, offsetof(struct config, listen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(sets),
		cmocka_unit_test(errors_name_what_is_accepted),
		cmocka_unit_test(secrets_are_not_shown),
		cmocka_unit_test(unknown_keys_name_the_nearest),
		cmocka_unit_test(nearest),
		cmocka_unit_test(find),
		cmocka_unit_test(text_before_stays),
		cmocka_unit_test(every_cut_of_the_reason_is_safe),
		cmocka_unit_test(written_back_and_read_again),
	};
	return cmocka_run_group_tests_name("setting", tests, NULL, NULL);
}
