/* Identities and groups by the public header: the same program for a daemon and for the engine
 * in this process. Two machines, Ann's and Bob's, over loopback. */
#include "machine.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct machine *const a = &machines[0], *const b = &machines[1];
static hst_group *ga, *gb;
static char *ann, *bob; /* peer names */

static const char file[] = "pnrp: { enabled = false; };\n"
			   "graph: { port = 0; listen = \"127.0.0.1\"; loopback = \"yes\"; };\n"
			   "group: { };\n";
static const char text[] = "graph {\n\tport = 0\n\tlisten = 127.0.0.1\n\tloopback = yes\n}\n"
			   "group {\n}\n";

static char *make_identity(struct machine *m, const char *label)
{
	hst_identity_opts o = HST_INIT(hst_identity_opts);
	char *id = NULL;
	o.label = label;
	MACHINE_OK(m, hst_identity_create(m->ctx, &o, &id));
	return id;
}

static int up(void **state)
{
	int r = machines_up(state);
	ann = make_identity(a, "Ann");
	bob = make_identity(b, "Bob");
	return r;
}

static int down(void **state)
{
	hst_free(ga);
	hst_free(gb);
	hst_free(ann);
	hst_free(bob);
	ga = gb = NULL;
	return machines_down(state);
}

static char *card_of(struct machine *m, const char *id)
{
	hst_identity_info *i;
	MACHINE_OK(m, hst_identity_get(m->ctx, id, &i));
	char *card = strdup(i->card);
	hst_free(i);
	return card;
}

static void make_home(void)
{
	hst_group_props p = HST_INIT(hst_group_props);
	p.name = "Home";
	p.comment = "of us \xc3\xa4ll";
	MACHINE_OK(a, hst_group_create(a->ctx, &p, &ga));
}

/* An invitation of Ann's for Bob; for hst_free(). */
static char *invite_bob(int role)
{
	hst_invite_opts o = HST_INIT(hst_invite_opts);
	char *card = card_of(b, NULL), *invitation = NULL;
	o.for_card = card;
	o.role = role;
	MACHINE_OK(a, hst_invite_create(ga, &o, &invitation));
	free(card);
	return invitation;
}

static hst_address at(struct machine *m)
{
	hst_address to = { 0 };
	char typed[32];
	(void)snprintf(typed, sizeof(typed), "127.0.0.1:%u", (unsigned)machine_port(m));
	assert_int_equal(hst_address_parse(typed, 0, &to), HST_OK);
	return to;
}

static bool is_synced(const hst_event *e, const void *arg)
{
	static const hst_guid all;
	return e->kind == HST_EVENT_SYNCED && memcmp(&e->type, &all, sizeof(all)) == 0;
}

/* Before that nothing of his can be sealed. */
static void await_key(void)
{
	char path[200];
	(void)snprintf(path, sizeof(path), "/v1/groups/%s", hst_group_id(gb));
	while (!strstr(machine_call(b, "GET", path, NULL)->json, "\"epoch_key\":true"))
		machine_await_kind(b, HST_EVENT_MEMBERSHIP);
}

static void connect_bob(void)
{
	hst_address to = at(a);
	hst_sub sub, keys;
	hst_op op;
	MACHINE_OK(b, hst_graph_subscribe(hst_group_graph(gb), HST_KIND(HST_EVENT_SYNCED), NULL,
					  &sub));
	MACHINE_OK(b, hst_group_subscribe(gb, HST_KIND(HST_EVENT_MEMBERSHIP), &keys));
	MACHINE_OK(b, hst_group_connect(gb, &to, 1, 0, &op));
	const hst_event *e = machine_end(b, op);
	if (e->result < 0)
		fail_msg("%s", e->message);
	hst_graph_info *i;
	MACHINE_OK(b, hst_graph_get(hst_group_graph(gb), &i));
	bool synced = i->synchronised;
	hst_free(i);
	if (!synced)
		machine_await(b, is_synced, NULL);
	await_key();
	MACHINE_OK(b, hst_unsubscribe(b->ctx, keys));
	MACHINE_OK(b, hst_unsubscribe(b->ctx, sub));
}

