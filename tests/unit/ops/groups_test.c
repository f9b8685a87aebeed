/* Identities, groups, members and papers, as ops shows them. */
#include "asked_groups.h"

static void identities_are_listed(void **state)
{
	struct ops_request r = about(OPS_IDENTITIES, "");
	ask(&r);
	assert_at("part.state", "running");
	assert_at("keys.source", "credential");
	assert_at("keys.usable", "true");
	assert_at("identities.0.name", pp->people.names[1]);
	assert_at("identities.0.label", "Ann");
	assert_at("identities.0.is_default", "true");
	assert_at("identities.0.profile", "modern");
	assert_at("identities.0.groups", "2");
	assert_at("identities.0.made", "2023-11-14T22:13:20Z");
	assert_at("identities.0.card", "");
	assert_at("identities.1.usable", "false");
	assert_non_null(strstr(text_at("identities.1.why"), "homestead status"));
}

/* The card that is shown is one that others can read. */
static void an_identity_has_a_card(void **state)
{
	struct ops_request r = about(OPS_IDENTITY, "Ann");
	char card[4000];
	ask(&r);
	assert_at("name", pp->people.names[1]);
	ops_set_text(card, sizeof(card), json_string_value(at_path("card")));
	assert_non_null(strstr(card, "<PEERIDENTITYINFO"));
	r = about(OPS_PAPER_READ, "");
	r.paper_read.document = card;
	ask(&r);
	assert_at("kind", "card");
	assert_at("valid", "true");
	assert_at("ours", "true");
	assert_at("name", pp->people.names[1]);
	assert_at("profile", "modern");
	assert_non_null(strstr(text_at("hint"), "homestead invite"));
	r = about(OPS_IDENTITY, "nobody");
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no identity \"nobody\"", "homestead id list");
	r = about(OPS_IDENTITY, "012345");
	pp->ids[2] = pp->ids[1];
	pp->n_ids = 3;
	ask(&r);
	refused(ERR_MALFORMED, "more than one identity", "homestead id list");
}

static void groups_are_listed(void **state)
{
	struct ops_request r = about(OPS_GROUPS, "");
	ask(&r);
	assert_at("groups.0.name", "Home");
	assert_at("groups.0.state", "connected");
	assert_at("groups.1.state", "closed");
	assert_non_null(strstr(text_at("groups.1.why"), "homestead group connect GROUP"));
	assert_at("groups.2.state", "locked");
	assert_non_null(strstr(text_at("groups.2.why"), "homestead status"));
}

/* Where it is found, and what looking for others led to. */
static void how_a_group_is_found(void **state)
{
	struct ops_request r = about(OPS_GROUP, "Home");
	pp->names[0] = (struct groups_name_info){ "0.homestead-a-b", true, true, OK };
	pp->names[1] = (struct groups_name_info){ "ab.participant", true, false, OK };
	pp->names[2] = (struct groups_name_info){ "0.homestead-c-d", true, true, ERR_FULL };
	pp->n_names = 3;
	pp->seek = (struct groups_seek_info){ .publishers = 2, .addresses = 3, .why = "no way" };
	ask(&r);
	assert_at("participant", "ab.participant");
	assert_at("lookups", "1");
	assert_at("found", "2");
	assert_at("tried", "3");
	assert_at("search_why", "no way");
	assert_at("participant_why", "the part pnrp is switched off");
	pp->names[1].err = ERR_FULL;
	played.pnrp_on = true;
	ask(&r);
	assert_at("participant_why", "a limit is reached");
	assert_at("participant_clouds", "");
}

/* Who began the epoch that is written under, by name where that is known. */
static void who_began_the_epoch(void **state)
{
	struct ops_request r = about(OPS_GROUP, "Home");
	pp->epoch = (struct group_epoch_info){ .number = 3, .from = PEOPLE_BORN, .has_key = true };
	ops_set_text(pp->epoch.maker, sizeof(pp->epoch.maker), pp->people.names[2]);
	ask(&r);
	assert_at("epoch", "3");
	assert_at("epoch_maker", pp->people.names[2]);
	assert_at("epoch_maker_label", pp->people.names[2]); /* theirs are called so */
	ops_set_text(pp->epoch.maker, sizeof(pp->epoch.maker), "0123456789012345678901234567");
	ask(&r);
	assert_at("epoch_maker", "0123456789012345678901234567");
	assert_at("epoch_maker_label", "");
	pp->epoch.number = 0;
	pp->epoch.maker[0] = 0;
	ask(&r);
	assert_at("epoch_maker_label", "");
}

