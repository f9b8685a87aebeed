#include "node/event_int.h"

/* Events of groups: names, levels, sentences, fields. */

#define SHOWN 80

const char *node_group_name(const struct group_event *e)
{
	static const char *const names[GROUP_EVENT_COUNT] = {
#define X(name, text) [GROUP_EVENT_##name] = text,
		GROUP_EVENTS(X)
#undef X
	};
	return e->kind < GROUP_EVENT_COUNT ? names[e->kind] : "unknown";
}

/* A membership that has ended keeps us out; one that ends soon is a matter of days. */
static bool has_ended(const struct group_event *e)
{
	return e->kind == GROUP_EVENT_RENEW && e->chain == GROUP_CHAIN_EXPIRED;
}

enum node_level node_group_event_level(const struct group_event *e)
{
	static const enum node_level levels[GROUP_EVENT_COUNT] = {
		[GROUP_EVENT_MEMBER] = NODE_INFO,	  [GROUP_EVENT_PROPERTIES] = NODE_INFO,
		[GROUP_EVENT_AUTH_FAILED] = NODE_WARNING, [GROUP_EVENT_CLOCK] = NODE_WARNING,
		[GROUP_EVENT_REFUSED] = NODE_WARNING,	  [GROUP_EVENT_RENEW] = NODE_WARNING,
		[GROUP_EVENT_RENEWED] = NODE_NOTICE,	  [GROUP_EVENT_FULL] = NODE_WARNING,
		[GROUP_EVENT_INVITE_USED] = NODE_NOTICE,  [GROUP_EVENT_KEY_EPOCH] = NODE_NOTICE,
		[GROUP_EVENT_PASSWORD] = NODE_NOTICE,
	};
	if (e->kind >= GROUP_EVENT_COUNT || has_ended(e))
		return NODE_ERROR;
	/* Somebody is in who should not be, and nobody is to blame; or nobody comes in: an
	 * operator decides. */
	return e->over ? NODE_WARNING : levels[e->kind];
}

/* By its friendly name, where that is known. */
static void put_group(struct text *t, const char *before, const struct node_group_event *e)
{
	bool named = e->name && e->name[0];
	text_str(t, before);
	text_str(t, "group ");
	text_quoted(t, span_str(named ? e->name : e->id ? e->id : ""), SHOWN);
}

/* Many may have one label: the name goes with it. */
static void put_who(struct text *t, const struct group_event *e, const char *unknown)
{
	bool labelled = e->who[0] && e->label && e->label[0];
	if (labelled) {
		text_quoted(t, span_str(e->label), SHOWN);
		text_str(t, " (");
	}
	if (e->who[0])
		text_quoted(t, span_str(e->who), SHOWN);
	else
		text_str(t, unknown);
	text_str(t, labelled ? ")" : "");
}

static const char *change_text(enum group_change c)
{
	static const char *const texts[GROUP_CHANGE_COUNT] = {
#define X(name, text) [GROUP_CHANGE_##name] = text,
		GROUP_CHANGES(X)
#undef X
	};
	return c < GROUP_CHANGE_COUNT ? texts[c] : "changed";
}

static const char *role_text(unsigned int roles)
{
	enum group_role role;
	return group_role_highest(roles, &role) ? group_role_text(role) : "no role";
}

/* By whom, and why, as they said. */
static void put_remover(struct text *t, const struct group_event *e)
{
	text_str(t, " by ");
	if (e->by)
		text_quoted(t, span_str(e->by_label ? e->by_label : e->by), GROUP_NAME_OCTETS);
	else
		text_str(t, "whoever has the group's key");
	if (!e->reason)
		return;
	text_str(t, ": ");
	text_quoted(t, span_str(e->reason), 4 * GROUP_REMOVAL_REASON);
}