/* Ann makes Home, and Bob is in it, connected. */
static int home_up(void **state)
{
	int r = up(state);
	make_home();
	char *invitation = invite_bob(0);
	MACHINE_OK(b, hst_group_join(b->ctx, NULL, invitation, NULL, &gb));
	hst_free(invitation);
	connect_bob();
	return r;
}

/* ---- identities ---- */

static void an_identity_is_made_and_shown(void **state)
{
	hst_identity_info *i;
	assert_int_equal(strspn(ann, "0123456789abcdef"), 40);
	assert_int_equal(ann[40], '.');
	MACHINE_OK(a, hst_identity_get(a->ctx, "Ann", &i));
	assert_string_equal(i->name, ann);
	assert_string_equal(i->label, "Ann");
	assert_string_equal(i->profile, "modern");
	assert_true(i->is_default && i->usable && i->groups == 0 && i->made > 0);
	assert_non_null(strstr(i->card, "PEERIDENTITYINFO"));
	hst_free(i);
	assert_int_equal(hst_identity_get(a->ctx, "Nobody", &i), HST_E_NOT_FOUND);
	assert_true(hst_last_error(a->ctx)->hint[0] != 0);
}

static void identities_are_chosen_and_erased(void **state)
{
	hst_identity_opts o = HST_INIT(hst_identity_opts);
	hst_identity_info *i;
	hst_iter *it;
	void *item;
	size_t n = 0;
	char *second = make_identity(a, "Ann at work");
	o.label = "Zo\xeb";
	assert_int_equal(hst_identity_set(a->ctx, second, &o, HST_IDENTITY_LABEL), HST_E_INVALID);
	o.make_default = true;
	o.label = "Work";
	MACHINE_OK(a,
		   hst_identity_set(a->ctx, second, &o, HST_IDENTITY_LABEL | HST_IDENTITY_DEFAULT));
	MACHINE_OK(a, hst_identity_get(a->ctx, NULL, &i));
	assert_string_equal(i->name, second);
	assert_string_equal(i->label, "Work");
	hst_free(i);
	MACHINE_OK(a, hst_identity_list(a->ctx, &it));
	for (; hst_iter_next(it, &item) > 0; hst_free(item))
		n++;
	hst_free(it);
	assert_int_equal(n, 2);
	MACHINE_OK(a, hst_identity_delete(a->ctx, second, 0));
	assert_int_equal(hst_identity_get(a->ctx, second, &i), HST_E_NOT_FOUND);
	hst_free(second);
}

static void an_identity_moves(void **state)
{
	hst_identity_info *i;
	char *document, *moved = NULL;
	MACHINE_OK(a, hst_identity_export(a->ctx, "Ann", "correct horse", 13, &document));
	assert_int_equal(hst_identity_import(b->ctx, document, "wrong horse", 11, &moved),
			 HST_E_DENIED);
	MACHINE_OK(b, hst_identity_import(b->ctx, document, "correct horse", 13, &moved));
	assert_string_equal(moved, ann);
	hst_free(moved);
	MACHINE_OK(b, hst_identity_get(b->ctx, ann, &i));
	assert_true(i->usable);
	hst_free(i);
	document[strlen(document) / 2] ^= 1;
	assert_true(hst_identity_import(b->ctx, document, "correct horse", 13, NULL) < 0);
	hst_free(document);
}

/* ---- groups ---- */