static void a_group_in_full(void **state)
{
	struct ops_request r = about(OPS_GROUP, "Home");
	ask(&r);
	assert_at("id", pp->people.names[0]);
	assert_at("comment", "all of us");
	assert_at("profile", "modern");
	assert_at("version", "2.0");
	assert_at("identity", pp->people.names[1]);
	assert_at("identity_label", "Ann");
	assert_at("creator", pp->people.names[1]);
	assert_at("is_creator", "true");
	assert_at("owner", "true");
	assert_at("owner_kept", "false");
	assert_at("participant", "");
	assert_at("searching", "false");
	assert_at("role", "administrator");
	assert_at("since", "2023-11-14T22:13:20Z");
	assert_at("cloud", "Global_");
	assert_at("defer", "true");
	assert_at("no_presence", "false");
	assert_at("membership_life", "2419200");
	assert_at("members", "3");
	assert_at("online", "2");
	assert_at("neighbors", "2");
	assert_at("waiting", "1");
	assert_at("skew", "1.5");
	assert_at("skew_behind", "false");
	assert_at("counts.sessions", "7");
	/* Its options are those of the policy, once there is one. */
	const struct group_policy policy = { .options = GROUP_OPTION_NO_PRESENCE };
	pp->look.policy = &policy;
	ask(&r);
	assert_at("no_presence", "true");
	assert_at("defer", "false");
	r = about(OPS_GROUP, "Attic");
	ask(&r);
	assert_at("state", "closed");
	assert_at("role", "");
	r = about(OPS_GROUP, "Barn");
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no group \"Barn\"", "homestead group list");
	r = about(OPS_GROUP, "0123456789");
	ask(&r);
	refused(ERR_MALFORMED, "more than one group", "homestead group list");
}

static void members_we_first(void **state)
{
	struct ops_request r = about(OPS_MEMBERS, "Home");
	r.members.after = "";
	ask(&r);
	assert_at("name", "Home");
	assert_int_equal(json_array_size(at_path("members")), 3);
	assert_at("members.0.name", pp->people.names[1]);
	assert_at("members.0.self", "true");
	assert_at("members.0.online", "true");
	assert_at("members.0.role", "administrator");
	assert_at("next", "");
	/* Those who are here, in pages: none is told twice, none is lost. */
	size_t n = 1;
	r.members.most = 2;
	ask(&r);
	char next[GROUP_NAME_OCTETS + 1];
	ops_set_text(next, sizeof(next), text_at("next"));
	assert_true(next[0] != 0);
	r.members.after = next;
	ask(&r);
	n += json_array_size(at_path("members"));
	assert_int_equal(n, 2);
	assert_at("next", "");
	r.members.after = "";
	r.members.most = 0;
	r.members.online = true;
	ask(&r);
	assert_int_equal(json_array_size(at_path("members")), 2);
	r = about(OPS_MEMBERS, "Attic");
	ask(&r);
	refused(ERR_STATE, "group \"Attic\" is closed", "homestead group connect GROUP");
	r = about(OPS_MEMBERS, "Cellar");
	ask(&r);
	refused(ERR_STATE, "group \"Cellar\" is locked", "homestead status");
}

