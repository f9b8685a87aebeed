/* Passphrases and passwords, which go over streams: behind their length, and a document where
 * one is taken in. */
#include "asked_groups.h"

#include "ops/stream.h"

static struct ops_stream *open_stream(const struct ops_request *r)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	struct ops_stream *s;
	ask(r);
	assert_int_equal(got.err, OK);
	assert_int_equal(ops_stream_claim(ops, json_string_value(at_path("token")), &s, &why), OK);
	return s;
}

static void put(struct ops_stream *s, const void *p, size_t n, enum err want)
{
	size_t taken;
	assert_int_equal(ops_stream_write(s, span_of(p, n), &taken), want);
	if (!want)
		assert_int_equal(taken, n);
}

/* The one line, as JSON; `got` holds it. */
static void read_line(struct ops_stream *s)
{
	static char line[20000];
	size_t have = 0, n;
	enum err e;
	while ((e = ops_stream_read(s, (uint8_t *)line + have, sizeof(line) - have, &n)) == OK && n)
		have += n;
	assert_int_equal(e, ERR_CLOSED);
	json_decref(got.json);
	got.json = json_loadb(line, have, 0, NULL);
	assert_non_null(got.json);
}

static void an_export_needs_a_passphrase_alone(void **state)
{
	struct ops_request r = about(OPS_IDENTITY_EXPORT, "Ann");
	struct ops_stream *s = open_stream(&r);
	pp->result.document = span_str("<PEERIDENTITYEXPORT/>");
	for (size_t i = 0; i < 8; i++) /* in any pieces */
		put(s, &"\0\6sesame"[i], 1, OK);
	assert_int_equal(pp->commands, 0);
	ops_stream_finish(s);
	assert_int_equal(pp->command.kind, GROUPS_ID_EXPORT);
	assert_string_equal(pp->identity, pp->people.names[1]);
	assert_int_equal(pp->passphrase_n, 6);
	assert_memory_equal(pp->passphrase, "sesame", 6);
	read_line(s);
	assert_at("document", "<PEERIDENTITYEXPORT/>");
	ops_stream_close(s);
	/* A group's own key, where it is here. */
	r = about(OPS_GROUP_OWNER, "Home");
	s = open_stream(&r);
	put(s, "\0\6sesame", 8, OK);
	ops_stream_finish(s);
	assert_int_equal(pp->command.kind, GROUPS_OWNER);
	assert_string_equal(pp->group, pp->people.names[0]);
	assert_string_equal(pp->identity, pp->groups[0].self);
	read_line(s);
	ops_stream_close(s);
	r = about(OPS_GROUP_OWNER, "Attic");
	ask(&r);
	refused(ERR_DENIED, "the key of group \"Attic\" is not on this machine",
		"created the group");
	r = about(OPS_IDENTITY_EXPORT, "Ann");
	r.write.dry_run = true;
	ask(&r);
	assert_at("text", "identity \"Ann\" would be exported");
	assert_at("token", "");
}

/* GROUP-13.10, GROUP-14.30: as other keyboards will type it, too. */
static void a_password_is_set(void **state)
{
	struct ops_request r = about(OPS_GROUP_PASSWORD, "Home");
	struct ops_stream *s = open_stream(&r);
	put(s, "\0\3a\xcc\x88", 5, OK);
	ops_stream_finish(s);
	assert_int_equal(pp->command.kind, GROUPS_PASSWORD);
	assert_int_equal(pp->command.role, GROUP_ROLE_MEMBER);
	assert_string_equal(pp->group, pp->people.names[0]);
	assert_int_equal(pp->passphrase_n, 2);
	assert_memory_equal(pp->passphrase, "\xc3\xa4", 2);
	read_line(s);
	assert_at("text", "group \"Home\" has its password");
	ops_stream_close(s);
	r = about(OPS_GROUP_PASSWORD, "Home");
	s = open_stream(&r);
	put(s, "\0\0", 2, OK);
	ops_stream_finish(s);
	assert_int_equal(pp->passphrase_n, 0);
	read_line(s);
	assert_at("text", "group \"Home\" has no password any more");
	ops_stream_close(s);
	s = open_stream(&r);
	answer(ERR_DENIED, "only an administrator may");
	put(s, "\0\0", 2, OK);
	ops_stream_finish(s);
	read_line(s);
	assert_at("error.message",
		  "group \"Home\" cannot lose its password: only an administrator may");
	ops_stream_close(s);
}

