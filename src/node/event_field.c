#include "node/event_int.h"

/* The fields of an event: a table row a field, with the kinds that have it. */

static void number(struct node_field *f, int64_t v)
{
	f->is_number = true;
	f->number = v;
}

/* An empty value means that the field is absent this time. */
static void words(struct node_field *f, const char *s)
{
	text_str(&f->value, s);
}

/* masc */

static void fill_peer(const struct masc_event *e, struct node_field *f)
{
	words(f, e->peer);
}

static void fill_from(const struct masc_event *e, struct node_field *f)
{
	words(f, masc_state_text(e->from));
}

static void fill_to(const struct masc_event *e, struct node_field *f)
{
	words(f, masc_state_text(e->to));
}

/* A claim has states of its own. */
static void fill_life_from(const struct masc_event *e, struct node_field *f)
{
	words(f, masc_life_text(e->life_from));
}

static void fill_life(const struct masc_event *e, struct node_field *f)
{
	words(f, masc_life_text(e->life));
}

static void fill_number(const struct masc_event *e, struct node_field *f)
{
	if (e->number)
		number(f, (int64_t)e->number);
}

static void fill_prefix(const struct masc_event *e, struct node_field *f)
{
	if (e->prefix.family)
		masc_prefix_text(&f->value, &e->prefix);
}

static void fill_other(const struct masc_event *e, struct node_field *f)
{
	if (e->other.family)
		masc_prefix_text(&f->value, &e->other);
}

static void fill_domain(const struct masc_event *e, struct node_field *f)
{
	if (!masc_id_is_zero(&e->domain))
		masc_id_text(&f->value, &e->domain);
}

static void fill_rival(const struct masc_event *e, struct node_field *f)
{
	if (!masc_id_is_zero(&e->rival))
		masc_id_text(&f->value, &e->rival);
}

static void fill_allowed(const struct masc_event *e, struct node_field *f)
{
	if (e->allowed)
		number(f, e->allowed);
}

static void fill_node(const struct masc_event *e, struct node_field *f)
{
	if (!masc_id_is_zero(&e->node))
		masc_id_text(&f->value, &e->node);
}

static void fill_why(const struct masc_event *e, struct node_field *f)
{
	if (e->why)
		words(f, masc_reason_word(e->why));
}

static void fill_why_text(const struct masc_event *e, struct node_field *f)
{
	if (e->why)
		words(f, masc_reason_text(e->why));
}

static void truth(struct node_field *f, bool v)
{
	words(f, v ? "true" : "false");
}

static void fill_won(const struct masc_event *e, struct node_field *f)
{
	truth(f, e->won);
}

static void fill_local(const struct masc_event *e, struct node_field *f)
{
	truth(f, e->local);
}

static void fill_up(const struct masc_event *e, struct node_field *f)
{
	truth(f, e->up);
}

static void fill_not_up(const struct masc_event *e, struct node_field *f)
{
	truth(f, !e->up);
}

static void fill_code(const struct masc_event *e, struct node_field *f)
{
	if (e->error.code)
		number(f, e->error.code);
}

static void fill_subcode(const struct masc_event *e, struct node_field *f)
{
	if (e->error.code)
		number(f, e->error.subcode);
}

static void fill_open(const struct masc_event *e, struct node_field *f)
{
	words(f, e->error.stay_open ? "true" : "false");
}

static void fill_data(const struct masc_event *e, struct node_field *f)
{
	text_hex(&f->value, span_of(e->data, e->data_n));
}

static void fill_reason(const struct masc_event *e, struct node_field *f)
{
	if (e->error.code)
		words(f, masc_error_text(e->error.code, e->error.subcode));
	else if (e->err)
		words(f, err_text(e->err));
}

static void fill_err(const struct masc_event *e, struct node_field *f)
{
	if (e->err)
		words(f, err_name(e->err));
}

static void fill_remote(const struct masc_event *e, struct node_field *f)
{
	if (e->remote.family != ADDR_NONE)
		addr_text(&f->value, &e->remote);
}

static void fill_link(const struct masc_event *e, struct node_field *f)
{
	number(f, e->link);
}

static void fill_kept(const struct masc_event *e, struct node_field *f)
{
	number(f, e->kept);
}

static void fill_opened_by(const struct masc_event *e, struct node_field *f)
{
	words(f, e->ours ? "us" : "peer");
}

static void fill_keep(const struct masc_event *e, struct node_field *f)
{
	words(f, masc_keep_text(e->keep));
}

static void fill_admin(const struct masc_event *e, struct node_field *f)
{
	words(f, e->up ? "up" : "down");
}

/* Of the one part or of the other. */
struct row {
	const char *name;
	uint32_t kinds;
	void (*masc)(const struct masc_event *e, struct node_field *f);
	void (*self)(const struct node_self_event *e, struct node_field *f);
};

#define ON(name) (UINT32_C(1) << MASC_EVENT_##name)
#define ALWAYS	 (~UINT32_C(0))
#define TOLD	 (ON(NOTIFIED) | ON(NOTIFICATION))
#define OTHERS	 (ON(DENIED) | ON(DAMPED) | ON(WAIT_DIFFERS) | ON(QUOTA) | ON(FULL))
#define REASONED (ON(CLAIM) | ON(CLASH) | ON(UNMET) | ON(PAUSED) | ON(RANGE) | OTHERS)
#define RANGED	 (ON(CLAIM) | ON(CLASH) | ON(RANGE) | ON(STORE_FAILED) | TOLD | OTHERS)

