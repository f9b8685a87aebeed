/* graph map: this node, the neighbors it is connected to, and the nodes that are there too.
 * A node knows its own connections alone, so no others are drawn. */
#include "cli/cli_int.h"

#include <errno.h>
#include <string.h>

#define CELL_MIN   9 /* columns of a neighbor; narrower ones make a table */
#define CELL_MAX   20
#define DRAWN_MOST 60 /* of the nodes farther away */

/* ---- signs ---- */

struct signs {
	const char *across, *down, *first, *last, *tee, *up, *cross;
};
static const struct signs ascii = { "-", "|", "+", "+", "+", "+", "+" };
static const struct signs lines = { "\u2500", "\u2502", "\u250c", "\u2510",
				    "\u252c", "\u2534", "\u253c" };

static int columns_of(const char *s)
{
	int n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Octets of at most so many characters. */
static int octets_of(const char *s, int columns)
{
	int n = 0;
	for (; s[n]; n++)
		if (((unsigned char)s[n] & 0xc0) != 0x80 && columns-- == 0)
			break;
	return n;
}

static int fitting(const char *s, int width)
{
	int n = columns_of(s);
	return n < width ? n : width;
}

/* Text in the middle of a cell, `before` blanks in front of it: those that the cell before
 * left out, since nothing may follow. What this one leaves out. */
static int put_middle(struct cli *c, const char *s, int width, enum cli_colour colour, int before)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	int n = fitting(s, width - 1), left = (width - n) / 2;
	text_span(&t, span_of(s, (size_t)octets_of(s, n)));
	fprintf(c->place->out, "%*s", before + left, "");
	cli_coloured(c, colour, buffer);
	return width - n - left;
}

/* ---- the picture ---- */

struct picture {
	const struct cli_map *map;
	const struct cli_map_node *near[CLI_ARGS_MAX];
	int n_near, cell, width; /* width: of all cells */
	const struct signs *signs;
};

static int middle_of(const struct picture *p, int i)
{
	return i * p->cell + p->cell / 2;
}

/* The sign of the branch at a column. */
static const char *branch(const struct picture *p, int at, int trunk)
{
	const struct signs *s = p->signs;
	int first = middle_of(p, 0), last = middle_of(p, p->n_near - 1);
	bool below = at % p->cell == p->cell / 2;
	if (at < first || at > last)
		return at == trunk && p->n_near == 1 ? s->down : " ";
	if (first == last)
		return s->down;
	if (at == trunk)
		return below ? s->cross : s->up;
	if (!below)
		return s->across;
	return at == first ? s->first : at == last ? s->last : s->tee;
}

static void put_branches(struct cli *c, const struct picture *p)
{
	int trunk = p->n_near == 1 ? middle_of(p, 0) : p->width / 2;
	cli_line(c->place->out, "%*s%s", trunk, "", p->signs->down);
	for (int at = 0; at <= middle_of(p, p->n_near - 1); at++)
		fputs(branch(p, at, trunk), c->place->out);
	fputc('\n', c->place->out);
}

static const char *marked(struct cli *c, const struct cli_map_node *n)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, n->label);
	text_str(&t, n->contact ? "*" : "");
	return cli_keep(c, &t);
}

static const char *usefulness(struct cli *c, const struct cli_map_node *n)
{
	char buffer[24];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, (n->utility * 100 + 2048) / 4096);
	text_str(&t, " %");
	return cli_keep(c, &t);
}

static void put_near(struct cli *c, const struct picture *p)
{
	int left = 0;
	put_branches(c, p);
	for (int i = 0; i < p->n_near; i++)
		left = put_middle(c, marked(c, p->near[i]), p->cell, CLI_GREEN, left);
	fputc('\n', c->place->out);
	left = 0;
	for (int i = 0; i < p->n_near; i++)
		left = put_middle(c, usefulness(c, p->near[i]), p->cell, CLI_PLAIN, left);
	fputc('\n', c->place->out);
}

static size_t count_far(const struct cli_map *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->n; i++)
		n += !m->nodes[i].self && !m->nodes[i].neighbor;
	return n;
}

static int far_cell(const struct cli_map *m, int width)
{
	int widest = CELL_MIN;
	for (size_t i = 0; i < m->n; i++) {
		int n = columns_of(m->nodes[i].label) + 3;
		widest = !m->nodes[i].self && !m->nodes[i].neighbor && n > widest ? n : widest;
	}
	return widest < width ? widest : width;
}

