/* Papers: digest grouping 5, as Windows wrote them and as people carry them about. */
#include "../failing_env.h"
#include "group/name.h"
#include "group/paper.h"
#include "group/payload.h"
#include "wire/utf.h"

#define A40    "0123456789abcdef0123456789abcdef01234567"
#define DT     " xmlns:dt=\"urn:schemas-microsoft-com:datatypes\" dt:dt=\"bin.base64\""
#define CLOUD  "<CLOUDNAME>Global_</CLOUDNAME><SCOPE>GLOBAL</SCOPE><CLOUDFLAGS>0</CLOUDFLAGS>"
#define GMC    "<GMC" DT ">AAECAwQF</GMC>"
#define INVITE "<PEERINVITATION VERSION=\"1.0\">" CLOUD GMC "</PEERINVITATION>"
#define NAMED  "<GROUPPEERNAME>" A40 ".family</GROUPPEERNAME>"
#define BY_WORD                                                                                    \
	"<PEERINVITATION VERSION=\"1.1\">" CLOUD NAMED                                             \
	"<GROUPFRIENDLYNAME>The &amp; family</GROUPFRIENDLYNAME></PEERINVITATION>"
#define CARD "<PEERIDENTITYINFO VERSION=\"2.0\"><IDC" DT ">AAECAwQF</IDC></PEERIDENTITYINFO>"
#define EXPORT                                                                                     \
	"<PEERIDENTITYEXPORT VERSION=\"1.0\"><PEERNAME>" A40 ".ann</PEERNAME><DATA" DT             \
	">AAECAwQF</DATA></PEERIDENTITYEXPORT>"
#define CONFIG                                                                                     \
	"<PEERGROUPCONFIG VERSION=\"1.0\"><IDENTITYPEERNAME>" A40                                  \
	".ann</IDENTITYPEERNAME>" NAMED CLOUD GMC "</PEERGROUPCONFIG>"
#define OWNER                                                                                      \
	"<HOMESTEADGROUPOWNER VERSION=\"2.0\">" NAMED "<DATA" DT                                   \
	">AAECAwQF</DATA></HOMESTEADGROUPOWNER>"

static const uint8_t six[] = { 0, 1, 2, 3, 4, 5 };
static const char *const all[] = { CARD, INVITE, BY_WORD, EXPORT, CONFIG, OWNER };
#define ALL (sizeof all / sizeof *all)

static char why_text[400];
static struct failing_env mem; /* of what was read */

static enum err read_octets(struct group_paper *p, struct span document)
{
	struct text why = TEXT_OF(why_text);
	uint8_t *copy = malloc(document.n ? document.n : 1);
	assert_non_null(copy);
	if (document.n)
		memcpy(copy, document.p, document.n);
	size_t live = mem.live;
	enum err e = group_paper_read(p, span_of(copy, document.n), &mem.env, &why);
	free(copy);
	assert_true(e == OK || e == ERR_MALFORMED || e == ERR_UNSUPPORTED);
	assert_int_equal(e == OK, why.n == 0);
	assert_int_equal(e == OK, mem.live > live);
	return e;
}

static void done(struct group_paper *p)
{
	group_paper_free(p, &mem.env);
	assert_null(p->memory);
	group_paper_free(p, &mem.env);
}

