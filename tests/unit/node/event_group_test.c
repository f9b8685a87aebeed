#include "../failing_env.h"

#include "node/describe.h"
#include "node/event.h"
#include "node/record.h"

#include <stdlib.h>

/* Events of groups in words and written down; commands to groups, which say nothing of what
 * is secret in them. */

#define NOON (INT64_C(1700000000) * 1000000)

static struct record_room room;

static struct node_event event_of(enum group_event_kind k)
{
	struct node_event e;
	memset(&e, 0, sizeof(e));
	e.part = NODE_PART_GROUP;
	e.group.id = "0123.home";
	e.group.name = "Home";
	e.group.of.kind = k;
	e.group.of.roles = CRYPTO_ROLE_MEMBER;
	memcpy(e.group.of.who, "4567.ann", 8);
	return e;
}

static void says(const struct node_event *e, const char *expected)
{
	char buffer[1024];
	struct text t = TEXT_OF(buffer);
	node_event_text(&t, e);
	assert_string_equal(buffer, expected);
}

/* "name=value", all of them. */
static void has_fields(const struct node_event *e, const char *expected)
{
	char buffer[1024];
	struct text t = TEXT_OF(buffer);
	struct node_field f;
	for (size_t at = 0; node_event_field(e, &at, &f);) {
		text_str(&t, t.n ? " " : "");
		text_str(&t, f.name);
		text_char(&t, '=');
		if (f.is_number)
			text_i64(&t, f.number);
		else
			text_str(&t, f.value.p);
	}
	assert_string_equal(buffer, expected);
}

/* Every kind has a name, a level and a sentence that names its group. */
static void every_kind(void **state)
{
	for (int k = 0; k < GROUP_EVENT_COUNT; k++) {
		struct node_event e = event_of((enum group_event_kind)k);
		char buffer[1024];
		struct text t = TEXT_OF(buffer);
		node_event_text(&t, &e);
		assert_string_not_equal(node_event_name(&e), "unknown");
		assert_non_null(strstr(buffer, "group \"Home\""));
		assert_true(node_group_event_level(&e.group.of) < NODE_DEBUG);
		assert_int_not_equal(buffer[t.n - 1], '.');
		/* And without a friendly name, by its own. */
		e.group.name = "";
		t = TEXT_OF(buffer);
		node_event_text(&t, &e);
		assert_non_null(strstr(buffer, "group \"0123.home\""));
	}
	struct node_event e = event_of(GROUP_EVENT_COUNT);
	says(&e, "unknown event");
	assert_string_equal(node_event_name(&e), "unknown");
	assert_int_equal(node_group_event_level(&e.group.of), NODE_ERROR);
}

static void changes_of_members(void **state)
{
	static const char expired[] = "member \"4567.ann\" is no longer a member of group "
				      "\"Home\": its membership has ended";
	static const char *const texts[GROUP_CHANGE_COUNT] = {
		[GROUP_CHANGE_JOINED] = "member \"4567.ann\" has joined group \"Home\": member",
		[GROUP_CHANGE_UPDATED] = "member \"4567.ann\" has changed in group \"Home\"",
		[GROUP_CHANGE_ONLINE] = "member \"4567.ann\" is online in group \"Home\"",
		[GROUP_CHANGE_OFFLINE] = "member \"4567.ann\" is offline in group \"Home\"",
		[GROUP_CHANGE_ROLE] =
			"member \"4567.ann\" has another role in group \"Home\": member",
		[GROUP_CHANGE_EXPIRED] = expired,
		[GROUP_CHANGE_REMOVED] = "member \"4567.ann\" was removed from group \"Home\" by "
					 "whoever has the group's key",
		[GROUP_CHANGE_RETURNED] = "member \"4567.ann\" is back in group \"Home\"",
	};
	struct node_event e = event_of(GROUP_EVENT_MEMBER);
	for (int c = 0; c < GROUP_CHANGE_COUNT; c++) {
		e.group.of.change = (enum group_change)c;
		says(&e, texts[c]);
	}
	e.group.of.change = GROUP_CHANGE_REMOVED;
	e.group.of.by = "0815.ben";
	says(&e, "member \"4567.ann\" was removed from group \"Home\" by \"0815.ben\"");
	e.group.of.by_label = "Ben";
	e.group.of.reason = "moved out";
	says(&e, "member \"4567.ann\" was removed from group \"Home\" by \"Ben\": \"moved out\"");
	e.group.of.change = GROUP_CHANGE_ROLE;
	e.group.of.roles = CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_MEMBER;
	says(&e, "member \"4567.ann\" has another role in group \"Home\": administrator");
	e.group.of.roles = 0;
	says(&e, "member \"4567.ann\" has another role in group \"Home\": no role");
}

