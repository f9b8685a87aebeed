/* What the calls about identities, groups, members and invitations ask of the daemon, and what
 * they make of its answers. That a daemon and the engine in this process do the same is tried
 * by group_test.c. */
#include "canned.h"

#include <homestead.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <cmocka.h>

#define ANN  "aaaa456789abcdef0123456789abcdef01234567.Ann"
#define BOB  "bbbb456789abcdef0123456789abcdef01234567.Bob"
#define HOME CANNED_NAME

#define IS_ANN                                                                                     \
	"{\"name\":\"" ANN "\",\"label\":\"Ann\",\"is_default\":true,\"usable\":true,"             \
	"\"profile\":\"modern\",\"groups\":2,\"made\":\"1970-01-01T00:00:01Z\","                   \
	"\"card\":\"<PEERIDENTITYINFO/>\""
#define IS_HOME                                                                                    \
	"{\"id\":\"" HOME "\",\"name\":\"Home\",\"comment\":\"of us\",\"state\":\"locked\","       \
	"\"why\":\"no key\",\"open\":true,\"profile\":\"modern\",\"identity\":\"" ANN              \
	"\",\"owner\":true,\"owner_kept\":true,\"role\":\"administrator\","                        \
	"\"since\":\"1970-01-01T00:00:01Z\",\"until\":\"1970-01-01T00:00:02Z\",\"members\":3,"     \
	"\"online\":2,\"neighbors\":1"
#define MADE(already)                                                                              \
	"{\"done\":true,\"text\":\"x\",\"name\":\"" HOME "\",\"already\":" already ",\"schema\":1}"
#define TOKEN "{\"done\":true,\"token\":\"k\",\"socket\":\"@\",\"schema\":1}"
#define IS_MEMBER(name, role, more)                                                                \
	"{\"name\":\"" name "\",\"label\":\"L\",\"issuer\":\"" ANN "\",\"role\":\"" role "\"" more \
	"}"

#define EVENT(name, more)                                                                          \
	"{\"number\":1,\"part\":\"group\",\"name\":\"" name                                        \
	"\",\"text\":\"it is so\",\"fields\":{"                                                    \
	"\"graph\":\"" HOME "\",\"member\":\"" BOB "\"" more "}}"
static const char *const happens[] = { EVENT("properties", ""),
				       EVENT("member", ",\"change\":\"online\""), CANNED_STAYS,
				       NULL };