static void assert_span(struct span s, const char *want)
{
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

/* What INVITE says, in whatever form. */
static void assert_invite(struct span document)
{
	struct group_paper p;
	assert_int_equal(read_octets(&p, document), OK);
	assert_int_equal(p.kind, GROUP_PAPER_INVITATION);
	assert_int_equal(p.major, 1);
	assert_int_equal(p.minor, 0);
	assert_span(p.cloud, "Global_");
	assert_int_equal(p.scope, GRAPH_SCOPE_GLOBAL);
	assert_false(p.cloud_private);
	assert_true(span_eq(p.octets, span_of(six, sizeof six)));
	assert_int_equal(p.group.n + p.friendly.n + p.identity.n, 0);
	done(&p);
}

static void read_well(struct group_paper *p, const char *document)
{
	assert_int_equal(read_octets(p, span_str(document)), OK);
}

/* GROUP-4.1 */
static void each_kind_is_read(void **state)
{
	struct group_paper p;
	assert_invite(span_str(INVITE));
	read_well(&p, CARD);
	assert_int_equal(p.kind, GROUP_PAPER_CARD);
	assert_int_equal(p.major, 2);
	assert_true(span_eq(p.octets, span_of(six, sizeof six)));
	done(&p);
	read_well(&p, BY_WORD);
	assert_int_equal(p.kind, GROUP_PAPER_INVITATION);
	assert_int_equal(p.minor, 1);
	assert_int_equal(p.octets.n, 0);
	assert_span(p.group, A40 ".family");
	assert_span(p.friendly, "The & family");
	done(&p);
	read_well(&p, EXPORT);
	assert_int_equal(p.kind, GROUP_PAPER_IDENTITY);
	assert_span(p.identity, A40 ".ann");
	done(&p);
	read_well(&p, CONFIG);
	assert_int_equal(p.kind, GROUP_PAPER_MEMBERSHIP);
	assert_span(p.identity, A40 ".ann");
	assert_span(p.group, A40 ".family");
	assert_span(p.cloud, "Global_");
	done(&p);
	read_well(&p, OWNER);
	assert_int_equal(p.kind, GROUP_PAPER_OWNER);
	assert_span(p.group, A40 ".family");
	assert_true(span_eq(p.octets, span_of(six, sizeof six)));
	done(&p);
}

static struct span in_utf16(const char *text, bool big, bool mark, uint8_t *out)
{
	uint16_t units[2048];
	size_t n, at = 0;
	assert_int_equal(utf16_of(span_str(text), units + 1, 2047, &n), OK);
	units[0] = 0xfeff;
	for (size_t i = mark ? 0 : 1; i <= n; i++) {
		out[at++] = (uint8_t)(big ? units[i] >> 8 : units[i]);
		out[at++] = (uint8_t)(big ? units[i] : units[i] >> 8);
	}
	return span_of(out, at);
}

/* GROUP-4.4: the API of old gave UTF-16, which went into files in either order. */
static void any_encoding_is_read(void **state)
{
	uint8_t out[4096];
	for (int i = 0; i < 4; i++)
		assert_invite(in_utf16(INVITE, i & 1, i & 2, out));
	assert_invite(in_utf16("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n" INVITE, false,
			       true, out));
	assert_invite(span_str("\xef\xbb\xbf" INVITE));
	assert_invite(span_str("<?xml version=\"1.0\"?>\n" INVITE "\n"));
	assert_invite(span_str("<?xml version=\"1.0\" encoding=\"utf-16\"?>" INVITE));
}

/* GROUP-4.4 */
static void forms_that_people_make(void **state)
{
	static const char *const rows[] = {
		/* broken into lines, and spread */
		"<PEERINVITATION VERSION=\"1.0\">\r\n  <CLOUDNAME>\r\n Global_ </CLOUDNAME>\n"
		"<SCOPE> GLOBAL\n</SCOPE>\n<CLOUDFLAGS>\t0 </CLOUDFLAGS><GMC" DT
		">\r\n  AAE\n\tC A\r\nwQF\r\n</GMC>\r\n</PEERINVITATION>\r\n",
		/* in another order */
		"<PEERINVITATION VERSION=\"1.0\">" GMC
		"<CLOUDFLAGS>0</CLOUDFLAGS><SCOPE>GLOBAL</SCOPE>"
		"<CLOUDNAME>Global_</CLOUDNAME></PEERINVITATION>",
		/* with what we do not know, also below what we know and the other way round */
		"<PEERINVITATION OTHER=\"9.9\" VERSION=\" 1.0 \"><NEW>x</NEW>" CLOUD GMC
		"<MORE><GMC>!</GMC><CLOUDNAME>x</CLOUDNAME></MORE><IDC>!</IDC><DATA/>"
		"</PEERINVITATION>",
		"<PEERINVITATION VERSION=\"1.0\">" CLOUD
		"<GMC>AAEC<NOTE>!!</NOTE>AwQF</GMC></PEERINVITATION>",
		/* without the type of data, with other prefixes, with a comment */
		"<!-- from ann --><PEERINVITATION VERSION=\"1.0\">" CLOUD
		"<GMC>AAEC<!-- here -->AwQF</GMC></PEERINVITATION>",
		"<p:PEERINVITATION xmlns:p=\"urn:x\" VERSION='1.0'>" CLOUD
		"<p:GMC><![CDATA[AAECAwQF]]></p:GMC></p:PEERINVITATION>",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_invite(span_str(rows[i]));
}

/* GROUP-4.3: nobody is shown the name of a group that the chain is not of. */
static void beside_a_chain_no_name_counts(void **state)
{
	assert_invite(span_str("<PEERINVITATION VERSION=\"1.0\">" NAMED
			       "<GROUPFRIENDLYNAME>Your bank</GROUPFRIENDLYNAME>" CLOUD GMC
			       "</PEERINVITATION>"));
}

static void scopes_and_flags(void **state)
{
	static const struct {
		const char *scope, *flags;
		enum graph_scope want;
	} rows[] = { { "GLOBAL", "0", GRAPH_SCOPE_GLOBAL },
		     { "SITELOCAL", "1", GRAPH_SCOPE_SITE },
		     { "LINKLOCAL", "1", GRAPH_SCOPE_LINK } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[600];
		struct text t = TEXT_OF(text);
		struct group_paper p;
		text_str(&t, "<PEERINVITATION VERSION=\"2.1\"><CLOUDNAME/><SCOPE>");
		text_str(&t, rows[i].scope);
		text_str(&t, "</SCOPE><CLOUDFLAGS>");
		text_str(&t, rows[i].flags);
		text_str(&t, "</CLOUDFLAGS>" GMC "</PEERINVITATION>");
		read_well(&p, text);
		assert_int_equal(p.scope, rows[i].want);
		assert_int_equal(p.cloud_private, rows[i].flags[0] == '1');
		assert_int_equal(p.cloud.n, 0);
		done(&p);
	}
}

#define REPLACED(rest) "<PEERINVITATION VERSION=\"1.1\">" rest "</PEERINVITATION>"
#define SCOPED	       "<SCOPE>GLOBAL</SCOPE><CLOUDFLAGS>0</CLOUDFLAGS>"

/* GROUP-4.5, GROUP-4.6, GROUP-4.7, GROUP-4.8: each says what is wrong, and where. */
static void what_is_wrong_is_told(void **state)
{
	static const struct {
		const char *document, *why;
		enum err want;
	} rows[] = {
		{ "", "no well-formed XML", ERR_MALFORMED },
		{ "hello", "no well-formed XML: line 1, column 1", ERR_MALFORMED },
		{ "<PEERINVITATION VERSION=\"1.0\">\n<GMC>", "no well-formed XML: line 2",
		  ERR_MALFORMED },
		{ "<html/>", "it begins with \"html\", which is no card, invitation or export",
		  ERR_MALFORMED },
		{ "<PEERINVITATION/>", "an invitation must tell its VERSION", ERR_MALFORMED },
		{ "<PEERIDENTITYINFO VERSION=\"one\"/>",
		  "VERSION \"one\" of an identity card is no version", ERR_MALFORMED },
		{ "<PEERINVITATION VERSION=\"1\"/>", "is no version", ERR_MALFORMED },
		{ "<PEERINVITATION VERSION=\".1\"/>", "is no version", ERR_MALFORMED },
		{ "<PEERINVITATION VERSION=\"1.\"/>", "is no version", ERR_MALFORMED },
		{ "<PEERINVITATION VERSION=\"256.0\"/>", "is no version", ERR_MALFORMED },
		{ "<PEERINVITATION VERSION=\"3.0\"/>",
		  "VERSION \"3.0\" of an invitation is not known here: a newer program wrote it",
		  ERR_UNSUPPORTED },
		{ "<PEERINVITATION VERSION=\"2.2\"/>", "is not known here", ERR_UNSUPPORTED },
		{ "<PEERINVITATION VERSION=\"0.1\"/>", "is not known here", ERR_UNSUPPORTED },
		{ "<PEERIDENTITYINFO VERSION=\"1.1\"/>", "is not known here", ERR_UNSUPPORTED },
		{ "<PEERIDENTITYINFO VERSION=\"1.0\"/>", "an identity card without IDC",
		  ERR_MALFORMED },
		{ REPLACED(GMC), "an invitation without CLOUDNAME", ERR_MALFORMED },
		{ REPLACED(CLOUD), "an invitation without GMC", ERR_MALFORMED },
		{ REPLACED(CLOUD "\n" GMC "\n" GMC), "line 3: GMC stands there twice",
		  ERR_MALFORMED },
		{ REPLACED(CLOUD "<GMC>AAEC*wQF</GMC>"), "line 1: GMC is not base64",
		  ERR_MALFORMED },
		{ REPLACED(CLOUD "<GMC>AAECA</GMC>"), "GMC is not base64", ERR_MALFORMED },
		{ REPLACED(CLOUD "<GMC> </GMC>"), "GMC is empty", ERR_MALFORMED },
		{ REPLACED(CLOUD "<GROUPPEERNAME>family</GROUPPEERNAME>"),
		  "GROUPPEERNAME is no secure peer name", ERR_MALFORMED },
		{ REPLACED("<CLOUDNAME/><SCOPE>global</SCOPE>"),
		  "SCOPE is none of GLOBAL, SITELOCAL and LINKLOCAL", ERR_MALFORMED },
		{ REPLACED("<CLOUDFLAGS>2</CLOUDFLAGS>"), "CLOUDFLAGS is neither 0 nor 1",
		  ERR_MALFORMED },
		{ REPLACED("<CLOUDFLAGS/>"), "CLOUDFLAGS is neither 0 nor 1", ERR_MALFORMED },
		{ "<!DOCTYPE x [<!ENTITY e \"e\">]>" INVITE, "no well-formed XML", ERR_MALFORMED },
	};
	struct group_paper p;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(read_octets(&p, span_str(rows[i].document)), rows[i].want);
		if (!strstr(why_text, rows[i].why))
			fail_msg("%s: %s", rows[i].document, why_text);
	}
}

/* GROUP-4.5 */
static void versions_are_those_of_the_group(void **state)
{
	static const uint8_t highest[GROUP_PAPER_KIND_COUNT] = {
		[GROUP_PAPER_CARD] = 0,	    [GROUP_PAPER_INVITATION] = 1,
		[GROUP_PAPER_IDENTITY] = 0, [GROUP_PAPER_MEMBERSHIP] = 1,
		[GROUP_PAPER_OWNER] = 1,
	};
	for (size_t i = 0; i < ALL; i++)
		for (uint8_t major = 0; major <= 3; major++)
			for (uint8_t minor = 0; minor <= 2; minor++) {
				struct group_paper p, back;
				char out[2000];
				struct text t = TEXT_OF(out);
				read_well(&p, all[i]);
				p.major = major;
				p.minor = minor;
				assert_int_equal(group_paper_write(&t, &p), OK);
				bool known = major && major < 3 && minor <= highest[p.kind];
				assert_int_equal(read_octets(&back, span_str(out)),
						 known ? OK : ERR_UNSUPPORTED);
				done(&p);
				if (known)
					done(&back);
			}
}

static void assert_long(const char *before, size_t n, const char *after, const char *want)
{
	char *text = malloc(n + 1000);
	struct group_paper p;
	assert_non_null(text);
	size_t at = strlen(before);
	memcpy(text, before, at);
	memset(text + at, 'A', n);
	memcpy(text + at + n, after, strlen(after) + 1);
	enum err e = read_octets(&p, span_str(text));
	free(text);
	assert_int_equal(e, want ? ERR_MALFORMED : OK);
	if (!want)
		done(&p);
	else if (!strstr(why_text, want))
		fail_msg("%s", why_text);
}

/* GROUP-4.7 */
static void everything_has_an_end(void **state)
{
	static const char flags[] = "</CLOUDNAME>" SCOPED GMC "</PEERINVITATION>";
	static const char cloud[] = "<PEERINVITATION VERSION=\"1.1\"><CLOUDNAME>";
	static const char friendly[] =
		"<PEERINVITATION VERSION=\"1.1\">" CLOUD NAMED "<GROUPFRIENDLYNAME>";
	static const char card[] = "<PEERIDENTITYINFO VERSION=\"1.0\"><IDC>";
	static const char export[] =
		"<PEERIDENTITYEXPORT VERSION=\"1.0\"><PEERNAME>" A40 ".a</PEERNAME><DATA>";
	assert_long(cloud, GROUP_CLOUD_OCTETS, flags, NULL);
	assert_long(cloud, GROUP_CLOUD_OCTETS + 1, flags, "CLOUDNAME is too long");
	assert_long(friendly, 255, "</GROUPFRIENDLYNAME></PEERINVITATION>", NULL);
	assert_long(friendly, 256, "</GROUPFRIENDLYNAME></PEERINVITATION>", "more than 255");
	assert_long(card, 65536 / 3 * 4, "</IDC></PEERIDENTITYINFO>", NULL);
	assert_long(card, 65536 / 3 * 4 + 4, "</IDC></PEERIDENTITYINFO>",
		    "IDC is empty, or too long");
	assert_long(export, 16384 / 3 * 4, "</DATA></PEERIDENTITYEXPORT>", NULL);
	assert_long(export, 16384 / 3 * 4 + 4, "</DATA></PEERIDENTITYEXPORT>", "too long");
	assert_long(card, GROUP_PAPER_MAX, "</IDC></PEERIDENTITYINFO>", "no well-formed XML");
}

static void deep_or_many_elements_are_refused(void **state)
{
	struct group_paper p;
	char text[2000] = "";
	struct text t = TEXT_OF(text);
	for (int i = 0; i < 20; i++)
		text_str(&t, i ? "<A>" : "<PEERIDENTITYINFO VERSION=\"1.0\">");
	assert_int_equal(read_octets(&p, span_str(text)), ERR_MALFORMED);
	text_clear(&t);
	text_str(&t, "<PEERIDENTITYINFO VERSION=\"1.0\">");
	for (int i = 0; i < 100; i++)
		text_str(&t, "<A/>");
	assert_int_equal(read_octets(&p, span_str(text)), ERR_MALFORMED);
}

static void every_truncation_is_refused(void **state)
{
	struct group_paper p;
	for (size_t i = 0; i < ALL; i++)
		for (size_t n = 0; n < strlen(all[i]); n++)
			assert_int_equal(read_octets(&p, span_of(all[i], n)), ERR_MALFORMED);
}

/* Of what was changed anywhere no sentence is empty, which read_octets() sees to. */
static void changed_documents_do_no_harm(void **state)
{
	struct failing_env f;
	size_t read = 0, refused = 0;
	failing_env_init(&f, 9);
	for (size_t i = 0; i < ALL; i++)
		for (int k = 0; k < 400; k++) {
			char text[1000];
			size_t n = strlen(all[i]);
			struct group_paper p;
			memcpy(text, all[i], n);
			text[env_random_below(&f.env, n)] = (char)env_random_below(&f.env, 256);
			if (read_octets(&p, span_of(text, n)) == OK) {
				read++;
				done(&p);
			} else {
				refused++;
			}
		}
	assert_true(read > 100 && refused > 100);
}

static void without_memory_nothing_is_read(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 3)
	{
		struct group_paper p;
		struct text why = TEXT_OF(why_text);
		enum err e = group_paper_read(&p, span_str(CONFIG), &f.env, &why);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		if (!e)
			group_paper_free(&p, &f.env);
		failing_env_assert_clean(&f);
	}
}

