#include "failing_env.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/store_mem.h"
#include "graph/query.h"
#include "os/clock.h"
#include "played_graph.h"

struct played_graph played_graph;

static struct crypto *crypto;
static struct store_mem *mem;
static uint64_t next_row;

const struct graphs *__wrap_node_graphs(const struct node *n);
bool __wrap_graphs_next(const struct graphs *s, size_t *at, struct graphs_info *out);
const struct graph *__wrap_graphs_find(const struct graphs *s, struct span id);
uint16_t __wrap_graphs_port(const struct graphs *s);
enum err __wrap_graphs_health(const struct graphs *s);
void __wrap_graphs_counts(const struct graphs *s, struct graphs_counts *out);
void __wrap_graph_info(const struct graph *g, struct mono now, struct graph_info *out);
const struct graph_db *__wrap_graph_database(const struct graph *g);
int64_t __wrap_graph_time_wall(const struct graph *g, uint64_t t);
bool __wrap_graph_link_next(const struct graph *g, size_t *at, struct graph_link_info *out);
bool __wrap_graph_node_next(const struct graph *g, size_t *at, struct graph_node_info *out);
enum err __wrap_graph_record_get(const struct graph *g, const struct graph_guid *id,
				 struct graph_record *out);
enum err __wrap_graph_entry_get(const struct graph *g, const struct graph_entry *e,
				struct graph_record *out);

const struct graphs *__wrap_node_graphs(const struct node *n)
{
	return played_graph.on ? (const struct graphs *)(const void *)&played_graph : NULL;
}

bool __wrap_graphs_next(const struct graphs *s, size_t *at, struct graphs_info *out)
{
	if (*at >= played_graph.n_graphs)
		return false;
	*out = played_graph.graphs[(*at)++];
	return true;
}

const struct graph *__wrap_graphs_find(const struct graphs *s, struct span id)
{
	for (size_t i = 0; i < played_graph.n_graphs; i++)
		if (span_eq(span_str(played_graph.graphs[i].id), id))
			return played_graph.graphs[i].graph;
	return NULL;
}

uint16_t __wrap_graphs_port(const struct graphs *s)
{
	return played_graph.port;
}

enum err __wrap_graphs_health(const struct graphs *s)
{
	return played_graph.health;
}

void __wrap_graphs_counts(const struct graphs *s, struct graphs_counts *out)
{
	*out = played_graph.strange;
}

void __wrap_graph_info(const struct graph *g, struct mono now, struct graph_info *out)
{
	*out = played_graph.info;
	out->properties = &played_graph.properties;
	graph_db_info(played_graph.db, &out->db);
}

const struct graph_db *__wrap_graph_database(const struct graph *g)
{
	return played_graph.db;
}

int64_t __wrap_graph_time_wall(const struct graph *g, uint64_t t)
{
	return t < GRAPH_TIME_UNIX ? 0 : (int64_t)((t - GRAPH_TIME_UNIX) / 10);
}

bool __wrap_graph_link_next(const struct graph *g, size_t *at, struct graph_link_info *out)
{
	if (*at >= played_graph.n_links)
		return false;
	*out = played_graph.links[(*at)++];
	return true;
}

bool __wrap_graph_node_next(const struct graph *g, size_t *at, struct graph_node_info *out)
{
	if (*at >= played_graph.n_nodes)
		return false;
	*out = played_graph.nodes[(*at)++];
	return true;
}

enum err __wrap_graph_record_get(const struct graph *g, const struct graph_guid *id,
				 struct graph_record *out)
{
	const struct graph_entry *e = graph_db_find(played_graph.db, id);
	if (!e || e->deleted)
		return ERR_NOT_FOUND;
	return __wrap_graph_entry_get(g, e, out);
}

enum err __wrap_graph_entry_get(const struct graph *g, const struct graph_entry *e,
				struct graph_record *out)
{
	struct span octets;
	enum err bad = graph_db_octets(played_graph.db, e, &octets);
	return bad ? bad : graph_record_decode(octets, out);
}

/* Commands */

static void keep_text(char *to, size_t size, struct span s)
{
	struct text t = text_of(to, size);
	text_span(&t, s);
}