static void a_member_with_its_chain(void **state)
{
	struct ops_request r = about(OPS_MEMBER, "Home");
	ops_set_text(played_graph.nodes[1].peer, sizeof(played_graph.nodes[1].peer),
		     pp->people.names[3]);
	ops_set_text(r.member, sizeof(r.member), pp->people.names[3]);
	ask(&r);
	assert_at("role", "member");
	assert_at("issuer", pp->people.names[2]);
	assert_at("online", "false");
	assert_at("published", "false");
	assert_at("addresses.0.address", "192.0.2.9");
	assert_at("addresses.0.port", "3587");
	assert_int_equal(json_array_size(at_path("chain")), 4);
	assert_at("chain.0.name", pp->people.names[0]);
	assert_at("chain.0.role", "");
	assert_at("chain.1.role", "administrator");
	assert_int_equal(strlen(text_at("chain.3.serial")), 2 * CRYPTO_SERIAL);
	/* The beginning of a name will do. */
	r.member[10] = 0;
	ask(&r);
	assert_at("name", pp->people.names[3]);
	ops_set_text(r.member, sizeof(r.member), "zoe");
	ask(&r);
	refused(ERR_NOT_FOUND, "group \"Home\" has no member \"", "homestead members GROUP");
	/* When all is over it has no role any more, but is shown. */
	played.wall_us = PEOPLE_UNTIL + MONO_SEC;
	ops_set_text(r.member, sizeof(r.member), pp->people.names[2]);
	ask(&r);
	assert_at("role", "");
	assert_at("name", pp->people.names[2]);
}

static void an_invitation_in_words(void **state)
{
	struct ops_request r = about(OPS_PAPER_READ, "");
	char invitation[12000];
	played_people_invitation(invitation, sizeof(invitation));
	r.paper_read.document = invitation;
	ask(&r);
	assert_at("kind", "invitation");
	assert_at("valid", "true");
	assert_at("version", "2.0");
	assert_at("group", pp->people.names[0]);
	assert_at("cloud", "Global_");
	assert_at("scope", "global");
	assert_at("name", pp->people.names[3]);
	assert_at("role", "member");
	assert_at("issuer", pp->people.names[2]);
	assert_at("ours", "false");
	assert_at("hint", "homestead join FILE, on the machine of whom it is for");
	assert_at("joined", "true");
	assert_int_equal(json_array_size(at_path("chain")), 4);
	assert_non_null(strstr(text_at("text"), "an invitation of group"));
	/* A clock that is wrong is told as that. */
	played.wall_us = PEOPLE_BORN - 40 * MONO_HOUR;
	ask(&r);
	assert_at("valid", "false");
	assert_at("why", "it is not valid yet: it begins at 2023-11-14T22:13:20Z, and this "
			 "machine's clock says 2023-11-13T06:13:20Z");
	assert_non_null(strstr(text_at("hint"), "timedatectl"));
	played.wall_us = PEOPLE_UNTIL + MONO_SEC;
	ask(&r);
	assert_non_null(strstr(text_at("why"), "it has expired: it ended at "));
	assert_non_null(strstr(text_at("hint"), "ask for a new one"));
}

static void papers_that_are_none(void **state)
{
	struct ops_request r = about(OPS_PAPER_READ, "");
	char card[4000];
	r.paper_read.document = "";
	ask(&r);
	assert_int_equal(got.err, ERR_MALFORMED);
	assert_non_null(strstr(got.hint, "is XML"));
	played_people_card(2, card, sizeof(card));
	char *base64 = strstr(card, "base64\">") + 40;
	for (size_t i = 0; i < 12; i++)
		base64[i] = 'A';
	r.paper_read.document = card;
	ask(&r);
	assert_at("valid", "false");
	assert_true(text_at("why")[0] != 0);
	r.paper_read.document = "<PEERIDENTITYEXPORT VERSION=\"1.0\"><PEERNAME>"
				"0123456789012345678901234567890123456789.ann</PEERNAME><DATA>AAAA"
				"</DATA></PEERIDENTITYEXPORT>";
	ask(&r);
	assert_at("kind", "identity");
	assert_at("name", "0123456789012345678901234567890123456789.ann");
	assert_at("valid", "true");
}