static void a_group_is_made_and_shown(void **state)
{
	hst_group_info *i;
	make_home();
	MACHINE_OK(a, hst_group_get(ga, &i));
	assert_string_equal(i->id, hst_group_id(ga));
	assert_string_equal(i->name, "Home");
	assert_string_equal(i->comment, "of us \xc3\xa4ll");
	assert_string_equal(i->identity, ann);
	assert_true(i->open && i->owner && !i->owner_kept);
	assert_int_equal(i->role, HST_ROLE_ADMIN);
	hst_free(i);
	/* An identity stays as long as it is in a group. */
	assert_int_equal(hst_identity_delete(a->ctx, ann, 0), HST_E_EXISTS);
	hst_group *same;
	MACHINE_OK(a, hst_group_open(a->ctx, "Home", &same));
	assert_string_equal(hst_group_id(same), hst_group_id(ga));
	hst_free(same);
	assert_int_equal(hst_group_open(a->ctx, "Nowhere", &same), HST_E_NOT_FOUND);
	/* As which of ours: the handle goes on meaning that one. */
	hst_group_info *info;
	MACHINE_OK(a, hst_group_open(a->ctx, "Home/Ann", &same));
	assert_string_equal(hst_group_id(same), hst_group_id(ga));
	MACHINE_OK(a, hst_group_get(same, &info));
	assert_string_equal(info->identity, ann);
	assert_non_null(hst_group_graph(same));
	hst_free(info);
	hst_free(same);
	assert_int_equal(hst_group_open(a->ctx, "Home/Nobody", &same), HST_E_NOT_FOUND);
}

static void documents_say_what_they_are(void **state)
{
	hst_invite_info *i;
	make_home();
	char *card = card_of(b, NULL), *invitation = invite_bob(HST_ROLE_INVITER);
	MACHINE_OK(a, hst_invite_parse(a->ctx, card, &i));
	assert_string_equal(i->kind, "card");
	assert_string_equal(i->identity, bob);
	assert_true(i->valid);
	hst_free(i);
	MACHINE_OK(b, hst_invite_parse(b->ctx, invitation, &i));
	assert_string_equal(i->kind, "invitation");
	assert_string_equal(i->group, hst_group_id(ga));
	assert_string_equal(i->identity, bob);
	assert_string_equal(i->issuer, ann);
	assert_int_equal(i->role, HST_ROLE_INVITER);
	hst_free(i);
	assert_int_equal(hst_invite_parse(b->ctx, "<nothing/>", &i), HST_E_INVALID);
	free(card);
	hst_free(invitation);
}

static void an_invitation_is_for_one_alone(void **state)
{
	make_home();
	char *invitation = invite_bob(0);
	/* Ann is in it already, and Bob's identity is not hers. */
	hst_group *g = NULL;
	assert_true(hst_group_join(a->ctx, ann, invitation, NULL, &g) != HST_OK);
	hst_free(g);
	MACHINE_OK(b, hst_group_join(b->ctx, NULL, invitation, NULL, &gb));
	assert_string_equal(hst_group_id(gb), hst_group_id(ga));
	assert_int_equal(hst_group_join(b->ctx, NULL, invitation, NULL, &g), HST_ALREADY);
	hst_free(g);
	hst_free(invitation);
}

struct wanted {
	const char *text;
	hst_graph *graph;
	struct machine *m;
};

static bool has_note(const hst_event *e, const void *arg)
{
	const struct wanted *w = arg;
	hst_record *r;
	if (e->kind != HST_EVENT_RECORD || e->change != HST_RECORD_ADDED ||
	    hst_record_get(w->graph, &e->id, &r) < 0)
		return false;
	bool same = r->data && strcmp(r->data, w->text) == 0;
	hst_free(r);
	return same;
}

static void say(struct machine *m, hst_group *g, const char *what)
{
	hst_record r = HST_INIT(hst_record);
	r.word = "note";
	r.data = what;
	r.data_n = strlen(what);
	MACHINE_OK(m, hst_record_add(hst_group_graph(g), &r, NULL));
}

static void a_record_goes_both_ways(void **state)
{
	hst_graph *of_ann = hst_group_graph(ga), *of_bob = hst_group_graph(gb);
	hst_sub sub;
	MACHINE_OK(a, hst_graph_subscribe(of_ann, HST_KIND(HST_EVENT_RECORD), NULL, &sub));
	MACHINE_OK(b, hst_graph_subscribe(of_bob, HST_KIND(HST_EVENT_RECORD), NULL, &sub));
	say(b, gb, "from Bob");
	machine_await(a, has_note, &(struct wanted){ "from Bob", of_ann, a });
	say(a, ga, "from Ann");
	machine_await(b, has_note, &(struct wanted){ "from Ann", of_bob, b });
}