/* GROUP-10.6: the name alone would be that of both. */
static void a_password_by_one_of_two(void **state)
{
	struct ops_request r = about(OPS_GROUP_PASSWORD, "Home");
	pp->groups[1] = pp->groups[0];
	pp->groups[1].self = "0123456789.old";
	ask(&r);
	refused(ERR_MALFORMED, "Home", "GROUP/IDENTITY");
	r = about(OPS_GROUP_PASSWORD, "Home/0123456789.old");
	struct ops_stream *s = open_stream(&r);
	put(s, "\0\1a", 3, OK);
	ops_stream_finish(s);
	assert_string_equal(pp->group, pp->people.names[0]);
	assert_string_equal(pp->identity, "0123456789.old");
	ops_stream_close(s);
	r = about(OPS_GROUP_OWNER, "Home/0123456789.old");
	s = open_stream(&r);
	put(s, "\0\6sesame", 8, OK);
	ops_stream_finish(s);
	assert_string_equal(pp->identity, "0123456789.old");
	ops_stream_close(s);
}

static void an_import_has_a_document(void **state)
{
	struct ops_request r = about(OPS_IDENTITY_IMPORT, "");
	struct ops_stream *s = open_stream(&r);
	static char large[9000];
	memset(large, 'x', sizeof(large));
	pp->result.made = pp->people.names[1];
	put(s, "\0\6sesameabc", 11, OK);
	put(s, large, sizeof(large), OK);
	ops_stream_finish(s);
	ops_stream_finish(s);
	assert_int_equal(pp->commands, 1);
	assert_int_equal(pp->command.kind, GROUPS_ID_IMPORT);
	assert_int_equal(pp->document_n, 3 + sizeof(large));
	assert_memory_equal(pp->document, "abcxxx", 6);
	read_line(s);
	assert_at("text", "the identity in the document is taken over");
	assert_at("name", pp->people.names[1]);
	put(s, "x", 1, ERR_CLOSED);
	ops_stream_close(s);
	/* A membership has no key in it, and needs no passphrase. */
	r = about(OPS_GROUP_IMPORT, "");
	s = open_stream(&r);
	put(s, "\0\0<PEERGROUPCONFIG/>", 20, OK);
	ops_stream_finish(s);
	assert_int_equal(pp->command.kind, GROUPS_IMPORT);
	assert_int_equal(pp->passphrase_n, 0);
	assert_string_equal(pp->document, "<PEERGROUPCONFIG/>");
	ops_stream_close(s);
	/* A wrong passphrase is told. */
	r = about(OPS_IDENTITY_IMPORT, "");
	s = open_stream(&r);
	answer(ERR_DENIED, "the passphrase is another one");
	put(s, "\0\1x<a/>", 7, OK);
	ops_stream_finish(s);
	read_line(s);
	assert_at("error.code", "DENIED");
	assert_non_null(strstr(text_at("error.message"), "the passphrase is another one"));
	ops_stream_close(s);
}