static void assert_same(const struct group_paper *a, const struct group_paper *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->major, b->major);
	assert_int_equal(a->minor, b->minor);
	assert_int_equal(a->scope, b->scope);
	assert_int_equal(a->cloud_private, b->cloud_private);
	assert_true(span_eq(a->cloud, b->cloud));
	assert_true(span_eq(a->octets, b->octets));
	assert_true(span_eq(a->identity, b->identity));
	assert_true(span_eq(a->group, b->group));
	assert_true(span_eq(a->friendly, b->friendly));
}

/* GROUP-4.2: what is written reads the same, and is written in no room but its own. */
static void what_is_written_is_read(void **state)
{
	for (size_t i = 0; i < ALL; i++) {
		struct group_paper p, back;
		char out[2000], again[2000];
		struct text t = TEXT_OF(out), u = TEXT_OF(again);
		read_well(&p, all[i]);
		assert_int_equal(group_paper_write(&t, &p), OK);
		assert_false(t.cut);
		read_well(&back, out);
		assert_same(&p, &back);
		assert_int_equal(group_paper_write(&u, &back), OK);
		assert_string_equal(out, again);
		for (size_t n = 1; n <= t.n; n++) {
			struct text small = text_of(again, n);
			assert_int_equal(group_paper_write(&small, &p), OK);
			assert_true(small.cut);
		}
		done(&p);
		done(&back);
	}
}

