#include "node/event_int.h"

/* Events of names without servers: names, levels, sentences, fields. */

#define NAME_SHOWN 80

const char *node_pnrp_name(const struct pnrp_clouds_event *e)
{
	static const char *const of_cloud[PNRP_EVENT_COUNT] = {
#define X(name, text) [PNRP_EVENT_##name] = text,
		PNRP_EVENTS(X)
#undef X
	};
	static const char *const names[PNRP_CLOUDS_EVENT_COUNT] = {
#define X(name, text) [PNRP_CLOUDS_EVENT_##name] = text,
		PNRP_CLOUDS_EVENTS(X)
#undef X
	};
	if (e->kind >= PNRP_CLOUDS_EVENT_COUNT || e->of.kind >= PNRP_EVENT_COUNT)
		return "unknown";
	return e->kind == PNRP_CLOUDS_EVENT_CLOUD ? of_cloud[e->of.kind] : names[e->kind];
}

static enum node_level cloud_level(const struct pnrp_event *e)
{
	static const enum node_level levels[PNRP_EVENT_COUNT] = {
		[PNRP_EVENT_STATE] = NODE_INFO,	    [PNRP_EVENT_REGISTERED] = NODE_INFO,
		[PNRP_EVENT_SPLIT] = NODE_NOTICE,   [PNRP_EVENT_REJECTED] = NODE_NOTICE,
		[PNRP_EVENT_LIMITED] = NODE_NOTICE, [PNRP_EVENT_FULL] = NODE_WARNING,
	};
	if (e->kind >= PNRP_EVENT_COUNT)
		return NODE_ERROR;
	if (e->kind == PNRP_EVENT_STATE && e->to == PNRP_STATE_DEAD)
		return NODE_WARNING;
	return levels[e->kind];
}

enum node_level node_pnrp_event_level(const struct pnrp_clouds_event *e)
{
	static const enum node_level levels[PNRP_CLOUDS_EVENT_COUNT] = {
		[PNRP_CLOUDS_EVENT_CLOUD] = NODE_INFO,
		[PNRP_CLOUDS_EVENT_PUBLISHED] = NODE_NOTICE,
		[PNRP_CLOUDS_EVENT_UNPUBLISHED] = NODE_NOTICE,
		[PNRP_CLOUDS_EVENT_PORT] = NODE_NOTICE,
		[PNRP_CLOUDS_EVENT_STORE_FAILED] = NODE_ERROR,
		[PNRP_CLOUDS_EVENT_SEED] = NODE_WARNING,
	};
	if (e->kind == PNRP_CLOUDS_EVENT_CLOUD)
		return cloud_level(&e->of);
	return e->kind < PNRP_CLOUDS_EVENT_COUNT ? levels[e->kind] : NODE_ERROR;
}

static void put_name(struct text *t, const struct pnrp_name *n)
{
	char buffer[PNRP_NAME_TEXT_MAX + 1];
	struct text name = TEXT_OF(buffer);
	pnrp_name_text(&name, n);
	text_quoted(t, span_of(name.p, name.n), NAME_SHOWN);
}

static void put_node(struct text *t, const struct pnrp_endpoint *e)
{
	struct addr a = pnrp_endpoint_addr(e, 0);
	addr_text(t, &a);
}

static void put_cloud(struct text *t, const char *before, const struct pnrp_clouds_event *e,
		      const char *after)
{
	text_str(t, before);
	text_str(t, e->cloud);
	text_str(t, after);
}

static void state_text(struct text *t, const struct pnrp_clouds_event *e)
{
	static const char *const says[PNRP_STATE_COUNT] = {
		[PNRP_STATE_VIRTUAL] = " waits until a name is published or asked for",
		[PNRP_STATE_SYNCHRONISING] = ": a first node is looked for",
		[PNRP_STATE_ACTIVE] = " is active: other nodes are known",
		[PNRP_STATE_DEAD] = " is dead: no port can be had",
		[PNRP_STATE_DISABLED] = " is switched off",
		[PNRP_STATE_NO_NETWORK] = " has no address any more",
		[PNRP_STATE_ALONE] = ": no other node is known that has a name; the search goes on",
	};
	enum pnrp_state s = e->of.to;
	put_cloud(t, "cloud ", e, s < PNRP_STATE_COUNT ? says[s] : "");
	if (s != PNRP_STATE_DEAD || !e->err)
		return;
	text_str(t, ", ");
	text_str(t, err_text(e->err));
	text_str(t, "; homestead doctor ports tells who holds them");
}