/* What is wrong, and what to do: a clock is named as such. */
static void failures(void **state)
{
	struct node_event e = event_of(GROUP_EVENT_AUTH_FAILED);
	e.group.of.fault = GROUP_FAULT_CLOCK;
	e.group.of.skew = -40 * 3600 * MONO_SEC;
	says(&e, "the connection with \"4567.ann\" in group \"Home\" is refused: by our clock the "
		 "other side's certificate is not valid: one of the clocks is wrong; by its "
		 "certificate our clock is about 1d16h ahead; set the clock of the machine that is "
		 "wrong, then connect again");
	e = event_of(GROUP_EVENT_AUTH_FAILED);
	e.group.of.who[0] = 0;
	e.group.of.fault = GROUP_FAULT_CHAIN;
	e.group.of.chain = GROUP_CHAIN_SIGNATURE;
	says(&e, "the connection with a machine that did not say who it is in group \"Home\" is "
		 "refused: the other side's membership is not valid (a signature does not fit)");
	e = event_of(GROUP_EVENT_CLOCK);
	e.group.of.skew = 90 * MONO_SEC;
	says(&e, "in group \"Home\" the clock of \"4567.ann\" seems to be 90s ahead of ours; "
		 "compare the clocks of both machines");
	e = event_of(GROUP_EVENT_REFUSED);
	e.group.of.refusal = GROUP_REFUSAL_RIGHT;
	says(&e, "a record of \"4567.ann\" in group \"Home\" is refused: its signer may not change "
		 "records of others");
	for (int f = 0; f < GROUP_SESSION_FAULT_COUNT; f++) {
		char buffer[1024];
		struct text t = TEXT_OF(buffer);
		e = event_of(GROUP_EVENT_AUTH_FAILED);
		e.group.of.fault = (enum group_session_fault)f;
		node_event_text(&t, &e);
		if (f)
			assert_non_null(strstr(buffer, group_session_fault_text(e.group.of.fault)));
	}
}

static void ends_of_memberships(void **state)
{
	struct node_event e = event_of(GROUP_EVENT_RENEW);
	e.group.of.until = NOON;
	says(&e, "our membership of group \"Home\" ends at 2023-11-14T22:13:20Z; an administrator "
		 "or inviting member renews it: homestead member renew");
	assert_int_equal(node_group_event_level(&e.group.of), NODE_WARNING);
	e.group.of.chain = GROUP_CHAIN_EXPIRED;
	says(&e,
	     "our membership of group \"Home\" has ended at 2023-11-14T22:13:20Z; an administrator "
	     "or inviting member renews it: homestead member renew");
	assert_int_equal(node_group_event_level(&e.group.of), NODE_ERROR);
	e = event_of(GROUP_EVENT_RENEWED);
	e.group.of.until = NOON;
	says(&e, "our membership of group \"Home\" is renewed until 2023-11-14T22:13:20Z");
	e = event_of(GROUP_EVENT_FULL);
	e.group.of.text = "members";
	says(&e,
	     "group \"Home\" takes no more: members; look at the limits of the group `group` in "
	     "the configuration");
}

/* A label stands before the name that it may share with others, and is shown as what it is. */
static void labels(void **state)
{
	struct node_event e = event_of(GROUP_EVENT_MEMBER);
	char longest[766];
	e.group.of.change = GROUP_CHANGE_ONLINE;
	e.group.of.label = "Ann, laptop";
	says(&e, "member \"Ann, laptop\" (\"4567.ann\") is online in group \"Home\"");
	has_fields(&e, "graph=0123.home group=Home change=online member=4567.ann "
		       "label=Ann, laptop role=member ours=false");
	e.group.of.label = "\"Bob\" \033[1m";
	says(&e, "member \"\\x22Bob\\x22 \\x1b[1m\" (\"4567.ann\") is online in group \"Home\"");
	e.group.of.label = "";
	says(&e, "member \"4567.ann\" is online in group \"Home\"");
	e = event_of(GROUP_EVENT_AUTH_FAILED);
	e.group.of.fault = GROUP_FAULT_EXPIRED;
	e.group.of.label = "Ann";
	says(&e,
	     "the connection with \"Ann\" (\"4567.ann\") in group \"Home\" is refused: the other "
	     "side's membership has expired; an administrator renews it: homestead member "
	     "renew");
	e.group.of.who[0] = 0; /* nobody's */
	says(&e, "the connection with a machine that did not say who it is in group \"Home\" is "
		 "refused: the other side's membership has expired; an administrator renews it: "
		 "homestead member renew");
	/* The longest there is goes through whole. */
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	e.group.of.label = longest;
	struct node_field f;
	for (size_t at = 0; node_event_field(&e, &at, &f) && strcmp(f.name, "label") != 0;)
		;
	assert_string_equal(f.value.p, longest);
}

