#include "graph/graph_int.h"
#include "base/tables.h"

/* The graph's signature: the lowest Node ID of those that are in it, told by its owner
 * (digest 12). */

bool graph_signature_live(const struct graph *g, struct mono now)
{
	const struct graph_entry *e = graph_db_find(g->db, &graph_id_signature);
	return e && !e->deleted && e->expires > graph_now(g, now) && g->signature;
}

/* GRAPH-8.22: low Node IDs speak first. 29.9 s * (1 - e^(-N/65536)) + 0.1 s, N being the
 * top 16 bits. */
int64_t graph_signature_delay(const struct graph *g)
{
	uint32_t decay = tables_decay_fixed((uint32_t)(g->node >> 48));
	uint64_t d = UINT32_MAX - decay;
	uint64_t spread = (uint64_t)g->birth.times.signature_spread;
	return g->birth.times.signature_least + (int64_t)(spread * (d >> 4) >> 28);
}

static bool ours_is_lower(const struct graph *g, struct mono now)
{
	return !graph_signature_live(g, now) || g->signature > g->node;
}

void graph_signature_calculate(struct graph *g, struct mono now)
{
	if (!g->loaded || g->stopping || !graph_ready(g) || !ours_is_lower(g, now))
		return;
	int64_t delay = graph_signature_live(g, now) ? g->birth.times.signature_least
						     : graph_signature_delay(g);
	struct mono at = mono_add(now, delay);
	/* After it fired the timer stands a day ahead: that is no pending one. */
	if (mono_since(g->timer[GRAPH_TIMER_SIGNATURE], now) > MONO_HOUR)
		g->timer[GRAPH_TIMER_SIGNATURE] = MONO_NEVER;
	graph_timer_arm(g, GRAPH_TIMER_SIGNATURE, at);
}

/* A57: above every version that was seen, whatever became of it. */
static void publish(struct graph *g, struct mono now)
{
	uint8_t room[8];
	struct wr w = wr_of(room, sizeof(room));
	graph_put_signature(&w, g->node);
	const struct graph_making m = {
		.type = graph_type_signature,
		.id = graph_id_signature,
		.payload = wr_span(&w),
		.expires = graph_now(g, now) + (uint64_t)g->birth.times.signature_life * 10,
		.local = GRAPH_ENTRY_REFRESH,
		.version = g->signature_version + 1,
	};
	struct graph_entry *e;
	uint64_t after;
	if (graph_publish(g, &m, &e, &after, now) != OK)
		graph_timer_set(g, GRAPH_TIMER_SIGNATURE,
				mono_add(now, g->birth.times.maintain_alone));
}

void graph_signature_due(struct graph *g, struct mono now)
{
	graph_timer_set(g, GRAPH_TIMER_SIGNATURE, mono_add(now, MONO_DAY));
	if (ours_is_lower(g, now))
		publish(g, now);
}

static void tell(struct graph *g)
{
	struct graph_event e = graph_event_of(g, GRAPH_EVENT_SIGNATURE);
	e.signature = g->signature;
	e.ours = g->signature == g->node;
	graph_out_event(g, &e, 0);
}

/* Contacts show how they see the signature, so they speak again. */
static void see(struct graph *g, uint64_t value, struct mono now)
{
	if (g->signature != value) {
		g->signature = value;
		tell(g);
		g->contact_stale |= g->has_contact && value;
	}
	graph_signature_calculate(g, now);
	graph_contact_maintain(g, now);
	graph_partition_detect(g, now);
}

void graph_signature_changed(struct graph *g, const struct graph_record *r, struct mono now)
{
	uint64_t value;
	if (graph_record_deleted(r) || graph_signature_decode(r->payload, &value) != OK)
		value = 0;
	see(g, value, now);
}

void graph_signature_gone(struct graph *g, struct mono now)
{
	see(g, 0, now);
}