static void registered_text(struct text *t, const struct pnrp_clouds_event *e)
{
	text_str(t, "name ");
	put_name(t, &e->name);
	put_cloud(t, " is known to its neighbours in cloud ", e, "");
}

static void split_text(struct text *t, const struct pnrp_clouds_event *e)
{
	put_cloud(t, "cloud ", e, " had come apart, and this node is in the ");
	text_str(t, e->of.smaller ? "smaller" : "larger");
	text_str(t, " piece; the pieces are joined again");
}

static void rejected_text(struct text *t, const struct pnrp_clouds_event *e)
{
	text_str(t, "an answer of ");
	put_node(t, &e->of.node);
	put_cloud(t, " in cloud ", e, " is not believed: ");
	text_str(t, pnrp_verdict_text(e->of.verdict));
	if (e->of.verdict == PNRP_VERDICT_EXPIRED)
		text_str(t, "; compare the clocks of both machines");
}

static void limited_text(struct text *t, const struct pnrp_clouds_event *e)
{
	put_node(t, &e->of.node);
	put_cloud(t, " asks too much in cloud ", e, "; what is too much is not answered");
}

static void full_text(struct text *t, const struct pnrp_clouds_event *e)
{
	text_str(t, "the table of ");
	text_str(t, e->of.table ? e->of.table : "entries");
	put_cloud(t, " of cloud ", e, " is full; what is new is refused");
}

static void cloud_text(struct text *t, const struct pnrp_clouds_event *e)
{
	static void (*const texts[PNRP_EVENT_COUNT])(struct text *,
						     const struct pnrp_clouds_event *) = {
		[PNRP_EVENT_STATE] = state_text,     [PNRP_EVENT_REGISTERED] = registered_text,
		[PNRP_EVENT_SPLIT] = split_text,     [PNRP_EVENT_REJECTED] = rejected_text,
		[PNRP_EVENT_LIMITED] = limited_text, [PNRP_EVENT_FULL] = full_text,
	};
	if (e->of.kind < PNRP_EVENT_COUNT)
		texts[e->of.kind](t, e);
	else
		text_str(t, "unknown event");
}

static void published_text(struct text *t, const struct pnrp_clouds_event *e)
{
	text_str(t, "name ");
	put_name(t, &e->name);
	text_str(t, " is published");
	text_str(t, e->cloud[0] ? " in cloud " : " in every cloud");
	text_str(t, e->cloud);
}

static void unpublished_text(struct text *t, const struct pnrp_clouds_event *e)
{
	text_str(t, "name ");
	put_name(t, &e->name);
	text_str(t, " is published no longer");
}

static void port_text(struct text *t, const struct pnrp_clouds_event *e)
{
	text_str(t, "the configured port is in use; port ");
	text_u64(t, e->port);
	text_str(t, " is taken and told to the others");
}

static void store_text(struct text *t, const struct pnrp_clouds_event *e)
{
	text_str(t, "a change of the published names could not be stored and is undone: ");
	text_str(t, err_text(e->err));
}

static void seed_text(struct text *t, const struct pnrp_clouds_event *e)
{
	text_str(t, "seed ");
	text_str(t, e->seed);
	put_cloud(t, " of cloud ", e, " has no address it could use: ");
	text_str(t, err_text(e->err));
	text_str(t, "; it is looked up again");
}