void played_graph_take(const struct graphs_command *c, engine_done_fn *done, void *arg,
		       uint64_t number)
{
	struct played_graph *p = &played_graph;
	if (c->kind == GRAPHS_CANCEL) {
		p->cancelled = c->other;
		return;
	}
	p->commands++;
	if (c->kind == GRAPHS_OF)
		p->counts[c->of.kind]++;
	if (c->kind == GRAPHS_OF && c->of.kind == GRAPH_CONN_READ)
		p->paused = c->of.paused;
	p->command = *c;
	keep_text(p->id, sizeof(p->id), c->id);
	keep_text(p->peer, sizeof(p->peer), c->peer);
	keep_text(p->name, sizeof(p->name), c->name);
	keep_text(p->text, sizeof(p->text), c->of.attributes);
	if (c->properties)
		p->made = *c->properties;
	if (c->of.properties)
		p->made = *c->of.properties;
	if (c->of.payload.n && c->of.payload.n <= sizeof(p->payload))
		memcpy(p->payload, c->of.payload.p, c->of.payload.n);
	p->payload_n = c->of.payload.n;
	if (p->n_held == PLAYED_HELD)
		abort();
	p->held[p->n_held++] = (struct held){ done, arg, number };
	if (!p->later)
		played_graph_answer(&p->result);
}

void played_graph_forget(uint64_t number)
{
	struct played_graph *p = &played_graph;
	for (size_t i = 0; i < p->n_held; i++)
		if (number && p->held[i].number == number)
			memmove(&p->held[i], &p->held[i + 1],
				(--p->n_held - i) * sizeof(p->held[0]));
}

void played_graph_answer(const struct engine_result *r)
{
	struct played_graph *p = &played_graph;
	if (!p->n_held)
		abort();
	struct held h = p->held[0];
	memmove(&p->held[0], &p->held[1], --p->n_held * sizeof(p->held[0]));
	h.done(h.arg, r);
}

/* Records */

static struct span utf16(const char *s, uint8_t *out, size_t size)
{
	size_t n;
	if (!s || graph_utf16(span_str(s), size / 2, out, &n) != OK)
		return span_of(NULL, 0);
	return span_of(out, n);
}

struct graph_entry *played_graph_record(const struct played_record *r)
{
	static uint8_t creator[100], graph[100], xml[4000], octets[400000];
	struct graph_entry *e;
	enum graph_fault why;
	uint64_t number;
	int64_t then = played.wall_us - r->age * MONO_SEC;
	struct graph_record rec = { .version = 1,
				    .flags = r->deleted ? GRAPH_RECORD_DELETED : 0,
				    .creator = utf16("0.ann", creator, sizeof(creator)),
				    .graph = utf16("0.notes", graph, sizeof(graph)),
				    .protocol = GRAPH_PROTOCOL,
				    .attributes = utf16(r->attributes, xml, sizeof(xml)) };
	memset(rec.id.at, r->seed, sizeof(rec.id.at));
	memset(rec.type.at, r->seed, sizeof(rec.type.at));
	if (r->word)
		assert_int_equal(graph_type_of_word(crypto, span_str(r->word), &rec.type), OK);
	rec.created = rec.modified = (uint64_t)then * 10 + GRAPH_TIME_UNIX;
	rec.expires = rec.created + 86400 * GRAPH_TICKS_SEC;
	if (r->payload)
		rec.payload = span_of(r->payload, r->payload_n ? r->payload_n : strlen(r->payload));
	struct graph_db_put put = { .record = &rec, .local = GRAPH_ENTRY_OURS };
	struct wr w = wr_of(octets, sizeof(octets));
	graph_record_put(&w, &rec);
	assert_false(w.failed);
	put.octets = span_of(octets, w.n);
	if (r->attributes)
		assert_int_equal(graph_attrs_read(&put.attrs, rec.attributes, os_env(), NULL), OK);
	assert_int_equal(graph_db_put(played_graph.db, &put, &e, &number, &why), OK);
	return e;
}