static void fields(void **state)
{
	struct node_event e = event_of(GROUP_EVENT_MEMBER);
	e.group.of.change = GROUP_CHANGE_JOINED;
	e.group.of.until = NOON;
	has_fields(&e, "graph=0123.home group=Home change=joined member=4567.ann role=member "
		       "ours=false until=2023-11-14T22:13:20Z");
	e = event_of(GROUP_EVENT_AUTH_FAILED);
	e.group.of.fault = GROUP_FAULT_EXPIRED;
	e.group.of.chain = GROUP_CHAIN_EXPIRED;
	e.group.of.skew = 7;
	has_fields(&e, "graph=0123.home group=Home member=4567.ann reason=the other side's "
		       "membership has expired chain=it has expired skew_us=7");
	e = event_of(GROUP_EVENT_INVITE_USED);
	e.group.of.ours = true;
	has_fields(&e, "graph=0123.home group=Home member=4567.ann ours=true over=false");
	assert_int_equal(node_group_event_level(&e.group.of), NODE_NOTICE);
	e.group.of.over = true;
	has_fields(&e, "graph=0123.home group=Home member=4567.ann ours=true over=true");
	assert_int_equal(node_group_event_level(&e.group.of), NODE_WARNING);
	e = event_of(GROUP_EVENT_PASSWORD);
	e.group.of.set = true;
	has_fields(&e, "graph=0123.home group=Home member=4567.ann ours=false set=true over=false");
	says(&e, "group \"Home\" has a new password, set by \"4567.ann\"");
	assert_int_equal(node_group_event_level(&e.group.of), NODE_NOTICE);
	e.group.of.over = true;
	says(&e, "the password of group \"Home\" lets nobody in any more, since a member was "
		 "removed: an administrator sets another");
	assert_int_equal(node_group_event_level(&e.group.of), NODE_WARNING);
	e.group.of.over = e.group.of.set = false;
	e.group.of.ours = true;
	says(&e, "group \"Home\" has no password any more: it was taken away by us");
	e = event_of(GROUP_EVENT_REFUSED);
	e.group.of.refusal = GROUP_REFUSAL_TIME;
	e.group.of.type.at[0] = 1;
	has_fields(&e, "graph=0123.home group=Home member=4567.ann reason=it lies outside of its "
		       "signer's membership id=00000000-0000-0000-0000-000000000000 "
		       "type=01000000-0000-0000-0000-000000000000");
	e = event_of(GROUP_EVENT_PROPERTIES);
	e.group.name = NULL;
	has_fields(&e, "graph=0123.home member=4567.ann");
}

/* A copy stands alone: its names lie behind it. */
static void copies(void **state)
{
	char id[] = "0123.home", name[] = "Home", label[] = "Ann";
	struct node_event e = event_of(GROUP_EVENT_PROPERTIES), *copy;
	e.group.id = id;
	e.group.name = name;
	e.group.of.label = label;
	assert_int_equal(node_event_size(&e),
			 sizeof(e) + sizeof(id) + sizeof(name) + sizeof(label));
	copy = malloc(node_event_size(&e));
	node_event_copy(copy, &e);
	memset(id, 'x', sizeof(id) - 1);
	memset(name, 'x', sizeof(name) - 1);
	memset(label, 'x', sizeof(label) - 1);
	says(copy, "name, comment or options of group \"Home\" changed");
	assert_string_equal(copy->group.id, "0123.home");
	assert_string_equal(copy->group.of.label, "Ann");
	free(copy);
	e.group.id = e.group.name = e.group.of.label = NULL;
	assert_int_equal(node_event_size(&e), sizeof(e));
}

static void events_are_written_down(void **state)
{
	uint8_t buffer[8192];
	struct node_event e = event_of(GROUP_EVENT_AUTH_FAILED);
	struct node_out out = { .kind = NODE_OUT_EVENT, .event = &e }, got;
	e.level = NODE_WARNING;
	e.group.of.fault = GROUP_FAULT_CHAIN;
	e.group.of.chain = GROUP_CHAIN_ROLE;
	e.group.of.skew = -3;
	e.group.of.until = NOON;
	e.group.of.id.at[3] = 9;
	struct wr w = wr_of(buffer, record_out_size(&out));
	record_out_write(&w, &out);
	assert_false(w.failed);
	struct span body = span_of(buffer, w.n);
	assert_int_equal(record_out_read(body, &got, &room), OK);
	assert_string_equal(got.event->group.id, "0123.home");
	assert_string_equal(got.event->group.name, "Home");
	assert_memory_equal(&got.event->group.of, &e.group.of, sizeof(e.group.of));
	for (size_t n = 0; n < body.n; n++) /* every truncation */
		assert_int_equal(record_out_read(span_of(body.p, n), &got, &room), ERR_MALFORMED);
	e.group.of.label = "Ann";
	w = wr_of(buffer, record_out_size(&out));
	record_out_write(&w, &out);
	assert_int_equal(record_out_read(span_of(buffer, w.n), &got, &room), OK);
	assert_string_equal(got.event->group.of.label, "Ann");
}

