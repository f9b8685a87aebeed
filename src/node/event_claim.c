#include "node/event_int.h"

/* One sentence an event about claims, for people: which object, why, and what
 * to do where that is known. */

static const struct {
	enum masc_reason why;
	const char *advice;
} advices[] = {
	{ MASC_REASON_NO_ROOM, "ask for less, give ranges back, or have the parent claim more" },
	{ MASC_REASON_NO_RANGE, "a parent without one is asked for it and needs a waiting period "
				"or more; a top-level domain needs a scope with `root`" },
	{ MASC_REASON_NO_SESSION, "see `homestead masc peers`" },
	{ MASC_REASON_NO_CLOCK, "look at the time service of this machine, or set `clock_check`" },
	{ MASC_REASON_TOO_MANY, "give one back, or raise `prefixes_most`" },
	{ MASC_REASON_OVER_QUOTA, "raise its `quota_hard` if it is to have more" },
	{ MASC_REASON_TOO_OFTEN, "look at that domain, or raise `child_claims`" },
	{ MASC_REASON_TOO_LARGE, "raise `child_claim_most` if it is to have more" },
	{ MASC_REASON_DENIED, "its operator sees why in `homestead events`" },
	{ MASC_REASON_STORE, "mend the store: `homestead status`" },
};

const char *node_reason_advice(enum masc_reason why)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].why == why)
			return advices[i].advice;
	return NULL;
}

const char *node_own_reason_text(enum masc_reason why)
{
	if (why == MASC_REASON_TOO_OFTEN)
		return "too many claims of our domain were lost in a row, and the next has to wait "
		       "for a waiting period";
	return masc_reason_text(why);
}

const char *node_own_reason_advice(enum masc_reason why)
{
	if (why == MASC_REASON_TOO_OFTEN)
		return "`homestead events` says why they were lost";
	return node_reason_advice(why);
}

static void put_domain(struct text *t, const struct masc_event *e)
{
	if (masc_id_is_zero(&e->domain)) {
		text_str(t, "a domain");
		return;
	}
	text_str(t, "domain ");
	masc_id_text(t, &e->domain);
}

static void put_prefix(struct text *t, const struct masc_prefix *p)
{
	if (p->family)
		masc_prefix_text(t, p);
	else
		text_str(t, "a range");
}

/* ": another domain's claim goes first (domain 7)" */
static void put_why(struct text *t, const struct masc_event *e)
{
	if (e->why == MASC_REASON_NONE)
		return;
	text_str(t, ": ");
	text_str(t, masc_reason_text(e->why));
}

static void put_rival(struct text *t, const struct masc_event *e)
{
	if (masc_id_is_zero(&e->domain))
		return;
	text_str(t, " (");
	put_domain(t, e);
	text_char(t, ')');
}

static void put_sentence(struct text *t, const char *advice)
{
	if (!advice)
		return;
	text_str(t, "; ");
	text_str(t, advice);
}

static void put_advice(struct text *t, const struct masc_event *e)
{
	put_sentence(t, node_reason_advice(e->why));
}

void node_claim_name(struct text *t, const struct masc_event *e)
{
	text_str(t, e->local ? "local claim " : "claim ");
	text_u64(t, e->number);
	if (!e->prefix.family)
		return;
	text_str(t, ", ");
	masc_prefix_text(t, &e->prefix);
}

/* What held means goes by where it comes from, and whether that went well. */
static const char *held_words(const struct masc_event *e)
{
	bool good = e->why == MASC_REASON_WAITED || e->why == MASC_REASON_NONE;
	switch (e->life_from) {
	case MASC_LIFE_RENEWING:
		return good ? " is renewed" : " is not renewed yet, and held to its end";
	case MASC_LIFE_GROWING:
		return good ? " has grown" : " has not grown, and is held as it was";
	case MASC_LIFE_CLASHED:
		return " is ours again";
	case MASC_LIFE_WANTED:
	case MASC_LIFE_SCHEDULED:
	case MASC_LIFE_WAITING:
	case MASC_LIFE_HELD:
	case MASC_LIFE_DEPRECATED:
	case MASC_LIFE_EXPIRED:
	case MASC_LIFE_COUNT:
		break;
	}
	/* The rest of a range that is renewed in part gets a number of its own. */
	return e->why == MASC_REASON_RENEW_DUE
		       ? " is the part of a range that is not claimed for longer"
		       : " is ours";
}

static const char *wanted_words(const struct masc_event *e)
{
	/* One that an operator named is for that very range. */
	if (e->life_from == MASC_LIFE_WAITING)
		return e->prefix.family ? " is lost, and waits until that range is free"
					: " is lost, and chosen anew";
	bool asked = e->why == MASC_REASON_ASKED || e->why == MASC_REASON_DEMAND;
	return asked ? " is to be made" : " waits";
}

static const char *expired_words(const struct masc_event *e)
{
	bool made = e->life_from != MASC_LIFE_WANTED && e->life_from != MASC_LIFE_SCHEDULED;
	return made ? " is over" : " is dropped";
}

static const char *life_words(const struct masc_event *e)
{
	static const char *const words[MASC_LIFE_COUNT] = {
		[MASC_LIFE_SCHEDULED] = " will be made shortly",
		[MASC_LIFE_WAITING] = " is made, and the waiting period begins",
		[MASC_LIFE_RENEWING] = " is claimed for longer",
		[MASC_LIFE_GROWING] = " is claimed twice as large",
		[MASC_LIFE_DEPRECATED] = " takes no new use and ends by itself",
		[MASC_LIFE_CLASHED] = " is withdrawn where it clashes; do not use addresses there",
	};
	if (e->life == MASC_LIFE_WANTED)
		return wanted_words(e);
	if (e->life == MASC_LIFE_HELD)
		return held_words(e);
	return e->life == MASC_LIFE_EXPIRED ? expired_words(e) : words[e->life];
}