/* GROUP-4.2, GROUP-4.3: as the digest draws it. */
static void an_invitation_looks_like_one_of_windows(void **state)
{
	uint8_t octets[60];
	char out[1000];
	struct text t = TEXT_OF(out);
	memset(octets, 0, sizeof octets);
	const struct group_paper p = { .kind = GROUP_PAPER_INVITATION,
				       .major = 1,
				       .minor = 1,
				       .cloud = span_str("Link<1>"),
				       .scope = GRAPH_SCOPE_LINK,
				       .cloud_private = true,
				       .octets = span_of(octets, sizeof octets),
				       .friendly = span_str("not written: it is in the chain") };
	assert_int_equal(group_paper_write(&t, &p), OK);
	assert_string_equal(
		out,
		"<PEERINVITATION VERSION=\"1.1\">\n"
		"  <CLOUDNAME>Link&lt;1&gt;</CLOUDNAME>\n"
		"  <SCOPE>LINKLOCAL</SCOPE>\n"
		"  <CLOUDFLAGS>1</CLOUDFLAGS>\n"
		"  <GMC xmlns:dt=\"urn:schemas-microsoft-com:datatypes\" dt:dt=\"bin.base64\">\n"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
		"AAAA\n"
		"</GMC>\n"
		"</PEERINVITATION>\n");
}