/* Whatever is asked while the part is off says so, and what to do. */
static void off(void **state)
{
	static const enum ops_kind kinds[] = {
		OPS_IDENTITY_MAKE,   OPS_IDENTITY_IMPORT, OPS_IDENTITY,	     OPS_IDENTITY_SET,
		OPS_IDENTITY_DELETE, OPS_IDENTITY_EXPORT, OPS_GROUP_MAKE,    OPS_GROUP_JOIN,
		OPS_GROUP_IMPORT,    OPS_GROUP,		  OPS_GROUP_SET,     OPS_GROUP_LEAVE,
		OPS_GROUP_OPEN,	     OPS_GROUP_CLOSE,	  OPS_GROUP_CONNECT, OPS_GROUP_EXPORT,
		OPS_GROUP_OWNER,     OPS_MEMBERS,	  OPS_MEMBER_GRANT,  OPS_MEMBER,
		OPS_INVITES,	     OPS_INVITE_MAKE,	  OPS_INVITE_REVOKE, OPS_GROUP_JOIN_SECRET,
	};
	pp->on = false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct ops_request r = about(kinds[i], "Home");
		ask(&r);
		refused(ERR_STATE, "the part group is off: it is not configured",
			"homestead daemon reload");
	}
	assert_int_equal(pp->commands, 0);
	struct ops_request r = about(OPS_GROUPS, "");
	ask(&r);
	assert_at("part.state", "off");
	assert_at("groups", "[]");
}

/* GROUP-14.37 */
static void the_password_of_a_group(void **state)
{
	static const char *const words[] = { "none", "set", "ended" };
	struct ops_request r = about(OPS_GROUP, "Home");
	pp->password_since = played.wall_us - MONO_DAY;
	for (size_t i = 0; i < 3; i++) {
		pp->password = (enum group_password_state)i;
		ask(&r);
		assert_at("password", words[i]);
		assert_at("password_by", i ? pp->people.names[1] : "");
		if (i)
			assert_at("password_since", "2023-11-14T22:13:20Z");
	}
	pp->password = GROUP_PASSWORD_NONE;
}

/* The status */

static bool attention(const char *text, const char *hint)
{
	struct ops_request r = { .kind = OPS_STATUS };
	ask(&r);
	size_t i;
	json_t *row;
	json_array_foreach(at_path("attention"), i, row)
	{
		const char *t = json_string_value(json_object_get(row, "text"));
		const char *h = json_string_value(json_object_get(row, "hint"));
		if (strstr(t, text) && strstr(h, hint))
			return true;
	}
	return false;
}

static void the_status_in_short(void **state)
{
	struct ops_request r = { .kind = OPS_STATUS };
	ask(&r);
	assert_at("group.identities", "2");
	assert_at("group.groups.0.name", "Home");
	assert_at("group.groups.0.role", "administrator");
	assert_at("group.groups.0.online", "2");
	assert_at("group.groups.2.state", "locked");
	assert_at("group.keys.source", "credential");
	assert_at("parts.3.name", "group");
	assert_at("parts.3.state", "running");
}

static void the_owner_is_reminded(void **state)
{
	assert_true(attention("the key of group \"Home\" lies on this machine alone",
			      "homestead group export Home FILE --owner"));
	pp->groups[0].owner_kept = true;
	assert_false(attention("lies on this machine alone", ""));
}

static struct group_member *member(size_t i)
{
	return group_members_find(pp->members, people_name(&pp->people, i));
}

static void member_role(size_t i, enum group_role role)
{
	group_member_credential(member(i), span_of(NULL, 0), played.wall_us)->roles =
		group_role_bit(role);
}

/* GROUP-14.14 */
static void one_who_came_in_too_many(void **state)
{
	static const uint8_t id[16];
	assert_false(attention("more came in", ""));
	pp->invites[0] = pp->invites[1] = (struct group_invite_info){
		.id = id,
		.end = played.wall_us + MONO_DAY,
		.uses = 1,
		.used = 1,
		.lookup = span_str("apple-river"),
	};
	pp->n_invites = 2;
	assert_false(attention("more came in", ""));
	pp->invites[1].used = 2;
	assert_true(attention("by the invitation apple-river into group \"Home\" more came in than "
			      "it is for, 2 for 1: members could not reach each other",
			      "homestead member remove Home MEMBER"));
	pp->invites[1].end = played.wall_us;
	assert_false(attention("more came in", ""));
}

/* GROUP-14.37 */
static void a_password_that_has_ended(void **state)
{
	unsigned int was = pp->look.roles;
	pp->look.roles = CRYPTO_ROLE_ADMIN;
	pp->password = GROUP_PASSWORD_SET;
	assert_false(attention("the password of", ""));
	pp->password = GROUP_PASSWORD_ENDED;
	assert_true(
		attention("the password of group \"Home\" lets nobody in: a removal has ended it",
			  "homestead group set Home --password sets another"));
	pp->look.roles = CRYPTO_ROLE_INVITER;
	assert_false(attention("the password of", ""));
	pp->look.roles = was;
	pp->password = GROUP_PASSWORD_NONE;
}