static void member_text(struct text *t, const struct node_group_event *e)
{
	static const char *const words[GROUP_CHANGE_COUNT] = {
		[GROUP_CHANGE_JOINED] = " has joined ",
		[GROUP_CHANGE_UPDATED] = " has changed in ",
		[GROUP_CHANGE_ONLINE] = " is online in ",
		[GROUP_CHANGE_OFFLINE] = " is offline in ",
		[GROUP_CHANGE_ROLE] = " has another role in ",
		[GROUP_CHANGE_EXPIRED] = " is no longer a member of ",
		[GROUP_CHANGE_REMOVED] = " was removed from ",
		[GROUP_CHANGE_RETURNED] = " is back in ",
	};
	const struct group_event *of = &e->of;
	if (of->change == GROUP_CHANGE_REMOVED && of->ours) {
		put_group(t, "you were removed from ", e);
		put_remover(t, of);
		text_str(t, "; what is here of it can be read until you leave it");
		return;
	}
	text_str(t, "member ");
	put_who(t, of, "unknown");
	put_group(t, of->change < GROUP_CHANGE_COUNT ? words[of->change] : " has changed in ", e);
	if (of->change == GROUP_CHANGE_ROLE || of->change == GROUP_CHANGE_JOINED) {
		text_str(t, ": ");
		text_str(t, role_text(of->roles));
	}
	if (of->change == GROUP_CHANGE_EXPIRED)
		text_str(t, ": its membership has ended");
	if (of->change == GROUP_CHANGE_REMOVED)
		put_remover(t, of);
}

static void properties_text(struct text *t, const struct node_group_event *e)
{
	put_group(t, "name, comment or options of ", e);
	text_str(t, " changed");
}

static void put_skew(struct text *t, int64_t us)
{
	text_duration(t, us < 0 ? -us : us);
	text_str(t, us < 0 ? " behind" : " ahead");
}

/* What a chain or the end of a session says, the most exact there is. */
static void put_fault(struct text *t, const struct group_event *e)
{
	bool chain = e->chain && e->chain < GROUP_CHAIN_FAULT_COUNT;
	if (e->fault && e->fault < GROUP_SESSION_FAULT_COUNT)
		text_str(t, group_session_fault_text(e->fault));
	if (!chain)
		return;
	text_str(t, e->fault ? " (" : "");
	text_str(t, group_chain_fault_text(e->chain));
	text_str(t, e->fault ? ")" : "");
}

/* NULL: there is nothing to be done. */
static const char *fault_advice(enum group_session_fault f)
{
	static const char *const advice[GROUP_SESSION_FAULT_COUNT] = {
		[GROUP_FAULT_CLOCK] =
			"set the clock of the machine that is wrong, then connect again",
		[GROUP_FAULT_CLOCK_THERE] =
			"set the clock of the machine that is wrong, then connect again",
		[GROUP_FAULT_EXPIRED] = "an administrator renews it: homestead member renew",
		[GROUP_FAULT_REMOVED] =
			"an administrator can take it in again: homestead member return",
		[GROUP_FAULT_OUT] = "ask an administrator for a new invitation",
		[GROUP_FAULT_SECRET_OVER] =
			"give out another one: homestead invite, or for a password homestead group set "
			"--password",
		[GROUP_FAULT_OURS] = "ask an administrator for a new invitation",
		[GROUP_FAULT_VERSION] = "both sides need the same profile, modern or classic",
	};
	return f < GROUP_SESSION_FAULT_COUNT ? advice[f] : NULL;
}

static void auth_text(struct text *t, const struct node_group_event *e)
{
	const char *advice = fault_advice(e->of.fault);
	text_str(t, "the connection with ");
	put_who(t, &e->of, "a machine that did not say who it is");
	put_group(t, " in ", e);
	text_str(t, " is refused: ");
	put_fault(t, &e->of);
	if (e->of.skew) {
		text_str(t, "; by its certificate our clock is about ");
		put_skew(t, -e->of.skew);
	}
	if (advice) {
		text_str(t, "; ");
		text_str(t, advice);
	}
}

static void clock_text(struct text *t, const struct node_group_event *e)
{
	put_group(t, "in ", e);
	text_str(t, " the clock of ");
	put_who(t, &e->of, "another machine");
	text_str(t, " seems to be ");
	put_skew(t, e->of.skew);
	text_str(t, e->of.skew < 0 ? " ours" : " of ours");
	text_str(t, "; compare the clocks of both machines");
}