/* Both members, as soon as they are known. */
static hst_member_info *member(struct machine *m, hst_group *g, const char *name)
{
	hst_member_info *found = NULL;
	hst_iter *it;
	void *item;
	MACHINE_OK(m, hst_member_list(g, 0, &it));
	while (hst_iter_next(it, &item) > 0) {
		bool same = strcmp(((hst_member_info *)item)->name, name) == 0;
		if (same && !found)
			found = item;
		else
			hst_free(item);
	}
	hst_free(it);
	return found;
}

static bool is_about(const hst_event *e, const void *arg)
{
	return e->kind == HST_EVENT_MEMBER && strcmp(e->peer, arg) == 0;
}

/* Waits until a member's role is told. */
static hst_member_info *await_role(struct machine *m, hst_group *g, const char *name, int role)
{
	for (;;) {
		hst_member_info *i = member(m, g, name);
		if (i && i->role == role)
			return i;
		hst_free(i);
		machine_await(m, is_about, name);
	}
}

static void members_are_known_on_both_sides(void **state)
{
	hst_sub sub;
	MACHINE_OK(a, hst_group_subscribe(ga, HST_KIND(HST_EVENT_MEMBER), &sub));
	MACHINE_OK(b, hst_group_subscribe(gb, HST_KIND(HST_EVENT_MEMBER), &sub));
	hst_member_info *i = await_role(a, ga, bob, HST_ROLE_MEMBER);
	assert_string_equal(i->label, "Bob");
	assert_string_equal(i->issuer, ann);
	assert_false(i->self);
	hst_free(i);
	i = await_role(b, gb, ann, HST_ROLE_ADMIN);
	assert_string_equal(i->label, "Ann");
	hst_free(i);
	i = member(b, gb, bob);
	assert_true(i && i->self);
	hst_free(i);
}

static void a_role_changes_from_afar(void **state)
{
	hst_sub sub;
	hst_invite_opts o = HST_INIT(hst_invite_opts);
	char *carla = make_identity(a, "Carla"), *card = card_of(a, carla), *text_ = NULL;
	MACHINE_OK(a, hst_group_subscribe(ga, HST_KIND(HST_EVENT_MEMBER), &sub));
	MACHINE_OK(b, hst_group_subscribe(gb, HST_KIND(HST_EVENT_MEMBER), &sub));
	hst_free(await_role(a, ga, bob, HST_ROLE_MEMBER));
	o.for_card = card;
	assert_int_equal(hst_invite_create(gb, &o, &text_), HST_E_DENIED);
	MACHINE_OK(a, hst_member_grant(ga, bob, HST_ROLE_ADMIN, 0, HST_GRANT_PUBLISH, NULL));
	hst_free(await_role(b, gb, bob, HST_ROLE_ADMIN));
	MACHINE_OK(b, hst_invite_create(gb, &o, &text_));
	hst_free(text_);
	hst_free(carla);
	free(card);
}

static void a_group_is_left_and_joined_again(void **state)
{
	hst_group_info *i;
	MACHINE_OK(b, hst_group_leave(gb, 0));
	assert_int_equal(hst_group_get(gb, &i), HST_E_NOT_FOUND);
	hst_free(gb);
	gb = NULL;
	char *invitation = invite_bob(0);
	assert_int_equal(hst_group_join(b->ctx, NULL, invitation, NULL, &gb), HST_OK);
	hst_free(invitation);
	connect_bob();
}

static void a_restart_keeps_all(void **state)
{
	hst_group_info *i;
	hst_free(gb);
	machine_stop(b, false);
	machine_start(b);
	MACHINE_OK(b, hst_group_open(b->ctx, "Home", &gb));
	MACHINE_OK(b, hst_group_get(gb, &i));
	assert_string_equal(i->identity, bob);
	assert_true(i->open);
	assert_int_equal(i->role, HST_ROLE_MEMBER);
	hst_free(i);
}

