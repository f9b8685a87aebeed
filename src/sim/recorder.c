#include "sim/world_int.h"

/* Writes one node's run down, as homesteadd --record does. */

static bool recorded(const struct machine *m)
{
	return m->recorded && m->site.w->opt.record;
}

static void emit(struct machine *m, enum record_kind kind, struct span body)
{
	struct world *w = m->site.w;
	size_t size = RECORD_HEAD + body.n;
	uint8_t *p = world_alloc(w, size);
	if (!p)
		return;
	struct wr out = wr_of(p, size);
	record_put(&out, kind, sim_clock_mono(&m->clock, w->now), body);
	w->opt.record(w->opt.record_ctx, wr_span(&out));
	env_free(w->env, p);
}

static void emit_row(struct machine *m, const struct store_table *t, const struct store_row *row)
{
	size_t size = 64 + row->key.n + row->value.n;
	uint8_t *p = world_alloc(m->site.w, size);
	if (!p)
		return;
	struct wr w = wr_of(p, size);
	record_row_write(&w, t, row);
	emit(m, RECORD_ROW, wr_span(&w));
	env_free(m->site.w->env, p);
}

static void emit_rows(struct machine *m, const struct store_table *t)
{
	struct store *s = store_mem_store(m->mem);
	uint8_t key[256];
	struct span after = { key, 0 };
	struct store_row row;
	while (after.n <= sizeof(key) && store_scan(s, t, after, &row) == OK) {
		emit_row(m, t, &row);
		if (row.key.n > sizeof(key))
			return;
		memcpy(key, row.key.p, row.key.n);
		after.n = row.key.n;
	}
}

static void emit_birth(struct machine *m, const char *config)
{
	struct world *w = m->site.w;
	size_t size = 16 + strlen(config);
	uint8_t *p = world_alloc(w, size);
	if (!p)
		return;
	struct wr out = wr_of(p, size);
	record_birth_write(&out, sim_clock_wall(&m->clock, w->now), span_str(config));
	emit(m, RECORD_BIRTH, wr_span(&out));
	env_free(w->env, p);
}

void recorder_birth(struct machine *m)
{
	struct world *w = m->site.w;
	uint8_t body[8];
	struct wr start = wr_of(body, sizeof(body));
	char *config;
	if (!recorded(m))
		return;
	if (node_config_text(m->config, w->env, &config)) {
		w->err = ERR_NOMEM;
		return;
	}
	emit_birth(m, config);
	env_free(w->env, config);
	for (size_t i = 0; node_tables[i]; i++)
		emit_rows(m, node_tables[i]);
	record_start_write(&start, store_mem_newest(m->mem));
	emit(m, RECORD_START, wr_span(&start));
}

void recorder_in(struct machine *m, const struct node_in *in)
{
	if (!recorded(m))
		return;
	size_t size = record_in_size(in);
	uint8_t *p = world_alloc(m->site.w, size);
	if (!p)
		return;
	struct wr w = wr_of(p, size);
	record_in_write(&w, in);
	emit(m, RECORD_INPUT, wr_span(&w));
	env_free(m->site.w->env, p);
}

void recorder_out(struct machine *m, const struct node_out *out)
{
	if (!recorded(m))
		return;
	size_t size = record_out_size(out);
	uint8_t *p = world_alloc(m->site.w, size);
	if (!p)
		return;
	struct wr w = wr_of(p, size);
	record_out_write(&w, out);
	emit(m, RECORD_OUTPUT, wr_span(&w));
	env_free(m->site.w->env, p);
}

void recorder_random(struct machine *m, struct span octets)
{
	if (recorded(m))
		emit(m, RECORD_RANDOM, octets);
}

void recorder_store(struct machine *m, enum err e)
{
	uint8_t body = (uint8_t)-e;
	if (recorded(m))
		emit(m, RECORD_STORE, span_of(&body, 1));
}

void recorder_end(struct machine *m)
{
	if (recorded(m))
		emit(m, RECORD_END, (struct span){ NULL, 0 });
}