static void text_that_xml_cannot_hold(void **state)
{
	char out[1000];
	struct text t = TEXT_OF(out);
	struct group_paper p = { .kind = GROUP_PAPER_INVITATION,
				 .major = 2,
				 .scope = GRAPH_SCOPE_GLOBAL,
				 .group = span_str(A40 ".a"),
				 .friendly = span_str("\x01") };
	assert_int_equal(group_paper_write(&t, &p), ERR_MALFORMED);
	p.friendly = span_str("\xff");
	text_clear(&t);
	assert_int_equal(group_paper_write(&t, &p), ERR_MALFORMED);
}

static void each_kind_has_words(void **state)
{
	for (enum group_paper_kind k = 0; k < GROUP_PAPER_KIND_COUNT; k++)
		assert_memory_equal(group_paper_text(k), "an ", 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_read),
		cmocka_unit_test(any_encoding_is_read),
		cmocka_unit_test(forms_that_people_make),
		cmocka_unit_test(beside_a_chain_no_name_counts),
		cmocka_unit_test(scopes_and_flags),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(versions_are_those_of_the_group),
		cmocka_unit_test(everything_has_an_end),
		cmocka_unit_test(deep_or_many_elements_are_refused),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(changed_documents_do_no_harm),
		cmocka_unit_test(without_memory_nothing_is_read),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(an_invitation_looks_like_one_of_windows),
		cmocka_unit_test(text_that_xml_cannot_hold),
		cmocka_unit_test(each_kind_has_words),
	};
	failing_env_init(&mem, 1);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed ? failed : mem.live != 0;
}
