#include "node/event_int.h"

/* One sentence an event about claims, for people. */

static void put_domain(struct text *t, const struct masc_event *e)
{
	text_str(t, "domain ");
	masc_id_text(t, &e->domain);
}

static void put_why(struct text *t, const struct masc_event *e)
{
	if (e->why == MASC_REASON_NONE)
		return;
	text_str(t, ": ");
	text_str(t, masc_reason_text(e->why));
}

static void claim_text(struct text *t, const struct masc_event *e)
{
	text_str(t, e->local ? "local claim " : "claim ");
	text_u64(t, e->number);
	if (e->prefix.family) {
		text_str(t, ", ");
		masc_prefix_text(t, &e->prefix);
		text_char(t, ',');
	}
	text_str(t, " is ");
	text_str(t, masc_life_text(e->life));
	put_why(t, e);
}

static void clash_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "clash ");
	text_u64(t, e->number);
	text_str(t, ": our ");
	masc_prefix_text(t, &e->prefix);
	text_str(t, " and ");
	masc_prefix_text(t, &e->other);
	text_str(t, " of ");
	put_domain(t, e);
	if (e->up)
		text_str(t, " do not overlap any more");
	else
		text_str(t, e->won ? " overlap; ours is the older and stays"
				   : " overlap; theirs is the older");
}

static void of_domain_text(struct text *t, const struct masc_event *e, const char *what)
{
	text_str(t, what);
	masc_prefix_text(t, &e->prefix);
	text_str(t, " of ");
	put_domain(t, e);
	put_why(t, e);
}

static void range_text(struct text *t, const struct masc_event *e)
{
	of_domain_text(t, e, e->up ? "claims may come from " : "no more claims from ");
}

static void unmet_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "demand ");
	text_u64(t, e->number);
	text_str(t, e->up ? " is met" : " is not met");
	put_why(t, e);
}

static void paused_text(struct text *t, const struct masc_event *e)
{
	text_str(t, e->up ? "claims are made again" : "no claims are made");
	put_why(t, e);
}

static void damped_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "new claims of ");
	put_domain(t, e);
	text_str(t, " are held off: it has lost too many in a row");
}

void node_claim_text(struct text *t, const struct masc_event *e)
{
	if (e->kind == MASC_EVENT_CLAIM)
		claim_text(t, e);
	else if (e->kind == MASC_EVENT_CLASH)
		clash_text(t, e);
	else if (e->kind == MASC_EVENT_DENIED)
		of_domain_text(t, e, "denied the claim to ");
	else if (e->kind == MASC_EVENT_RANGE)
		range_text(t, e);
	else if (e->kind == MASC_EVENT_UNMET)
		unmet_text(t, e);
	else if (e->kind == MASC_EVENT_PAUSED)
		paused_text(t, e);
	else if (e->kind == MASC_EVENT_WAIT_DIFFERS)
		of_domain_text(t, e, "another waiting period than ours came with the claim to ");
	else if (e->kind == MASC_EVENT_DAMPED)
		damped_text(t, e);
	else if (e->kind == MASC_EVENT_QUOTA)
		of_domain_text(t, e, "above its soft quota with ");
	else if (e->kind == MASC_EVENT_FULL)
		text_str(t, "the table of claims is full: claims are refused; see `claims_most`");
	else {
		text_str(t, e->peer);
		text_str(t, " has told all it knows");
	}
}