void node_pnrp_text(struct text *t, const struct pnrp_clouds_event *e)
{
	static void (*const texts[PNRP_CLOUDS_EVENT_COUNT])(struct text *,
							    const struct pnrp_clouds_event *) = {
		[PNRP_CLOUDS_EVENT_CLOUD] = cloud_text,
		[PNRP_CLOUDS_EVENT_PUBLISHED] = published_text,
		[PNRP_CLOUDS_EVENT_UNPUBLISHED] = unpublished_text,
		[PNRP_CLOUDS_EVENT_PORT] = port_text,
		[PNRP_CLOUDS_EVENT_STORE_FAILED] = store_text,
		[PNRP_CLOUDS_EVENT_SEED] = seed_text,
	};
	if (e->kind < PNRP_CLOUDS_EVENT_COUNT)
		texts[e->kind](t, e);
	else
		text_str(t, "unknown event");
}

/* Fields */

static void fill_cloud(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, e->cloud);
}

static void fill_name(const struct pnrp_clouds_event *e, struct node_field *f)
{
	if (e->name.secure || e->name.classifier_n)
		put_name(&f->value, &e->name);
}

static void fill_from(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, pnrp_state_text(e->of.from));
}

static void fill_to(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, pnrp_state_text(e->of.to));
}

static void fill_id(const struct pnrp_clouds_event *e, struct node_field *f)
{
	pnrp_id_text(&f->value, &e->of.id);
}

static void fill_node(const struct pnrp_clouds_event *e, struct node_field *f)
{
	put_node(&f->value, &e->of.node);
}

static void fill_verdict(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, pnrp_verdict_text(e->of.verdict));
}

static void fill_piece(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, e->of.smaller ? "smaller" : "larger");
}

static void fill_table(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, e->of.table ? e->of.table : "");
}

static void fill_port(const struct pnrp_clouds_event *e, struct node_field *f)
{
	f->is_number = true;
	f->number = e->port;
}

static void fill_seed(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, e->seed);
}

static void fill_error(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, e->err ? err_name(e->err) : "");
}

static void fill_reason(const struct pnrp_clouds_event *e, struct node_field *f)
{
	text_str(&f->value, e->err ? err_text(e->err) : "");
}

static void fill_handle(const struct pnrp_clouds_event *e, struct node_field *f)
{
	f->is_number = true;
	f->number = e->of.handle;
}

/* Kinds of both lists in one row of bits: those of a cloud stand behind. */
#define ON(name)    (UINT32_C(1) << PNRP_CLOUDS_EVENT_##name)
#define CLOUD(name) (UINT32_C(1) << (PNRP_CLOUDS_EVENT_COUNT + PNRP_EVENT_##name))
#define ALWAYS	    (~UINT32_C(0))

static const struct row {
	const char *name;
	uint32_t kinds;
	void (*fill)(const struct pnrp_clouds_event *e, struct node_field *f);
} rows[NODE_PNRP_FIELDS] = {
	{ "cloud", ALWAYS, fill_cloud },
	{ "name", ON(PUBLISHED) | ON(UNPUBLISHED) | CLOUD(REGISTERED), fill_name },
	{ "from", CLOUD(STATE), fill_from },
	{ "to", CLOUD(STATE), fill_to },
	{ "id", CLOUD(REGISTERED) | CLOUD(REJECTED), fill_id },
	{ "handle", CLOUD(REGISTERED), fill_handle },
	{ "node", CLOUD(REJECTED) | CLOUD(LIMITED), fill_node },
	{ "verdict", CLOUD(REJECTED), fill_verdict },
	{ "piece", CLOUD(SPLIT), fill_piece },
	{ "table", CLOUD(FULL), fill_table },
	{ "port", ON(PORT), fill_port },
	{ "seed", ON(SEED), fill_seed },
	{ "error", ON(SEED) | ON(STORE_FAILED) | CLOUD(STATE), fill_error },
	{ "reason", ON(SEED) | ON(STORE_FAILED) | CLOUD(STATE), fill_reason },
};

void node_pnrp_field(const struct pnrp_clouds_event *e, size_t at, struct node_field *f)
{
	unsigned kind = e->kind == PNRP_CLOUDS_EVENT_CLOUD
				? PNRP_CLOUDS_EVENT_COUNT + (unsigned)e->of.kind
				: (unsigned)e->kind;
	f->name = rows[at].name;
	if (rows[at].kinds >> kind & 1)
		rows[at].fill(e, f);
}