static struct node_in command_of(enum groups_command_kind k)
{
	static const struct addr at[2] = {
		{ .family = ADDR_IPV4, .ip = { 192, 0, 2, 1 }, .port = 3587 },
		{ .family = ADDR_IPV6, .ip = { 0x20, 1 }, .port = 3588 },
	};
	struct node_in in = { .kind = NODE_IN_COMMAND, .number = 7 };
	in.command.kind = NODE_COMMAND_GROUP;
	in.command.groups = (struct groups_command){ .kind = k,
						     .identity = span_str("ann"),
						     .group = span_str("Home"),
						     .who = span_str("bob"),
						     .text = span_str("My home"),
						     .comment = span_str("all of us"),
						     .document = span_str("<PEERIDENTITYEXPORT/>"),
						     .passphrase = span_str("sesame"),
						     .key = span_str("PKCS8"),
						     .address = at,
						     .n_address = 2,
						     .role = GROUP_ROLE_INVITER,
						     .set = GROUPS_SET_COMMENT,
						     .until = NOON,
						     .publish = true,
						     .other = 55 };
	return in;
}

static bool found(struct span in, const char *s)
{
	size_t n = strlen(s);
	for (size_t i = 0; i + n <= in.n; i++)
		if (memcmp(in.p + i, s, n) == 0)
			return true;
	return false;
}

/* All but what is secret comes back; of that not an octet is written. */
static void commands_are_written_down(void **state)
{
	for (int k = 0; k <= GROUPS_CANCEL; k++) {
		uint8_t buffer[8192];
		struct node_in in = command_of((enum groups_command_kind)k), got;
		struct wr w = wr_of(buffer, record_in_size(&in));
		record_in_write(&w, &in);
		assert_false(w.failed);
		struct span body = span_of(buffer, w.n);
		assert_int_equal(record_in_read(body, &got, &room), OK);
		const struct groups_command *c = &got.command.groups;
		assert_int_equal(c->kind, k);
		assert_true(span_eq(c->identity, span_str("ann")));
		assert_true(span_eq(c->comment, span_str("all of us")));
		assert_int_equal(c->n_address, 2);
		assert_true(addr_eq(&c->address[1], &in.command.groups.address[1]));
		assert_int_equal(c->role, GROUP_ROLE_INVITER);
		assert_int_equal(c->until, NOON);
		assert_true(c->publish);
		assert_int_equal(c->other, 55);
		assert_false(found(body, "sesame"));
		assert_false(found(body, "PKCS8"));
		assert_false(found(body, "EXPORT"));
		for (size_t n = 0; n < body.n; n++)
			assert_int_equal(record_in_read(span_of(body.p, n), &got, &room),
					 ERR_MALFORMED);
	}
}

static void commands_in_words(void **state)
{
	char buffer[400];
	struct text t = TEXT_OF(buffer);
	struct node_in in = command_of(GROUPS_CONNECT);
	in.command.groups.identity = in.command.groups.who = span_of(NULL, 0);
	in.command.groups.document = span_of(NULL, 0);
	node_describe_in(&t, &in, 16);
	assert_string_equal(buffer, "command call 7 group connect \"Home\" at 192.0.2.1:3587 at "
				    "[2001::]:3588");
	for (int k = 0; k <= GROUPS_CANCEL; k++) {
		in = command_of((enum groups_command_kind)k);
		t = TEXT_OF(buffer);
		node_describe_in(&t, &in, 64);
		assert_null(strstr(buffer, "sesame"));
		assert_null(strstr(buffer, "EXPORT"));
		assert_non_null(strstr(buffer, "identity \"ann\" who \"bob\" document 21"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(changes_of_members),
		cmocka_unit_test(failures),
		cmocka_unit_test(ends_of_memberships),
		cmocka_unit_test(labels),
		cmocka_unit_test(fields),
		cmocka_unit_test(copies),
		cmocka_unit_test(events_are_written_down),
		cmocka_unit_test(commands_are_written_down),
		cmocka_unit_test(commands_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