static void a_group_key_is_kept(void **state)
{
	hst_group_info *i;
	hst_group *g = NULL;
	char *owner, *membership;
	MACHINE_OK(a, hst_group_export(ga, HST_GROUP_OWNER, "correct horse", 13, &owner));
	MACHINE_OK(a, hst_group_get(ga, &i));
	assert_true(i->owner && i->owner_kept);
	hst_free(i);
	MACHINE_OK(a, hst_group_export(ga, HST_GROUP_MEMBERSHIP, NULL, 0, &membership));
	assert_null(strstr(membership, "PRIVATE"));
	/* Bob is in the group, and gets its key, too. */
	assert_int_equal(hst_group_import(b->ctx, owner, "wrong horse", 11, &g), HST_E_DENIED);
	MACHINE_OK(b, hst_group_import(b->ctx, owner, "correct horse", 13, &g));
	hst_free(g);
	MACHINE_OK(b, hst_group_get(gb, &i));
	assert_true(i->owner);
	hst_free(i);
	/* But not her place in it: that is of use to Ann's identity alone. */
	g = NULL;
	assert_true(hst_group_import(b->ctx, membership, NULL, 0, &g) < 0);
	hst_free(owner);
	hst_free(membership);
}

static void a_name_is_changed_for_all(void **state)
{
	hst_group_props p = HST_INIT(hst_group_props);
	hst_sub sub;
	hst_group_info *i;
	MACHINE_OK(b, hst_group_subscribe(gb, HST_KIND(HST_EVENT_PROPS), &sub));
	p.name = "Den";
	MACHINE_OK(a, hst_group_set(ga, &p, HST_SET_NAME));
	for (bool told = false; !told; hst_free(i)) {
		MACHINE_OK(b, hst_group_get(gb, &i));
		told = strcmp(i->name, "Den") == 0;
		if (!told)
			machine_await_kind(b, HST_EVENT_PROPS);
	}
	assert_int_equal(hst_group_set(gb, &p, HST_SET_NAME), HST_E_DENIED);
}

static void nobody_answers_at_a_wrong_address(void **state)
{
	hst_address to = { 0 };
	hst_op op;
	make_home();
	assert_int_equal(hst_address_parse("127.0.0.1:1", 0, &to), HST_OK);
	MACHINE_OK(a, hst_group_connect(ga, &to, 1, 5000, &op));
	const hst_event *e = machine_end(a, op);
	assert_true(e->result < 0 && e->message[0] && e->hint[0]);
}

static void one_member_is_shown(void **state)
{
	hst_member_info *m = NULL;
	MACHINE_OK(b, hst_member_get(gb, "Ann", &m));
	assert_string_equal(m->name, ann);
	assert_int_equal(m->role, HST_ROLE_ADMIN);
	assert_true(m->online && !m->self);
	assert_non_null(strstr(m->json, "\"chain\":["));
	hst_free(m);
	MACHINE_OK(b, hst_member_get(gb, "An", &m)); /* a beginning that only one has */
	assert_string_equal(m->name, ann);
	hst_free(m);
	MACHINE_OK(b, hst_member_get(gb, bob, &m));
	assert_true(m->self);
	assert_string_equal(m->issuer, ann);
	hst_free(m);
	assert_int_equal(hst_member_get(gb, "no body/?#", &m), HST_E_NOT_FOUND);
	assert_int_equal(hst_member_get(gb, "", &m), HST_E_INVALID);
	assert_int_equal(hst_member_get(gb, "Ann", NULL), HST_E_INVALID);
	assert_int_equal(hst_member_get(NULL, "Ann", &m), HST_E_INVALID);
}

/* Who put a record there, and whose node it is, has a name for people. */
static void a_graph_of_a_group_knows_names(void **state)
{
	hst_record r = HST_INIT(hst_record);
	char path[200];
	r.word = "note";
	r.data = "x";
	r.data_n = 1;
	MACHINE_OK(b, hst_record_add(hst_group_graph(gb), &r, NULL));
	(void)snprintf(path, sizeof(path), "/v1/graphs/%s/records?type=note", hst_group_id(gb));
	assert_non_null(
		strstr(machine_call(b, "GET", path, NULL)->json, "\"creator_label\":\"Bob\""));
	assert_non_null(strstr(machine_call(b, "GET", "/v1/graphs/Home/nodes", NULL)->json,
			       "\"label\":\"Bob\""));
}