/* In rows, as they are listed. */
static void put_far(struct cli *c, const struct cli_map *m)
{
	int width = c->place->width - 4, cell = far_cell(m, width), at = 0;
	size_t n = 0, all = count_far(m);
	if (!all)
		return;
	fputc('\n', c->place->out);
	cli_wrap(c, "farther away, over neighbors of neighbors:", 0);
	for (size_t i = 0; i < m->n && n < DRAWN_MOST; i++) {
		if (m->nodes[i].self || m->nodes[i].neighbor)
			continue;
		const char *label = marked(c, &m->nodes[i]);
		fprintf(c->place->out, "%s%.*s", at ? "" : "    ", octets_of(label, cell - 1),
			label);
		at += cell;
		n++;
		bool ends = at + cell > width || n == all || n == DRAWN_MOST;
		if (ends)
			fputc('\n', c->place->out);
		else
			fprintf(c->place->out, "%*s", cell - fitting(label, cell - 1), "");
		at = ends ? 0 : at;
	}
	if (all > n)
		fprintf(c->place->out, "    and %zu more: homestead peer list %s\n", all - n,
			m->graph);
}

static void put_legend(struct cli *c, const struct cli_map *m, bool near)
{
	bool contacts = false;
	for (size_t i = 0; i < m->n; i++)
		contacts |= m->nodes[i].contact;
	if (near || contacts)
		fputc('\n', c->place->out);
	if (near)
		cli_wrap(c, "lines: our own connections, with how useful each has been of late", 0);
	if (contacts)
		cli_wrap(c, "*: a contact, which keeps watch over the graph's unity", 0);
}

/* Too narrow for a picture: who is next to whom. */
static int put_table(struct cli *c, const struct cli_map *m)
{
	static const struct cli_column columns[] = {
		{ "NODE", 0 }, { "NEXT TO", 0 }, { "USEFUL", 1 }, { 0 }
	};
	struct cli_table t = { columns, NULL, m->n, NULL };
	t.rows = arena_alloc(&c->mem, (m->n + 1) * sizeof(*t.rows));
	if (!t.rows)
		return cli_no_memory(c);
	for (size_t i = 0; i < m->n; i++) {
		const struct cli_map_node *n = &m->nodes[i];
		const struct cli_cell cells[] = {
			{ marked(c, n), n->self ? CLI_BOLD : CLI_PLAIN },
			{ n->self	? "(this node)"
			  : n->neighbor ? "this node"
					: "others",
			  CLI_PLAIN },
			{ n->neighbor ? usefulness(c, n) : "", CLI_PLAIN },
		};
		CLI_SET_CELLS(&t.rows[i], cells);
		t.rows[i].note = NULL;
	}
	cli_table_print(c, &t);
	return CLI_OK;
}

static void gather(struct picture *p)
{
	for (size_t i = 0; i < p->map->n && p->n_near < CLI_ARGS_MAX; i++)
		if (p->map->nodes[i].neighbor)
			p->near[p->n_near++] = &p->map->nodes[i];
}

/* Whether names that are cut short are still different. */
static bool names_fit(const struct picture *p)
{
	for (int i = 0; i < p->n_near; i++)
		for (int k = 0; k < i; k++) {
			const char *a = p->near[i]->label, *b = p->near[k]->label;
			int n = octets_of(a, p->cell - 1);
			if (n == octets_of(b, p->cell - 1) && strncmp(a, b, (size_t)n) == 0)
				return false;
		}
	return p->cell >= CELL_MIN;
}

int cli_map_draw(struct cli *c, const struct cli_map *m)
{
	struct picture p = { .map = m, .signs = c->place->utf8 ? &lines : &ascii };
	gather(&p);
	p.cell = p.n_near ? c->place->width / p.n_near : c->place->width;
	p.cell = p.cell > CELL_MAX ? CELL_MAX : p.cell;
	if (!names_fit(&p))
		return put_table(c, m);
	p.width = p.n_near ? p.cell * p.n_near : p.cell;
	(void)put_middle(c, marked(c, &m->nodes[0]), p.width, CLI_BOLD, 0);
	fputc('\n', c->place->out);
	if (p.n_near)
		put_near(c, &p);
	put_far(c, m);
	put_legend(c, m, p.n_near > 0);
	return CLI_OK;
}

/* ---- what is drawn ---- */

#define PERSON_MAX 20