static const struct canned table[] = {
	{ "GET /v1/events?part=group&graph=" HOME "$", 0, NULL, happens },
	{ "GET /v1/identities$", 0,
	  "{\"schema\":1,\"identities\":[{\"name\":\"" BOB "\"}," IS_ANN "}]}", NULL },
	{ "GET /v1/identities/nobody$", 404,
	  "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"there is no identity "
	  "nobody\",\"hint\":\"list them\"},\"schema\":1}",
	  NULL },
	{ "GET /v1/identities/", 0, IS_ANN ",\"schema\":1}", NULL },
	{ "POST /v1/identities/import", 0, TOKEN, NULL },
	{ "POST /v1/identities$", 0, MADE("false"), NULL },
	{ "POST /v1/identities/", 0, TOKEN, NULL },
	{ "PUT /v1/identities/", 0, MADE("false"), NULL },
	{ "DELETE /v1/identities/", 0, MADE("false"), NULL },
	{ "GET /v1/groups$", 0, "{\"schema\":1,\"groups\":[" IS_HOME "}]}", NULL },
	{ "GET /v1/groups/" HOME "/invites", 0,
	  "{\"schema\":1,\"group\":\"x\",\"invites\":[{\"id\":\"0123\",\"lookup\":\"apple-river\","
	  "\"label\":\"Ben\",\"role\":\"member\",\"state\":\"open\",\"made\":"
	  "\"1970-01-01T00:00:01Z\",\"until\":\"1970-01-01T00:00:02Z\",\"uses\":3,\"used\":2,"
	  "\"wrong\":1,\"maker\":\"" ANN "\"}]}",
	  NULL },
	{ "GET /v1/groups/" HOME "/members?online=true$", 0,
	  "{\"schema\":1,\"members\":[" IS_MEMBER(ANN, "administrator",
						  ",\"self\":true,\"online\":true") "]}",
	  NULL },
	{ "GET /v1/groups/" HOME "/members?after=" BOB, 0,
	  "{\"schema\":1,\"members\":[" IS_MEMBER("c", "member", "") "],\"next\":\"\"}", NULL },
	{ "GET /v1/groups/" HOME "/members", 0,
	  "{\"schema\":1,\"members\":[" IS_MEMBER(ANN, "", "") "," IS_MEMBER(
		  BOB, "inviting member", "") "],\"next\":\"" BOB "\"}",
	  NULL },
	{ "GET /v1/groups/" HOME "/export", 0,
	  "{\"done\":true,\"document\":\"<PEERGROUPCONFIG/>\",\"schema\":1}", NULL },
	{ "GET /v1/groups/Nowhere", 404,
	  "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"no\",\"hint\":\"\"},\"schema\":1}",
	  NULL },
	{ "GET /v1/groups/", 0, IS_HOME ",\"schema\":1}", NULL },
	{ "POST /v1/groups/join/secret$", 0, TOKEN, NULL },
	{ "POST /v1/groups/join", 0, MADE("true"), NULL },
	{ "POST /v1/groups/import", 0, TOKEN, NULL },
	{ "POST /v1/groups/" HOME "/owner", 0, TOKEN, NULL },
	{ "POST /v1/groups/" HOME "/password", 0, TOKEN, NULL },
	{ "POST /v1/groups/" HOME "/invites", 0,
	  "{\"done\":true,\"code\":\"apple-river-stone-lemon-tiger\",\"link\":\"homestead:join/AQEA\","
	  "\"schema\":1}",
	  NULL },
	{ "POST /v1/groups/" HOME "/members", 0,
	  "{\"done\":true,\"invitation\":\"<PEERINVITATION/>\",\"schema\":1}", NULL },
	{ "POST /v1/groups", 0, MADE("false"), NULL },
	{ "PUT /v1/groups/", 0, MADE("false"), NULL },
	{ "DELETE /v1/groups/", 0, MADE("false"), NULL },
	{ "GET /v1/graphs/" HOME "$", 0, "{\"number\":7,\"id\":\"" HOME "\",\"schema\":1}", NULL },
	{ "POST /v1/graphs/7/listen", 0, NULL, NULL },
	{ "POST /v1/papers/read", 0,
	  "{\"kind\":\"invitation\",\"valid\":false,\"why\":\"it ended\",\"group\":\"" HOME
	  "\",\"group_name\":\"Home\",\"name\":\"" BOB "\",\"label\":\"Bob\",\"issuer\":\"" ANN
	  "\",\"role\":\"member\",\"since\":\"1970-01-01T00:00:01Z\","
	  "\"until\":\"1970-01-01T00:00:02Z\",\"schema\":1}",
	  NULL },
	{ NULL, 0, NULL, NULL },
};

static hst_ctx *c;
static hst_group *g;

static int up(void **state)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	canned_serve(table);
	opts.socket_path = canned_socket();
	assert_int_equal(hst_ctx_new(&opts, &c), HST_OK);
	assert_int_equal(hst_group_open(c, "Home", &g), HST_OK);
	free(canned_asked());
	return 0;
}

static int down(void **state)
{
	hst_free(g);
	hst_free(c);
	canned_end();
	return 0;
}

/* That these requests were made, and no others. */
static void asked(const char *want)
{
	char *got = canned_asked();
	assert_string_equal(got, want);
	free(got);
}

static void sent(const void *want, size_t size)
{
	size_t n;
	char *got = canned_sent(&n);
	assert_int_equal(n, size);
	assert_memory_equal(got, want, n);
	free(got);
}
#define SENT(octets) sent(octets, sizeof(octets) - 1)

/* ---- identities ---- */

static void an_identity_is_made(void **state)
{
	hst_identity_opts o = HST_INIT(hst_identity_opts);
	char *id = NULL;
	o.label = "Ann \"the\" first";
	o.classifier = "ann";
	o.profile = "classic";
	o.make_default = true;
	assert_int_equal(hst_identity_create(c, &o, &id), HST_OK);
	assert_string_equal(id, HOME);
	hst_free(id);
	asked("POST /v1/identities {'label':'Ann \\'the\\' first','classifier':'ann',"
	      "'profile':'classic','is_default':true}\n");
	assert_int_equal(hst_identity_create(c, NULL, NULL), HST_OK);
	asked("POST /v1/identities {}\n");
	o.size = 4;
	assert_int_equal(hst_identity_create(c, &o, NULL), HST_E_INVALID);
	asked("");
}