/* What does not fit what it should be, and every truncation. */
static void streams_that_make_no_sense(void **state)
{
	static const struct {
		enum ops_kind kind;
		const char *octets;
		size_t n;
		const char *message;
	} rows[] = {
		{ OPS_IDENTITY_EXPORT, "", 0, "the passphrase is cut short" },
		{ OPS_IDENTITY_EXPORT, "\0", 1, "the passphrase is cut short" },
		{ OPS_IDENTITY_EXPORT, "\0\6sesam", 7, "the passphrase is cut short" },
		{ OPS_IDENTITY_EXPORT, "\0\0", 2, "an empty passphrase protects nothing" },
		{ OPS_IDENTITY_IMPORT, "\0\6sesame", 8, "there is no document" },
		{ OPS_GROUP_IMPORT, "\0\0", 2, "there is no document" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ops_request r = about(rows[i].kind, "Ann");
		struct ops_stream *s = open_stream(&r);
		put(s, rows[i].octets, rows[i].n, OK);
		ops_stream_finish(s);
		read_line(s);
		assert_at("error.message", rows[i].message);
		ops_stream_close(s);
	}
	struct ops_request r = about(OPS_IDENTITY_EXPORT, "Ann");
	struct ops_stream *s = open_stream(&r);
	put(s, "\0\6sesame!", 9, ERR_CLOSED);
	read_line(s);
	assert_at("error.message", "something came behind the passphrase");
	ops_stream_close(s);
	s = open_stream(&r);
	put(s, "\4\1", 2, ERR_CLOSED); /* 1025 */
	read_line(s);
	assert_at("error.message", "the passphrase is longer than 1024 octets");
	ops_stream_close(s);
	r = about(OPS_GROUP_IMPORT, "");
	s = open_stream(&r);
	static char large[OPS_DOCUMENT_MAX + 3];
	put(s, large, sizeof(large), ERR_CLOSED);
	read_line(s);
	assert_at("error.message", "the document is too large for what it should be");
	ops_stream_close(s);
	assert_int_equal(pp->commands, 0);
}

/* Who hangs up before the answer is told nothing, and nothing of theirs stays. */
static void hanging_up(void **state)
{
	struct ops_request r = about(OPS_IDENTITY_EXPORT, "Ann");
	struct ops_stream *s = open_stream(&r);
	pp->later = true;
	put(s, "\0\6sesame", 8, OK);
	ops_stream_finish(s);
	ops_stream_close(s);
	assert_null(pp->done);
}

/* GROUP-14.36: what is joined stands in the request, and its password does not. */
static void a_password_lets_in(void **state)
{
	struct ops_request r = about(OPS_GROUP_JOIN_SECRET, "");
	struct ops_address at = { "192.0.2.7:4000" };
	char name[200];
	ops_set_text(name, sizeof(name), "0123456789.attic");
	r.group_join.code = name;
	r.group_join.group = r.group_join.identity = r.group_join.first = r.group_join.password =
		r.group_join.invitation = "";
	r.group_join.addresses = &at;
	r.group_join.n_addresses = 1;
	r.group_join.deadline = -1;
	struct ops_stream *s = open_stream(&r);
	/* Nothing of the request is looked at any more. */
	memset(name, 'x', sizeof(name) - 1);
	memset(&at, 0, sizeof(at));
	pp->result.made = pp->people.names[0];
	put(s, "\0\3a\xcc\x88", 5, OK);
	ops_stream_finish(s);
	assert_int_equal(pp->commands, 1);
	assert_int_equal(pp->command.kind, GROUPS_JOIN);
	assert_int_equal(pp->command.n_address, 1);
	assert_int_equal(pp->passphrase_n, 2);
	assert_memory_equal(pp->passphrase, "\xc3\xa4", 2);
	read_line(s);
	assert_at("text", "group \"Home\" is joined");
	assert_at("name", pp->people.names[0]);
	ops_stream_close(s);
}

static void a_password_that_is_none(void **state)
{
	struct ops_request r = about(OPS_GROUP_JOIN_SECRET, "");
	r.group_join.code = "0123456789.attic";
	r.group_join.group = r.group_join.identity = r.group_join.first = r.group_join.password =
		r.group_join.invitation = "";
	r.group_join.deadline = -1;
	struct ops_stream *s = open_stream(&r);
	put(s, "\0\2\xff\xfe", 4, OK);
	ops_stream_finish(s);
	read_line(s);
	assert_at("error.message", "the password is no text, or too long");
	ops_stream_close(s);
	/* What it says is refused there, too. */
	r.group_join.deadline = 0;
	s = open_stream(&r);
	put(s, "\0\1x", 3, OK);
	ops_stream_finish(s);
	read_line(s);
	assert_non_null(strstr(text_at("error.message"), "a deadline is at most 10 minutes away"));
	ops_stream_close(s);
	assert_int_equal(pp->commands, 0);
	/* In a request it is refused, in this one and in the other. */
	r = about(OPS_GROUP_JOIN, "");
	r.group_join.code = "0123456789.attic";
	r.group_join.group = r.group_join.identity = r.group_join.first = r.group_join.invitation =
		"";
	r.group_join.password = "sesame";
	r.group_join.deadline = -1;
	ask(&r);
	refused(ERR_MALFORMED, "it goes over stream.sock, as POST /v1/groups/join/secret tells",
		"homestead join --password asks for it");
	r.kind = OPS_GROUP_JOIN_SECRET;
	s = open_stream(&r);
	put(s, "\0\1x", 3, OK);
	ops_stream_finish(s);
	read_line(s);
	assert_non_null(strstr(text_at("error.message"), "a password is in no request"));
	assert_null(strstr(text_at("error.message"), "sesame"));
	ops_stream_close(s);
	assert_int_equal(pp->commands, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS_TEST(an_export_needs_a_passphrase_alone),
		GROUPS_TEST(a_password_is_set),
		GROUPS_TEST(a_password_by_one_of_two),
		GROUPS_TEST(an_import_has_a_document),
		GROUPS_TEST(streams_that_make_no_sense),
		GROUPS_TEST(hanging_up),
		GROUPS_TEST(a_password_lets_in),
		GROUPS_TEST(a_password_that_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