static void refused_text(struct text *t, const struct node_group_event *e)
{
	text_str(t, "a record of ");
	put_who(t, &e->of, "unknown");
	put_group(t, " in ", e);
	text_str(t, " is refused: ");
	text_str(t, e->of.refusal < GROUP_REFUSAL_COUNT ? group_refusal_text(e->of.refusal)
							: "unknown reason");
}

static void renew_text(struct text *t, const struct node_group_event *e)
{
	put_group(t, "our membership of ", e);
	text_str(t, has_ended(&e->of) ? " has ended" : " ends");
	if (e->of.until) {
		text_str(t, " at ");
		text_wall(t, e->of.until);
	}
	text_str(t, "; an administrator or inviting member renews it: homestead member renew");
}

static void renewed_text(struct text *t, const struct node_group_event *e)
{
	put_group(t, "our membership of ", e);
	text_str(t, " is renewed");
	if (e->of.until) {
		text_str(t, " until ");
		text_wall(t, e->of.until);
	}
}

static void full_text(struct text *t, const struct node_group_event *e)
{
	put_group(t, "", e);
	text_str(t, " takes no more");
	if (e->of.text) {
		text_str(t, ": ");
		text_str(t, e->of.text);
	}
	text_str(t, "; look at the limits of the group `group` in the configuration");
}

static void used_text(struct text *t, const struct node_group_event *e)
{
	put_who(t, &e->of, "somebody");
	put_group(t, " was let into ", e);
	text_str(t, e->of.ours ? " by us, with a secret" : " with an invitation");
	if (e->of.over)
		text_str(t, "; with that it was used more often than it is for: members could not "
			    "reach each other meanwhile");
}

static void password_text(struct text *t, const struct node_group_event *e)
{
	put_group(t, e->of.over ? "the password of " : "", e);
	if (e->of.over) {
		text_str(t, " lets nobody in any more, since a member was removed: an "
			    "administrator sets another");
		return;
	}
	text_str(t, e->of.set ? " has a new password, set by "
			      : " has no password any more: it was taken away by ");
	if (e->of.ours)
		text_str(t, "us");
	else
		put_who(t, &e->of, "somebody");
}

static void epoch_text(struct text *t, const struct node_group_event *e)
{
	put_group(t, "", e);
	text_str(t, " writes under epoch ");
	text_u64(t, e->of.number);
	text_str(t, " from now on");
	if (e->of.ours) {
		text_str(t, ", which we began");
	} else {
		text_str(t, ", which was begun by ");
		put_who(t, &e->of, "somebody");
	}
}

void node_group_text(struct text *t, const struct node_group_event *e)
{
	static void (*const texts[GROUP_EVENT_COUNT])(struct text *,
						      const struct node_group_event *) = {
		[GROUP_EVENT_MEMBER] = member_text,	[GROUP_EVENT_PROPERTIES] = properties_text,
		[GROUP_EVENT_AUTH_FAILED] = auth_text,	[GROUP_EVENT_CLOCK] = clock_text,
		[GROUP_EVENT_REFUSED] = refused_text,	[GROUP_EVENT_RENEW] = renew_text,
		[GROUP_EVENT_RENEWED] = renewed_text,	[GROUP_EVENT_FULL] = full_text,
		[GROUP_EVENT_INVITE_USED] = used_text,	[GROUP_EVENT_KEY_EPOCH] = epoch_text,
		[GROUP_EVENT_PASSWORD] = password_text,
	};
	if (e->of.kind < GROUP_EVENT_COUNT)
		texts[e->of.kind](t, e);
	else
		text_str(t, "unknown event");
}

/* Fields */

static void number(struct node_field *f, int64_t v)
{
	f->is_number = true;
	f->number = v;
}

static void fill_group(const struct node_group_event *e, struct node_field *f)
{
	text_str(&f->value, e->id ? e->id : "");
}

static void fill_name(const struct node_group_event *e, struct node_field *f)
{
	text_str(&f->value, e->name ? e->name : "");
}

static void fill_change(const struct node_group_event *e, struct node_field *f)
{
	text_str(&f->value, change_text(e->of.change));
}

static void fill_member(const struct node_group_event *e, struct node_field *f)
{
	text_str(&f->value, e->of.who);
}

static void fill_label(const struct node_group_event *e, struct node_field *f)
{
	if (e->of.label)
		text_str(&f->value, e->of.label);
}