/* What is only asked is not done. */
static void nothing_is_done_dry(void **state)
{
	static const struct {
		const char *method, *path, *body;
	} asked[] = {
		{ "POST", "/v1/groups/Home/close", "{\"dry_run\":true}" },
		{ "POST", "/v1/groups/Home/open", "{\"dry_run\":true}" },
		{ "DELETE", "/v1/groups/Home?dry_run=true", NULL },
		{ "PUT", "/v1/groups/Home", "{\"name\":\"Den\",\"dry_run\":true}" },
		{ "POST", "/v1/groups/Home/connect",
		  "{\"addresses\":[{\"address\":\"127.0.0.1:1\"}],\"dry_run\":true}" },
		{ "POST", "/v1/groups", "{\"name\":\"Den\",\"dry_run\":true}" },
		{ "POST", "/v1/identities", "{\"label\":\"Eve\",\"dry_run\":true}" },
	};
	make_home();
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const hst_event *e = machine_call(a, asked[i].method, asked[i].path, asked[i].body);
		if (e->result < 0 || !strstr(e->json, "\"done\":false"))
			fail_msg("%s: %s%s", asked[i].path, e->message, e->json);
		const hst_event *now = machine_call(a, "GET", "/v1/groups", NULL);
		if (!strstr(now->json, "\"open\":true") || strstr(now->json, "Den"))
			fail_msg("%s: %s", asked[i].path, now->json);
	}
	assert_null(strstr(machine_call(a, "GET", "/v1/identities", NULL)->json, "Eve"));
	MACHINE_OK(a, hst_group_disconnect(ga));
	assert_non_null(
		strstr(machine_call(a, "POST", "/v1/groups/Home/open", "{\"dry_run\":true}")->json,
		       "\"done\":false"));
	assert_non_null(strstr(machine_call(a, "GET", "/v1/groups", NULL)->json, "\"open\":false"));
}

static void a_secret_is_for_later(void **state)
{
	make_home();
	char *invitation = invite_bob(0);
	assert_int_equal(hst_group_join(b->ctx, NULL, invitation, "secret", &gb),
			 HST_E_UNSUPPORTED);
	assert_non_null(strstr(hst_last_error(b->ctx)->message, "takes no secret"));
	assert_true(hst_last_error(b->ctx)->hint[0] != 0);
	hst_free(invitation);
	/* A code is no document. */
	assert_int_equal(hst_group_join(b->ctx, NULL, "one two three", NULL, &gb), HST_E_INVALID);
	assert_non_null(strstr(hst_last_error(b->ctx)->hint, "five words"));
}

static void the_status_tells_where_the_key_is(void **state)
{
	const hst_event *e = machine_call(a, "GET", "/v1/status", NULL);
	assert_non_null(strstr(e->json, "\"source\":\"file\""));
	assert_non_null(strstr(e->json, "node.key"));
	/* A mere file: told as long as there are identities. */
	assert_non_null(strstr(e->json, "keys are sealed by a mere file"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)
#define HOME(f) cmocka_unit_test_setup_teardown(f, home_up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_identity_is_made_and_shown),
		TEST(identities_are_chosen_and_erased),
		TEST(an_identity_moves),
		TEST(a_group_is_made_and_shown),
		TEST(documents_say_what_they_are),
		TEST(an_invitation_is_for_one_alone),
		TEST(nothing_is_done_dry),
		TEST(a_secret_is_for_later),
		TEST(the_status_tells_where_the_key_is),
		TEST(nobody_answers_at_a_wrong_address),
		HOME(a_record_goes_both_ways),
		HOME(one_member_is_shown),
		HOME(a_graph_of_a_group_knows_names),
		HOME(members_are_known_on_both_sides),
		HOME(a_role_changes_from_afar),
		HOME(a_group_is_left_and_joined_again),
		HOME(a_restart_keeps_all),
		HOME(a_group_key_is_kept),
		HOME(a_name_is_changed_for_all),
	};
	if (getenv("ONLY"))
		cmocka_set_test_filter(getenv("ONLY"));
	machine_configure(file, text);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