static void ends_are_told_in_time(void **state)
{
	assert_false(attention("our membership of", ""));
	pp->look.to = played.wall_us + 3 * MONO_DAY;
	/* Ben is here, and a member: he cannot. */
	assert_true(attention("our membership of group \"Home\" ends soon: ",
			      "nobody who may renew it is here now"));
	assert_true(attention("ends soon", "homestead member renew Home "));
	pp->look.roles = group_role_bit(GROUP_ROLE_MEMBER);
	member_role(2, GROUP_ROLE_INVITER);
	assert_true(attention("ends soon", ".ben\", who is here now, can renew it: homestead "
					   "member renew Home "));
	/* Two groups of one name go by their digits. */
	pp->groups[1].friendly = "Home";
	assert_false(attention("ends soon", "renew Home "));
	assert_true(attention("ends soon", "homestead member renew "));
	pp->groups[1].friendly = "our \xe2\x80\xaehouse";
	pp->groups[0].friendly = "our house";
	assert_true(attention("ends soon", "homestead member renew 'our house' "));
	pp->groups[0].friendly = "Home";
	pp->look.to = played.wall_us - 1;
	assert_true(attention("our membership of group \"Home\" has ended: ",
			      "homestead member renew"));
}

/* Where it is for us to renew them. */
static void the_ends_of_others_are_told(void **state)
{
	assert_false(attention("the membership of", ""));
	group_member_credential(member(3), span_of(NULL, 0), played.wall_us)->to =
		played.wall_us + 3 * MONO_DAY;
	assert_true(
		attention(".cleo\" in group \"Home\" ends soon: ", "homestead member renew Home "));
	group_member_credential(member(2), span_of(NULL, 0), played.wall_us)->to =
		played.wall_us + 2 * MONO_DAY;
	assert_true(attention(".ben\" in group \"Home\" ends soon: ", ""));
	assert_true(attention("; 1 more does", ""));
	/* Who may invite nobody renews nobody, and nobody gives longer than they have. */
	pp->look.roles = group_role_bit(GROUP_ROLE_MEMBER);
	assert_false(attention("the membership of", ""));
	pp->look.roles = group_role_bit(GROUP_ROLE_ADMIN);
	pp->look.to = played.wall_us + MONO_DAY;
	assert_false(attention("the membership of", ""));
}

static void a_group_that_nobody_leads(void **state)
{
	struct ops_request r = { .kind = OPS_STATUS };
	ask(&r);
	assert_at("group.groups.0.administrators", "1");
	assert_at("group.groups.0.administrators_online", "1");
	assert_false(attention("has no administrator", ""));
	member_role(1, GROUP_ROLE_MEMBER);
	assert_true(attention("group \"Home\" has no administrator whose membership holds",
			      "the key of the group is here: homestead member role Home MEMBER "
			      "admin"));
	pp->groups[0].owner = false;
	assert_true(attention("has no administrator", "homestead group import FILE, then "));
	assert_at("group.groups.0.administrators", "0");
}

static void clocks_are_told(void **state)
{
	assert_false(attention("a clock was met", ""));
	pp->look.skew = -40 * MONO_HOUR;
	assert_true(attention("in group \"Home\" a clock was met that is 1d16h behind ours",
			      "timedatectl"));
}

/* What a mere file does not protect against. */
static void weak_keys(void **state)
{
	pp->keys = (struct ops_host_keys){ "file", "/var/lib/homestead/node.key", "",
					   "let a passphrase seal it", "whoever can read it" };
	assert_true(attention("keys are sealed by a mere file, /var/lib/homestead/node.key: "
			      "whoever can read it",
			      "let a passphrase seal it"));
	pp->n_ids = 0;
	assert_false(attention("mere file", ""));
}