static const struct row masc_fields[] = {
	{ "peer", ALWAYS, fill_peer },
	{ "from", ON(STATE), fill_from },
	{ "to", ON(STATE), fill_to },
	{ "number", ON(DENIED) | ON(CLAIM) | ON(CLASH) | ON(UNMET) | ON(STORE_FAILED),
	  fill_number },
	{ "prefix", RANGED, fill_prefix },
	{ "other", ON(CLASH), fill_other },
	{ "from", ON(CLAIM), fill_life_from },
	{ "to", ON(CLAIM), fill_life },
	{ "domain", ON(CLAIM) | ON(CLASH) | ON(RANGE) | OTHERS, fill_domain },
	{ "node", ON(CLAIM) | ON(CLASH) | OTHERS, fill_node },
	{ "rival", ON(DENIED), fill_rival },
	{ "allowed", ON(DENIED), fill_allowed },
	{ "won", ON(CLASH), fill_won },
	{ "over", ON(CLASH), fill_up },
	{ "usable", ON(RANGE), fill_up },
	{ "met", ON(UNMET), fill_up },
	{ "paused", ON(PAUSED), fill_not_up },
	{ "local", ON(CLAIM), fill_local },
	{ "why", REASONED, fill_why },
	{ "reason", REASONED, fill_why_text },
	{ "code", TOLD | ON(LOST), fill_code },
	{ "subcode", TOLD | ON(LOST), fill_subcode },
	{ "stay_open", TOLD, fill_open },
	{ "data", TOLD, fill_data },
	{ "reason", TOLD | ON(LOST) | ON(DIAL_FAILED) | ON(STOPPED) | ON(STORE_FAILED),
	  fill_reason },
	{ "error", ON(LOST) | ON(DIAL_FAILED) | ON(STOPPED) | ON(STORE_FAILED), fill_err },
	{ "remote", ALWAYS, fill_remote },
	{ "link", ON(COLLISION), fill_link },
	{ "kept", ON(COLLISION), fill_kept },
	{ "opened_by", ON(COLLISION), fill_opened_by },
	{ "rule", ON(COLLISION), fill_keep },
	{ "admin", ON(ADMIN), fill_admin },
};
#undef ON
#undef TOLD
#undef OTHERS
#undef REASONED
#undef RANGED

/* node */

static void self_err(const struct node_self_event *e, struct node_field *f)
{
	words(f, err_name(e->err));
}

static void self_us(const struct node_self_event *e, struct node_field *f)
{
	number(f, e->us);
}

static void self_line(const struct node_self_event *e, struct node_field *f)
{
	if (e->line)
		number(f, e->line);
}

static void self_reason(const struct node_self_event *e, struct node_field *f)
{
	words(f, e->text);
}

#define ON(name) (UINT32_C(1) << NODE_SELF_##name)

static const struct row self_fields[] = {
	{ "error", ON(WORKERS_STUCK) | ON(CONFIG_REFUSED), NULL, self_err },
	{ "step_us", ON(CLOCK_STEPPED), NULL, self_us },
	{ "line", ON(CONFIG_REFUSED), NULL, self_line },
	{ "reason", ON(CONFIG_REFUSED), NULL, self_reason },
};
#undef ON

static void start_field(struct node_field *f, const char *name)
{
	f->name = name;
	f->is_number = false;
	f->number = 0;
	f->value = TEXT_OF(f->buffer);
}

static bool present(const struct node_field *f)
{
	return f->is_number || f->value.n > 0;
}

struct rows {
	const struct row *first;
	size_t n;
};

#define ROWS(table) ((struct rows){ table, sizeof(table) / sizeof((table)[0]) })

static bool next_field(const struct node_event *e, struct rows rows, size_t *at,
		       struct node_field *f)
{
	unsigned kind = e->part == NODE_PART_MASC ? (unsigned)e->masc.kind : (unsigned)e->self.kind;
	while (*at < rows.n) {
		const struct row *row = &rows.first[(*at)++];
		if (!(row->kinds >> kind & 1))
			continue;
		start_field(f, row->name);
		if (row->masc)
			row->masc(&e->masc, f);
		else
			row->self(&e->self, f);
		if (present(f))
			return true;
	}
	return false;
}

static bool next_pnrp_field(const struct node_event *e, size_t *at, struct node_field *f)
{
	while (*at < NODE_PNRP_FIELDS) {
		start_field(f, "");
		node_pnrp_field(&e->pnrp, (*at)++, f);
		if (present(f))
			return true;
	}
	return false;
}

static bool next_graph_field(const struct node_event *e, size_t *at, struct node_field *f)
{
	while (*at < NODE_GRAPH_FIELDS) {
		start_field(f, "");
		node_graph_field(&e->graph, (*at)++, f);
		if (present(f))
			return true;
	}
	return false;
}

static bool next_group_field(const struct node_event *e, size_t *at, struct node_field *f)
{
	while (*at < NODE_GROUP_FIELDS) {
		start_field(f, "");
		node_group_field(&e->group, (*at)++, f);
		if (present(f))
			return true;
	}
	return false;
}

bool node_event_field(const struct node_event *e, size_t *at, struct node_field *f)
{
	switch (e->part) {
	case NODE_PART_NODE:
		return next_field(e, ROWS(self_fields), at, f);
	case NODE_PART_MASC:
		return next_field(e, ROWS(masc_fields), at, f);
	case NODE_PART_PNRP:
		return next_pnrp_field(e, at, f);
	case NODE_PART_GRAPH:
		return next_graph_field(e, at, f);
	case NODE_PART_GROUP:
		return next_group_field(e, at, f);
	case NODE_PART_COUNT:
		break;
	}
	return false;
}