static void add_graphs(void)
{
	struct played_graph *p = &played_graph;
	const struct graph *there = (const struct graph *)(const void *)p;
	p->n_graphs = 2;
	p->graphs[0] = (struct graphs_info){ 1, true, true, "0.notes", "0.ann", there };
	p->graphs[1] = (struct graphs_info){ 2, false, false, "0.attic", "0.ann", NULL };
	p->properties = (struct graph_properties){ .id = "0.notes",
						   .creator = "0.ann",
						   .scope = GRAPH_SCOPE_GLOBAL,
						   .profile = CRYPTO_MODERN,
						   .name = "Notes",
						   .comment = "of the house",
						   .presence_max = GRAPH_PRESENCE_ALL };
	p->info = (struct graph_info){ .peer = "0.ann",
				       .node = 0x1122334455667788,
				       .signature = 0x0102030405060708,
				       .created = true,
				       .loaded = true,
				       .listening = true,
				       .synchronised = true,
				       .neighbors = 2,
				       .nodes = 3,
				       .contacts = 1,
				       .contacts_wanted = 5,
				       .time_delta = -25000000,
				       .time = (uint64_t)played.wall_us * 10 + GRAPH_TIME_UNIX,
				       .counts = { .in = 1000, .fresh = 7 } };
	p->info.maintain_at = mono_add(os_mono(), 30 * MONO_SEC);
}

static void add_others(void)
{
	struct played_graph *p = &played_graph;
	struct addr a;
	assert_int_equal(addr_parse(span_str("192.0.2.9:3587"), 0, &a), OK);
	p->n_links = 2;
	p->links[0] = (struct graph_link_info){ .conn = 5,
						.connected = true,
						.node = 0x99,
						.peer = "0.bob",
						.local = a,
						.remote = a,
						.utility = 244,
						.state = "connected",
						.sync = "hash",
						.useful = 3,
						.skew = -1500000 };
	p->links[1] = (struct graph_link_info){
		.conn = 6, .direct = true, .incoming = true, .state = "accepted", .sync = ""
	};
	p->links[0].since = p->links[1].since = os_mono();
	p->n_nodes = 2;
	p->nodes[0] = (struct graph_node_info){ .node = 0x1122334455667788,
						.peer = "0.ann",
						.self = true };
	p->nodes[1] = (struct graph_node_info){ .node = 0x99,
						.peer = "0.bob",
						.neighbor = true,
						.n_addresses = 1,
						.address = { a },
						.attributes = span_str("in the attic") };
}

#define NOTE                                                                                       \
	"<attributes><attribute name=\"recordtype\" type=\"string\">note</attribute>"              \
	"<attribute name=\"author\" type=\"string\">%s</attribute></attributes>"

static void add_records(void)
{
	char ann[300], bob[300];
	(void)snprintf(ann, sizeof(ann), NOTE, "ann");
	(void)snprintf(bob, sizeof(bob), NOTE, "bob");
	played_graph_record(&(struct played_record){ 0x11, "note", ann, "milk", 0, 50, false });
	played_graph_record(
		&(struct played_record){ 0x22, "note", bob, "\xff\x00z", 3, 40, false });
	played_graph_record(&(struct played_record){ 0x33, NULL, NULL, NULL, 0, 30, false });
	played_graph_record(&(struct played_record){ 0x44, "note", NULL, NULL, 0, 20, true });
	static char large[100000];
	memset(large, 'x', sizeof(large));
	played_graph_record(
		&(struct played_record){ 0x55, NULL, NULL, large, sizeof(large), 10, false });
}

void played_graph_init(void)
{
	static const struct graph_db_limits limits = { .octets = 1 << 30,
						       .creator_octets = 1 << 30,
						       .records = 1 << 20,
						       .types = 1000,
						       .persons = 1000 };
	memset(&played_graph, 0, sizeof(played_graph));
	played_graph.on = true;
	played_graph.port = GRAPH_PORT;
	played.node_config.graph.port = GRAPH_PORT;
	next_row = 1;
	assert_int_equal(crypto_new(&crypto, os_env()), OK);
	assert_int_equal(store_mem_new(&mem, os_env()), OK);
	assert_int_equal(graph_db_new(&played_graph.db, 1, os_env(), store_mem_store(mem), crypto,
				      CRYPTO_MODERN, &limits, &next_row),
			 OK);
	add_graphs();
	add_others();
	add_records();
}

void played_graph_fini(void)
{
	graph_db_free(played_graph.db);
	store_mem_free(mem);
	crypto_free(crypto);
	memset(&played_graph, 0, sizeof(played_graph));
	mem = NULL;
	crypto = NULL;
}

struct ops_request played_of(enum ops_kind kind, const char *name)
{
	struct ops_request r = { .kind = kind };
	if (ops_rows[kind].request)
		ops_clear(ops_rows[kind].request, &r.values);
	ops_set_text(r.graph, sizeof(r.graph), "1");
	ops_set_text(r.name, sizeof(r.name), name);
	return r;
}