static void check_ann(const hst_identity_info *i, const char *card)
{
	assert_string_equal(i->name, ANN);
	assert_string_equal(i->label, "Ann");
	assert_string_equal(i->card, card);
	assert_true(i->is_default && i->usable);
	assert_int_equal(i->groups, 2);
	assert_int_equal(i->made, 1000000);
}

static void identities_are_looked_at(void **state)
{
	hst_identity_info *i;
	hst_iter *it;
	void *item;
	assert_int_equal(hst_identity_get(c, "a b", &i), HST_OK);
	check_ann(i, "<PEERIDENTITYINFO/>");
	assert_non_null(strstr(i->json, "\"schema\""));
	hst_free(i);
	asked("GET /v1/identities/a%20b\n");
	/* NULL is the default one. */
	assert_int_equal(hst_identity_get(c, NULL, &i), HST_OK);
	hst_free(i);
	asked("GET /v1/identities\nGET /v1/identities/" ANN "\n");
	assert_int_equal(hst_identity_get(c, "nobody", &i), HST_E_NOT_FOUND);
	assert_string_equal(hst_last_error(c)->hint, "list them");
	assert_int_equal(hst_identity_get(c, "Ann", NULL), HST_E_INVALID);
	assert_int_equal(hst_identity_list(c, &it), HST_OK);
	assert_int_equal(hst_iter_next(it, &item), 1);
	assert_string_equal(((hst_identity_info *)item)->name, BOB);
	hst_free(item);
	assert_int_equal(hst_iter_next(it, &item), 1);
	check_ann(item, "<PEERIDENTITYINFO/>");
	hst_free(item);
	assert_int_equal(hst_iter_next(it, &item), 0);
	hst_free(it);
	assert_int_equal(hst_identity_list(c, NULL), HST_E_INVALID);
}