static void missing_keys(void **state)
{
	pp->health = ERR_STATE;
	pp->keys = (struct ops_host_keys){ "file", "/node.key", "others can read it", "chmod 0600",
					   "" };
	assert_true(attention("identities and groups are locked: others can read it", "chmod"));
	struct ops_request r = about(OPS_IDENTITIES, "");
	ask(&r);
	assert_at("keys.usable", "false");
	assert_at("keys.why", "others can read it");
	pp->health = ERR_DENIED;
	pp->keys.why = "";
	assert_true(attention("were sealed with another key than the one in /node.key; nothing of "
			      "them is changed",
			      "bring that key back"));
	assert_false(attention("lies on this machine alone for ever", ""));
}

static void classic_is_warned_of(void **state)
{
	assert_false(attention("uses the profile classic", ""));
	pp->look.profile = group_profile(CRYPTO_CLASSIC);
	if (pp->look.profile)
		assert_true(attention("group \"Home\" uses the profile classic", "old machines"));
}

/* A group is a graph */

static void a_graph_by_the_name_of_its_group(void **state)
{
	struct ops_request r = { .kind = OPS_GRAPH };
	ops_set_text(r.graph, sizeof(r.graph), "Home");
	ask(&r);
	assert_at("id", pp->people.names[0]);
	assert_at("group", "Home");
	assert_at("number", "3");
	/* Numbers and whole IDs go before; a graph that is no group has no such name. */
	ops_set_text(r.graph, sizeof(r.graph), "1");
	ask(&r);
	assert_at("id", "0.notes");
	assert_at("group", "");
	ops_set_text(r.graph, sizeof(r.graph), "012345");
	ask(&r);
	refused(ERR_MALFORMED, "more than one graph begins with", "homestead graph list");
	ops_set_text(r.graph, sizeof(r.graph), "Barn");
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no graph \"Barn\"", "homestead graph list");
	struct ops_request all = { .kind = OPS_GRAPHS };
	ask(&all);
	assert_at("graphs.2.group", "Home");
}

static void events_of_a_group(void **state)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	struct ops_subscription *s;
	struct ops_event e;
	struct ops_filter f;
	struct node_event n = { .part = NODE_PART_GROUP, .level = NODE_INFO };
	n.group.id = pp->people.names[0];
	n.group.name = "Home";
	n.group.of = (struct group_event){ .kind = GROUP_EVENT_MEMBER,
					   .change = GROUP_CHANGE_JOINED,
					   .who = "0123.dan" };
	ops_clear(&ops_filter_type, &f);
	ops_set_text(f.graph, sizeof(f.graph), "Home");
	assert_int_equal(ops_subscribe_live(&s, ops, &f, &why), OK);
	ops_event(ops, &n, (struct wall){ played.wall_us, true });
	n.group.id = "0123.other";
	ops_event(ops, &n, (struct wall){ played.wall_us, true });
	assert_true(ops_next_event(s, &e));
	assert_string_equal(e.part, "group");
	assert_string_equal(e.name, "member");
	assert_string_equal(e.text, "member \"0123.dan\" has joined group \"Home\": no role");
	assert_false(ops_next_event(s, &e));
	ops_unsubscribe(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS_TEST(identities_are_listed),
		GROUPS_TEST(an_identity_has_a_card),
		GROUPS_TEST(groups_are_listed),
		GROUPS_TEST(how_a_group_is_found),
		GROUPS_TEST(who_began_the_epoch),
		GROUPS_TEST(a_group_in_full),
		GROUPS_TEST(members_we_first),
		GROUPS_TEST(a_member_with_its_chain),
		GROUPS_TEST(an_invitation_in_words),
		GROUPS_TEST(papers_that_are_none),
		GROUPS_TEST(off),
		GROUPS_TEST(the_password_of_a_group),
		GROUPS_TEST(a_password_that_has_ended),
		GROUPS_TEST(the_status_in_short),
		GROUPS_TEST(the_owner_is_reminded),
		GROUPS_TEST(one_who_came_in_too_many),
		GROUPS_TEST(ends_are_told_in_time),
		GROUPS_TEST(the_ends_of_others_are_told),
		GROUPS_TEST(a_group_that_nobody_leads),
		GROUPS_TEST(clocks_are_told),
		GROUPS_TEST(weak_keys),
		GROUPS_TEST(missing_keys),
		GROUPS_TEST(classic_is_warned_of),
		GROUPS_TEST(a_graph_by_the_name_of_its_group),
		GROUPS_TEST(events_of_a_group),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