static void claim_text(struct text *t, const struct masc_event *e)
{
	node_claim_name(t, e);
	text_str(t, life_words(e));
	if (e->why != MASC_REASON_NONE) {
		text_str(t, ": ");
		text_str(t, node_own_reason_text(e->why));
	}
	put_rival(t, e);
	put_sentence(t, node_own_reason_advice(e->why));
}

static void clash_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "clash");
	if (e->number) {
		text_char(t, ' ');
		text_u64(t, e->number);
	}
	text_str(t, ": our ");
	put_prefix(t, &e->prefix);
	text_str(t, " and ");
	put_prefix(t, &e->other);
	text_str(t, " of ");
	put_domain(t, e);
	if (e->up)
		text_str(t, " do not overlap any more");
	else if (e->why == MASC_REASON_KEPT)
		text_str(t, " overlap, and ours stays: so an operator decided; both use it until "
			    "one of the two gives way");
	else if (e->why == MASC_REASON_YIELDED)
		text_str(t, " overlap, and ours is withdrawn there: so an operator decided");
	else
		text_str(t, e->won ? " overlap; ours is the older and stays"
				   : " overlap, and theirs is the older; see `homestead masc "
				     "clashes`");
}

/* It may be in the hands of another before long. */
static void disputed_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "the parent, ");
	put_domain(t, e);
	text_str(t, ", denies that ");
	put_prefix(t, &e->prefix);
	text_str(t, " of claim ");
	text_u64(t, e->number);
	text_str(t, " is ours; agree with its operator, who sees why in `homestead events`, or "
		    "give it back: homestead masc withdraw ");
	put_prefix(t, &e->prefix);
}

static void put_holder(struct text *t, const struct masc_event *e)
{
	if (masc_id_is_zero(&e->rival))
		return;
	text_str(t, " (domain ");
	masc_id_text(t, &e->rival);
	text_char(t, ')');
}

static void put_allowed(struct text *t, const struct masc_event *e)
{
	if (!e->allowed)
		return;
	text_str(t, "; ");
	text_duration(t, (int64_t)e->allowed * MONO_SEC);
	text_str(t, " would pass");
}

static void denied_text(struct text *t, const struct masc_event *e)
{
	if (e->number) {
		disputed_text(t, e);
		return;
	}
	text_str(t, "denied ");
	put_prefix(t, &e->prefix);
	text_str(t, " to ");
	put_domain(t, e);
	put_why(t, e);
	put_holder(t, e);
	put_allowed(t, e);
	put_advice(t, e);
}

static void range_text(struct text *t, const struct masc_event *e)
{
	text_str(t, e->up ? "claims may come from " : "no new claims from ");
	put_prefix(t, &e->prefix);
	text_str(t, " of ");
	put_domain(t, e);
	put_why(t, e);
}

static void unmet_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "demand ");
	text_u64(t, e->number);
	bool waits = e->why == MASC_REASON_NO_RANGE;
	text_str(t, e->up ? " is met" : waits ? " waits for a range" : " is not met");
	put_why(t, e);
	put_advice(t, e);
}

static void paused_text(struct text *t, const struct masc_event *e)
{
	if (e->up) {
		/* The reason it comes with is that of the pause. */
		text_str(t, "claims are made and renewed again");
		return;
	}
	text_str(t, "no claims are made or renewed");
	put_why(t, e);
	put_advice(t, e);
}

static void differs_text(struct text *t, const struct masc_event *e)
{
	put_domain(t, e);
	text_str(t, " claims ");
	put_prefix(t, &e->prefix);
	text_str(t, " with another waiting period than ours; set `waiting_period` alike, or one of "
		    "the two uses ranges too early");
}

static void damped_text(struct text *t, const struct masc_event *e)
{
	if (e->ours) {
		text_str(t, "new claims of ours are held off for one waiting period: too many were "
			    "lost in a row; what was told before this says why");
		return;
	}
	text_str(t, "new claims of ");
	put_domain(t, e);
	text_str(t, " are held off for one waiting period: it has lost too many in a row; ask its "
		    "operator, or raise `damp_after`");
}

static void quota_text(struct text *t, const struct masc_event *e)
{
	put_domain(t, e);
	text_str(t, " is above its soft quota with ");
	put_prefix(t, &e->prefix);
	text_str(t, "; see `quota_soft` and `quota_hard`");
}

static void full_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "the table of claims is full and refuses more, also of ");
	put_domain(t, e);
	text_str(t, "; raise `claims_most` and `origin_most`, or look with `homestead masc claims` "
		    "who makes so many");
}

static void sync_text(struct text *t, const struct masc_event *e)
{
	text_str(t, e->peer);
	text_str(t, " has told all the claims it knows");
}

void node_claim_text(struct text *t, const struct masc_event *e)
{
	static void (*const words[MASC_EVENT_COUNT])(struct text * t,
						     const struct masc_event *e) = {
		[MASC_EVENT_CLAIM] = claim_text,   [MASC_EVENT_CLASH] = clash_text,
		[MASC_EVENT_DENIED] = denied_text, [MASC_EVENT_RANGE] = range_text,
		[MASC_EVENT_SYNC] = sync_text,	   [MASC_EVENT_UNMET] = unmet_text,
		[MASC_EVENT_PAUSED] = paused_text, [MASC_EVENT_WAIT_DIFFERS] = differs_text,
		[MASC_EVENT_DAMPED] = damped_text, [MASC_EVENT_FULL] = full_text,
		[MASC_EVENT_QUOTA] = quota_text,
	};
	words[e->kind](t, e);
}