/* An unsecured Peer ID without its "0."; of a long one, such as a machine gives itself, the
 * beginning. */
static const char *person_of(struct cli *c, const char *peer)
{
	if (strncmp(peer, "0.", 2) == 0 && peer[2])
		peer += 2;
	return columns_of(peer) > PERSON_MAX ? cli_short(c, peer) : peer;
}

/* A Peer ID says who runs a node; where somebody runs several, the Node ID tells them apart. */
static const char *label_of(struct cli *c, const struct ops_graph_nodes *all,
			    const struct ops_graph_node *n)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	size_t same = 0;
	for (size_t i = 0; i < all->n_nodes; i++)
		same += strcmp(all->nodes[i].peer, n->peer) == 0;
	text_str(&t, n->label[0]  ? n->label
		     : n->peer[0] ? person_of(c, n->peer)
				  : cli_short(c, n->node));
	if (same > 1 && n->peer[0]) {
		text_char(&t, '/');
		text_str(&t, cli_short(c, n->node));
	}
	return cli_shown(c, cli_keep(c, &t));
}

static void set_node(struct cli *c, struct cli_map_node *to, const struct cli_mesh *m,
		     const struct ops_graph_node *n)
{
	const struct ops_graph_link *l = n->self ? NULL : cli_link_to(m, n->node);
	bool linked = l && strcmp(l->kind, "neighbor") == 0 && strcmp(l->state, "connected") == 0;
	*to = (struct cli_map_node){ label_of(c, &m->nodes, n), n->self, linked, n->contact,
				     linked ? l->utility : 0 };
}

/* Ourselves first: known even when we do not say that we are here. */
static int make_map(struct cli *c, const struct ops_graph *g, const struct cli_mesh *m,
		    struct cli_map *out)
{
	struct cli_map_node *nodes = arena_alloc(&c->mem, (m->nodes.n_nodes + 1) * sizeof(*nodes));
	if (!nodes)
		return cli_no_memory(c);
	nodes[0] = (struct cli_map_node){ cli_shown(c, person_of(c, g->peer)), true, false,
					  g->contact, 0 };
	*out = (struct cli_map){ g->id, nodes, 1 };
	for (size_t i = 0; i < m->nodes.n_nodes; i++) {
		const struct ops_graph_node *n = &m->nodes.nodes[i];
		set_node(c, n->self ? &nodes[0] : &nodes[out->n++], m, n);
	}
	return CLI_OK;
}

static int write_svg(struct cli *c, const struct cli_map *m)
{
	bool standard = strcmp(c->svg, "-") == 0;
	FILE *f = standard ? c->place->out : fopen(c->svg, "we");
	if (f)
		cli_map_svg(f, m);
	if (f && (standard ? fflush(f) : fclose(f)) == 0)
		return CLI_OK;
	char message[CLI_TEXT_MAX];
	struct text t = TEXT_OF(message);
	text_quoted(&t, span_str(c->svg), 200);
	text_str(&t, " cannot be written: ");
	text_str(&t, strerror(errno));
	return cli_complain(c, &(struct cli_complaint){ CLI_FAILED, "IO", message, "--svg -" });
}

static int not_open(struct cli *c, const struct ops_graph *g)
{
	char message[CLI_TEXT_MAX], hint[CLI_TEXT_MAX];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	text_str(&m, "this machine does not take part in graph ");
	text_quoted(&m, span_str(g->id), 200);
	text_str(&h, "homestead graph open ");
	text_str(&h, g->id);
	return cli_complain(c,
			    &(struct cli_complaint){ CLI_NOT_READY, "NOT_READY", message, hint });
}

static int print_map(struct cli *c)
{
	struct ops_graph g;
	struct cli_mesh m;
	struct cli_map map;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GRAPH, .graph = c->graph }, &g);
	if (!exit && !g.open)
		return not_open(c, &g);
	if (!exit)
		exit = cli_mesh(c, &m);
	if (!exit)
		exit = make_map(c, &g, &m, &map);
	if (exit)
		return exit;
	return c->svg ? write_svg(c, &map) : cli_map_draw(c, &map);
}

int cli_run_graph_map(struct cli *c)
{
	int exit = cli_graph(c);
	if (exit)
		return exit;
	if (cli_is_terse(c))
		return cli_run_peer_list(c);
	return c->given[CLI_WATCH] ? cli_watch(c, print_map) : print_map(c);
}