static void an_identity_is_changed(void **state)
{
	hst_identity_opts o = HST_INIT(hst_identity_opts);
	o.label = "Anna";
	assert_int_equal(hst_identity_set(c, "Ann", &o, HST_IDENTITY_LABEL), HST_OK);
	asked("PUT /v1/identities/Ann {'label':'Anna'}\n");
	assert_int_equal(hst_identity_set(c, "Ann", &o, HST_IDENTITY_DEFAULT), HST_E_INVALID);
	o.make_default = true;
	assert_int_equal(hst_identity_set(c, "Ann", &o, HST_IDENTITY_DEFAULT), HST_OK);
	asked("PUT /v1/identities/Ann {'is_default':true}\n");
	assert_int_equal(hst_identity_set(c, "Ann", &o, 0), HST_E_INVALID);
	assert_int_equal(hst_identity_set(c, "Ann", &o, 4), HST_E_INVALID);
	assert_int_equal(hst_identity_set(c, "Ann", NULL, 1), HST_E_INVALID);
	assert_int_equal(hst_identity_delete(c, "Ann", 0), HST_OK);
	asked("DELETE /v1/identities/Ann\n");
	assert_int_equal(hst_identity_delete(c, NULL, 0), HST_E_INVALID);
	assert_int_equal(hst_identity_delete(c, "Ann", 1), HST_E_INVALID);
	char longest[800];
	memset(longest, '/', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	assert_int_equal(hst_identity_delete(c, longest, 0), HST_E_INVALID);
	asked("");
}

static void an_identity_moves_under_a_passphrase(void **state)
{
	static const char pass[1025];
	char *document = NULL, *id = NULL;
	assert_int_equal(hst_identity_export(c, "Ann", "h\0rse", 5, &document), HST_OK);
	assert_string_equal(document, "<SEALED/>");
	asked("POST /v1/identities/Ann/export\n");
	SENT("\0\5h\0rse");
	assert_int_equal(hst_identity_import(c, document, "horse", 5, &id), HST_OK);
	assert_string_equal(id, HOME);
	SENT("\0\5horse<SEALED/>");
	hst_free(id);
	assert_int_equal(hst_identity_import(c, document, "horse", 5, NULL), HST_OK);
	hst_free(document);
	free(canned_asked());
	assert_int_equal(hst_identity_export(c, "Ann", "", 0, &document), HST_E_INVALID);
	assert_int_equal(hst_identity_export(c, "Ann", "x", 1, NULL), HST_E_INVALID);
	assert_int_equal(hst_identity_export(c, "Ann", pass, 1025, &document), HST_E_INVALID);
	assert_int_equal(hst_identity_import(c, NULL, "x", 1, NULL), HST_E_INVALID);
	assert_int_equal(hst_identity_import(c, "<X/>", NULL, 0, NULL), HST_E_INVALID);
	asked("");
	assert_int_equal(hst_identity_export(c, "Ann", pass, 1024, &document), HST_OK);
	hst_free(document);
	char *huge = malloc(131074);
	memset(huge, 'x', 131073);
	huge[131073] = 0;
	assert_int_equal(hst_identity_import(c, huge, "x", 1, NULL), HST_E_INVALID);
	free(huge);
}

/* ---- groups ---- */

static void a_group_is_made(void **state)
{
	hst_group_props p = HST_INIT(hst_group_props);
	hst_group *made;
	p.name = "Home";
	p.comment = "of us";
	p.identity = "Ann";
	p.classifier = "home";
	p.profile = "classic";
	p.flags = HST_GROUP_NO_MEMBER_DATA | HST_GROUP_NO_PRESENCE | HST_GROUP_DEFER;
	p.membership_life_s = 86400;
	p.presence_life_s = 600;
	assert_int_equal(hst_group_create(c, &p, &made), HST_OK);
	assert_string_equal(hst_group_id(made), HOME);
	hst_free(made);
	asked("POST /v1/groups {'name':'Home','identity':'Ann','classifier':'home','comment':"
	      "'of us','profile':'classic','data_optional':true,'no_presence':true,'defer':true,"
	      "'membership_life':86400,'presence_life':600}\n");
	p.flags = 8;
	assert_int_equal(hst_group_create(c, &p, &made), HST_E_INVALID);
	p.flags = 0;
	assert_int_equal(hst_group_create(c, &p, NULL), HST_E_INVALID);
	p.name = "";
	assert_int_equal(hst_group_create(c, &p, &made), HST_E_INVALID);
	assert_int_equal(hst_group_create(c, NULL, &made), HST_E_INVALID);
	asked("");
}

static void an_invitation_is_taken_up(void **state)
{
	hst_group *joined;
	assert_int_equal(hst_group_join(c, NULL, "<PEERINVITATION/>", NULL, &joined), HST_ALREADY);
	assert_string_equal(hst_group_id(joined), HOME);
	hst_free(joined);
	asked("POST /v1/groups/join {'invitation':'<PEERINVITATION/>'}\n");
	assert_int_equal(hst_group_join(c, "Ann", "<X/>", NULL, &joined), HST_ALREADY);
	hst_free(joined);
	asked("POST /v1/groups/join {'invitation':'<X/>','identity':'Ann'}\n");
	assert_int_equal(hst_group_join(c, "Ann", HOME, "1234", &joined), HST_OK);
	assert_string_equal(hst_group_id(joined), HOME);
	hst_free(joined);
	SENT("\0\0041234");
	asked("POST /v1/groups/join/secret {'code':'" HOME "','identity':'Ann'}\n");
	assert_int_equal(hst_group_join(c, NULL, "<X/>", "1234", &joined), HST_E_UNSUPPORTED);
	assert_int_equal(hst_group_join(c, NULL, NULL, NULL, &joined), HST_E_INVALID);
	assert_int_equal(hst_group_open(c, "Nowhere", &joined), HST_E_NOT_FOUND);
	assert_int_equal(hst_group_open(c, NULL, &joined), HST_E_INVALID);
}

/* GROUP-14.36: for whatever else the API takes a secret. */
static void a_secret_goes_over_the_stream(void **state)
{
	static const char path[] = "/v1/groups/join/secret";
	char long_one[1025] = { 0 };
	hst_event *e;
	hst_op op;
	assert_int_equal(hst_call_secret(c, path, "{\"code\":\"x\"}", "sesame", 6, 0, &op), HST_OK);
	assert_int_equal(hst_ctx_wait(c, op, -1, &e), HST_OK);
	assert_non_null(strstr(e->json, "\"text\":\"kept\""));
	hst_free(e);
	SENT("\0\6sesame");
	asked("POST /v1/groups/join/secret {'code':'x'}\n");
	assert_int_equal(hst_call_secret(c, path, "{}", NULL, 0, 0, &op), HST_OK);
	assert_int_equal(hst_ctx_wait(c, op, -1, NULL), HST_OK);
	SENT("\0\0");
	free(canned_asked());
	assert_int_equal(hst_call_secret(c, path, "{}", NULL, 1, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_call_secret(c, path, "{}", long_one, 1025, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_call_secret(c, path, "[]", "x", 1, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_call_secret(c, path, "{}", "x", 1, 600001, &op), HST_E_INVALID);
	assert_int_equal(hst_call_secret(c, "v1", "{}", "x", 1, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_call_secret(c, path, "{}", "x", 1, 0, NULL), HST_E_INVALID);
	asked("");
	/* What is no token is no answer, and one that is refused is told. */
	assert_int_equal(hst_call_secret(c, "/v1/nothing", "{}", "x", 1, 0, &op), HST_OK);
	assert_int_equal(hst_ctx_wait(c, op, -1, NULL), HST_E_NOT_FOUND);
	/* Who does not wait for it leaves nothing behind. */
	assert_int_equal(hst_call_secret(c, path, "{}", "x", 1, 0, &op), HST_OK);
	assert_int_equal(hst_op_cancel(c, op), HST_OK);
}

static void a_group_goes_online(void **state)
{
	hst_address to[17] = { 0 };
	hst_op op;
	assert_int_equal(hst_address_parse("192.0.2.7", 3587, &to[0]), HST_OK);
	assert_int_equal(hst_address_parse("[2001:db8::1]:5", 0, &to[1]), HST_OK);
	assert_int_equal(hst_group_connect(g, to, 2, 45000, &op), HST_OK);
	assert_int_equal(hst_ctx_wait(c, op, -1, NULL), HST_OK);
	asked("POST /v1/groups/" HOME "/open\nPOST /v1/groups/" HOME
	      "/connect {'addresses':[{'address':'192.0.2.7:3587'},"
	      "{'address':'[2001:db8::1]:5'}],'deadline':45}\n");
	assert_int_equal(hst_group_connect(g, NULL, 0, 0, &op), HST_OK);
	assert_int_equal(hst_ctx_wait(c, op, -1, NULL), HST_OK);
	asked("POST /v1/groups/" HOME "/open\n");
	assert_int_equal(hst_group_connect(g, to, 17, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_group_connect(g, NULL, 1, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_group_connect(g, to, 1, 600001, &op), HST_E_INVALID);
	assert_int_equal(hst_group_connect(g, to + 2, 1, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_group_connect(NULL, to, 1, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_group_disconnect(g), HST_OK);
	assert_int_equal(hst_group_leave(g, 0), HST_OK);
	assert_int_equal(hst_group_leave(g, 1), HST_E_INVALID);
	asked("POST /v1/groups/" HOME "/close\nDELETE /v1/groups/" HOME "\n");
}

static void check_home(const hst_group_info *i)
{
	assert_string_equal(i->id, HOME);
	assert_string_equal(i->name, "Home");
	assert_string_equal(i->comment, "of us");
	assert_string_equal(i->identity, ANN);
	assert_string_equal(i->state, "locked");
	assert_string_equal(i->why, "no key");
	assert_true(i->open && i->owner && i->owner_kept);
	assert_int_equal(i->role, HST_ROLE_ADMIN);
	assert_true(i->from == 1000000 && i->until == 2000000);
	assert_true(i->members == 3 && i->online == 2 && i->neighbors == 1);
}

static void groups_are_looked_at(void **state)
{
	hst_group_info *i;
	hst_iter *it;
	void *item;
	assert_int_equal(hst_group_get(g, &i), HST_OK);
	check_home(i);
	assert_non_null(strstr(i->json, "\"schema\""));
	hst_free(i);
	assert_int_equal(hst_group_get(g, NULL), HST_E_INVALID);
	assert_int_equal(hst_group_list(c, &it), HST_OK);
	assert_int_equal(hst_iter_next(it, &item), 1);
	check_home(item);
	hst_free(item);
	assert_int_equal(hst_iter_next(it, &item), 0);
	hst_free(it);
	assert_int_equal(hst_group_list(c, NULL), HST_E_INVALID);
}

static void a_group_is_changed(void **state)
{
	static const char *const sets[] = { "",
					    "'set':'name','name':'Den'",
					    "'set':'comment','name':'Den'",
					    "'set':'name,comment','name':'Den'",
					    "'set':'options','name':'Den'",
					    "'set':'name,options','name':'Den'",
					    "'set':'comment,options','name':'Den'",
					    "'set':'name,comment,options','name':'Den'" };
	hst_group_props p = HST_INIT(hst_group_props);
	p.name = "Den";
	for (uint32_t i = 1; i < 8; i++) {
		char want[200];
		uint32_t mask = (i & 1 ? HST_SET_NAME : 0) | (i & 2 ? HST_SET_COMMENT : 0) |
				(i & 4 ? HST_SET_OPTIONS : 0);
		assert_int_equal(hst_group_set(g, &p, mask), HST_OK);
		(void)snprintf(want, sizeof(want), "PUT /v1/groups/%s {%s}\n", HOME, sets[i]);
		asked(want);
	}
	assert_int_equal(hst_group_set(g, &p, 0), HST_E_INVALID);
	assert_int_equal(hst_group_set(g, &p, HST_SET_PRESENCE), HST_E_INVALID);
	assert_int_equal(hst_group_set(g, NULL, HST_SET_NAME), HST_E_INVALID);
}

/* A group is a graph: its handle takes what graphs take. */
static void a_group_has_a_graph(void **state)
{
	hst_graph *graph = hst_group_graph(g);
	assert_non_null(graph);
	assert_string_equal(hst_graph_id(graph), HOME);
	assert_int_equal(hst_graph_listen(graph), HST_OK);
	assert_ptr_equal(hst_group_graph(g), graph);
	asked("GET /v1/graphs/" HOME "\nPOST /v1/graphs/7/listen\n");
	assert_null(hst_group_graph(NULL));
	hst_free(c);
	c = NULL;
	assert_null(hst_group_graph(g));
	assert_int_equal(hst_group_disconnect(g), HST_E_INVALID);
}

static void groups_move(void **state)
{
	hst_group *moved;
	char *text;
	assert_int_equal(hst_group_export(g, HST_GROUP_MEMBERSHIP, NULL, 0, &text), HST_OK);
	assert_string_equal(text, "<PEERGROUPCONFIG/>");
	hst_free(text);
	assert_int_equal(hst_group_export(g, HST_GROUP_OWNER, "horse", 5, &text), HST_OK);
	assert_string_equal(text, "<SEALED/>");
	SENT("\0\5horse");
	assert_int_equal(hst_group_import(c, text, "horse", 5, &moved), HST_OK);
	hst_free(text);
	assert_string_equal(hst_group_id(moved), HOME);
	SENT("\0\5horse<SEALED/>");
	hst_free(moved);
	assert_int_equal(hst_group_import(c, "<X/>", NULL, 0, NULL), HST_OK);
	SENT("\0\0<X/>");
	asked("GET /v1/groups/" HOME "/export\nPOST /v1/groups/" HOME
	      "/owner\nPOST /v1/groups/import\nPOST /v1/groups/import\n");
	assert_int_equal(hst_group_export(g, HST_GROUP_OWNER, NULL, 0, &text), HST_E_INVALID);
	assert_int_equal(hst_group_export(g, HST_GROUP_MEMBERSHIP, "x", 1, &text), HST_E_INVALID);
	assert_int_equal(hst_group_export(g, 3, NULL, 0, &text), HST_E_INVALID);
	assert_int_equal(hst_group_import(c, NULL, NULL, 0, NULL), HST_E_INVALID);
	asked("");
}

static void the_password(void **state)
{
	char *link;
	assert_int_equal(hst_group_password(g, "horse", 5), HST_OK);
	SENT("\0\5horse");
	assert_int_equal(hst_group_password(g, NULL, 0), HST_OK);
	SENT("\0\0");
	asked("POST /v1/groups/" HOME "/password\nPOST /v1/groups/" HOME "/password\n");
	assert_int_equal(hst_group_password(g, NULL, 1), HST_E_INVALID);
	assert_int_equal(hst_group_link(g, &link), HST_OK);
	assert_string_equal(link, "homestead:join/AQEA");
	hst_free(link);
	asked("POST /v1/groups/" HOME "/invites {'password':true}\n");
	assert_int_equal(hst_group_link(g, NULL), HST_E_INVALID);
}

/* ---- members ---- */

static void members_are_listed(void **state)
{
	static const int roles[] = { 0, HST_ROLE_INVITER, HST_ROLE_MEMBER };
	hst_iter *it;
	void *item;
	assert_int_equal(hst_member_list(g, 0, &it), HST_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(hst_iter_next(it, &item), 1);
		assert_int_equal(((hst_member_info *)item)->role, roles[i]);
		hst_free(item);
	}
	assert_int_equal(hst_iter_next(it, &item), 0);
	hst_free(it);
	asked("GET /v1/groups/" HOME "/members\nGET /v1/groups/" HOME "/members?after=" BOB "\n");
	assert_int_equal(hst_member_list(g, HST_MEMBERS_ONLINE, &it), HST_OK);
	assert_int_equal(hst_iter_next(it, &item), 1);
	const hst_member_info *m = item;
	assert_true(m->self && m->online && m->role == HST_ROLE_ADMIN);
	assert_string_equal(m->name, ANN);
	assert_string_equal(m->label, "L");
	assert_string_equal(m->issuer, ANN);
	hst_free(item);
	hst_free(it);
	assert_int_equal(hst_member_list(g, 2, &it), HST_E_INVALID);
	assert_int_equal(hst_member_list(NULL, 0, &it), HST_E_INVALID);
}

static void what_happens_is_told(void **state)
{
	hst_sub sub;
	assert_int_equal(hst_group_subscribe(g, HST_KIND(HST_EVENT_MEMBER), &sub), HST_OK);
	hst_event *e = hst_ctx_await(c, 30000);
	assert_non_null(e);
	assert_int_equal(e->kind, HST_EVENT_MEMBER);
	assert_int_equal(e->sub, sub);
	assert_int_equal(e->change, HST_MEMBER_ONLINE);
	assert_string_equal(e->graph, HOME);
	assert_string_equal(e->peer, BOB);
	hst_free(e);
	assert_int_equal(hst_unsubscribe(c, sub), HST_OK);
	assert_int_equal(hst_group_subscribe(g, 0, NULL), HST_E_INVALID);
}

static void members_are_let_in(void **state)
{
	hst_invite_opts o = HST_INIT(hst_invite_opts);
	char *text = NULL;
	o.for_card = "<PEERIDENTITYINFO/>";
	assert_int_equal(hst_invite_create(g, &o, &text), HST_OK);
	assert_string_equal(text, "<PEERINVITATION/>");
	hst_free(text);
	o.role = HST_ROLE_INVITER;
	o.expires = 2000000;
	assert_int_equal(hst_invite_create(g, &o, &text), HST_OK);
	hst_free(text);
	asked("POST /v1/groups/" HOME "/members {'card':'<PEERIDENTITYINFO/>'}\n"
	      "POST /v1/groups/" HOME
	      "/members {'card':'<PEERIDENTITYINFO/>','role':'inviter','until':"
	      "'1970-01-01T00:00:02Z'}\n");
	o.role = 9;
	assert_int_equal(hst_invite_create(g, &o, &text), HST_E_INVALID);
	o.role = 0;
	assert_int_equal(hst_invite_create(g, &o, NULL), HST_E_INVALID);
	o.for_card = NULL;
	o.size = offsetof(hst_invite_opts, uses); /* of a program of before */
	assert_int_equal(hst_invite_create(g, &o, &text), HST_E_INVALID);
	o.for_card = "<PEERIDENTITYINFO/>";
	assert_int_equal(hst_invite_create(g, &o, &text), HST_OK);
	hst_free(text);
	assert_int_equal(hst_invite_create(g, NULL, &text), HST_E_INVALID);
}

static void a_code_lets_in(void **state)
{
	hst_invite_opts o = HST_INIT(hst_invite_opts);
	char *text = NULL;
	assert_int_equal(hst_invite_create(g, &o, &text), HST_OK);
	assert_string_equal(text, "apple-river-stone-lemon-tiger");
	hst_free(text);
	o.uses = 3;
	o.label = "Ben";
	o.expires = 2000000;
	o.role = HST_ROLE_INVITER;
	o.link = true;
	assert_int_equal(hst_invite_create(g, &o, &text), HST_OK);
	assert_string_equal(text, "homestead:join/AQEA");
	hst_free(text);
	assert_int_equal(hst_invite_revoke(g, "apple river"), HST_OK);
	asked("POST /v1/groups/" HOME "/invites {}\n"
	      "POST /v1/groups/" HOME "/invites {'label':'Ben','role':'inviter','until':"
	      "'1970-01-01T00:00:02Z','uses':3}\n"
	      "DELETE /v1/groups/" HOME "/invites/apple%20river\n");
	assert_int_equal(hst_invite_revoke(g, ""), HST_E_INVALID);
	assert_int_equal(hst_invite_revoke(g, NULL), HST_E_INVALID);
}

static void codes_are_listed(void **state)
{
	hst_iter *it;
	hst_code_info *i;
	void *item;
	assert_int_equal(hst_invite_list(g, NULL), HST_E_INVALID);
	assert_int_equal(hst_invite_list(g, &it), HST_OK);
	assert_int_equal(hst_iter_next(it, &item), 1);
	i = item;
	assert_string_equal(i->id, "0123");
	assert_string_equal(i->lookup, "apple-river");
	assert_string_equal(i->label, "Ben");
	assert_string_equal(i->state, "open");
	assert_string_equal(i->maker, ANN);
	assert_int_equal(i->role, HST_ROLE_MEMBER);
	assert_int_equal(i->uses, 3);
	assert_int_equal(i->used, 2);
	assert_int_equal(i->wrong, 1);
	assert_int_equal(i->made, 1000000);
	assert_int_equal(i->until, 2000000);
	hst_free(i);
	hst_free(it);
}

static void memberships_are_changed(void **state)
{
	char *text = NULL;
	assert_int_equal(hst_member_grant(g, "Bob", HST_ROLE_ADMIN, 0, HST_GRANT_PUBLISH, NULL),
			 HST_OK);
	assert_int_equal(hst_member_grant(g, "Bob", 0, 2000000, 0, &text), HST_OK);
	assert_string_equal(text, "<PEERINVITATION/>");
	hst_free(text);
	asked("POST /v1/groups/" HOME
	      "/members {'member':'Bob','role':'admin','publish':true}\nPOST /v1/groups/" HOME
	      "/members {'member':'Bob','until':'1970-01-01T00:00:02Z'}\n");
	assert_int_equal(hst_member_grant(g, NULL, 0, 0, 0, NULL), HST_E_INVALID);
	assert_int_equal(hst_member_grant(g, "Bob", 4, 0, 0, NULL), HST_E_INVALID);
	assert_int_equal(hst_member_grant(g, "Bob", 0, -1, 0, NULL), HST_E_INVALID);
	assert_int_equal(hst_member_grant(g, "Bob", 0, 0, 2, NULL), HST_E_INVALID);
	asked("");
}

static void documents_are_read(void **state)
{
	hst_invite_info *i;
	assert_int_equal(hst_invite_parse(c, "<X/>", &i), HST_OK);
	assert_string_equal(i->kind, "invitation");
	assert_string_equal(i->group, HOME);
	assert_string_equal(i->group_name, "Home");
	assert_string_equal(i->identity, BOB);
	assert_string_equal(i->label, "Bob");
	assert_string_equal(i->issuer, ANN);
	assert_string_equal(i->why, "it ended");
	assert_false(i->valid);
	assert_int_equal(i->role, HST_ROLE_MEMBER);
	assert_true(i->from == 1000000 && i->until == 2000000);
	assert_non_null(strstr(i->json, "\"kind\""));
	hst_free(i);
	asked("POST /v1/papers/read {'document':'<X/>'}\n");
	assert_int_equal(hst_invite_parse(c, NULL, &i), HST_E_INVALID);
	assert_int_equal(hst_invite_parse(c, "<X/>", NULL), HST_E_INVALID);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_identity_is_made),
		TEST(identities_are_looked_at),
		TEST(an_identity_is_changed),
		TEST(an_identity_moves_under_a_passphrase),
		TEST(a_group_is_made),
		TEST(an_invitation_is_taken_up),
		TEST(a_secret_goes_over_the_stream),
		TEST(a_group_goes_online),
		TEST(groups_are_looked_at),
		TEST(a_group_is_changed),
		TEST(a_group_has_a_graph),
		TEST(the_password),
		TEST(groups_move),
		TEST(members_are_listed),
		TEST(what_happens_is_told),
		TEST(members_are_let_in),
		TEST(a_code_lets_in),
		TEST(codes_are_listed),
		TEST(memberships_are_changed),
		TEST(documents_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