static void fill_role(const struct node_group_event *e, struct node_field *f)
{
	if (e->of.roles)
		text_str(&f->value, role_text(e->of.roles));
}

static void fill_ours(const struct node_group_event *e, struct node_field *f)
{
	text_str(&f->value, e->of.ours ? "true" : "false");
}

static void fill_reason(const struct node_group_event *e, struct node_field *f)
{
	if (e->of.reason)
		text_shown(&f->value, span_str(e->of.reason));
	else if (e->of.fault && e->of.fault < GROUP_SESSION_FAULT_COUNT)
		text_str(&f->value, group_session_fault_text(e->of.fault));
	else if (e->of.refusal && e->of.refusal < GROUP_REFUSAL_COUNT)
		text_str(&f->value, group_refusal_text(e->of.refusal));
	else if (e->of.text)
		text_str(&f->value, e->of.text);
}

static void fill_by(const struct node_group_event *e, struct node_field *f)
{
	if (e->of.by)
		text_str(&f->value, e->of.by);
}

static void fill_chain(const struct node_group_event *e, struct node_field *f)
{
	if (e->of.chain && e->of.chain < GROUP_CHAIN_FAULT_COUNT)
		text_str(&f->value, group_chain_fault_text(e->of.chain));
}

static void fill_skew(const struct node_group_event *e, struct node_field *f)
{
	if (e->of.skew)
		number(f, e->of.skew);
}

static void fill_until(const struct node_group_event *e, struct node_field *f)
{
	if (e->of.until)
		text_wall(&f->value, e->of.until);
}

static void fill_number(const struct node_group_event *e, struct node_field *f)
{
	number(f, e->of.number);
}

static void fill_over(const struct node_group_event *e, struct node_field *f)
{
	text_str(&f->value, e->of.over ? "true" : "false");
}

static void fill_set(const struct node_group_event *e, struct node_field *f)
{
	text_str(&f->value, e->of.set ? "true" : "false");
}

static void fill_id(const struct node_group_event *e, struct node_field *f)
{
	graph_guid_text(&f->value, &e->of.id);
}

static void fill_type(const struct node_group_event *e, struct node_field *f)
{
	static const struct graph_guid none;
	if (!graph_guid_eq(&e->of.type, &none))
		graph_guid_text(&f->value, &e->of.type);
}

#define ON(name) (UINT32_C(1) << GROUP_EVENT_##name)
#define ALWAYS	 (~UINT32_C(0))

static const struct row {
	const char *name;
	uint32_t kinds;
	void (*fill)(const struct node_group_event *e, struct node_field *f);
} rows[NODE_GROUP_FIELDS] = {
	{ "graph", ALWAYS, fill_group },
	{ "group", ALWAYS, fill_name },
	{ "change", ON(MEMBER), fill_change },
	{ "member", ALWAYS, fill_member },
	{ "label", ALWAYS, fill_label },
	{ "role", ON(MEMBER), fill_role },
	{ "ours", ON(MEMBER) | ON(KEY_EPOCH) | ON(INVITE_USED) | ON(PASSWORD), fill_ours },
	{ "set", ON(PASSWORD), fill_set },
	{ "over", ON(INVITE_USED) | ON(PASSWORD), fill_over },
	{ "number", ON(KEY_EPOCH), fill_number },
	{ "by", ON(MEMBER), fill_by },
	{ "reason", ON(MEMBER) | ON(AUTH_FAILED) | ON(REFUSED) | ON(FULL), fill_reason },
	{ "chain", ON(AUTH_FAILED) | ON(REFUSED) | ON(RENEW), fill_chain },
	{ "skew_us", ON(AUTH_FAILED) | ON(CLOCK), fill_skew },
	{ "until", ON(MEMBER) | ON(RENEW) | ON(RENEWED), fill_until },
	{ "id", ON(REFUSED), fill_id },
	{ "type", ON(REFUSED), fill_type },
};

void node_group_field(const struct node_group_event *e, size_t at, struct node_field *f)
{
	f->name = rows[at].name;
	if (rows[at].kinds >> e->of.kind & 1)
		rows[at].fill(e, f);
}
