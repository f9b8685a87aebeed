/* Graphs by the public header: the same program for a daemon and for the engine in this
 * process. Two machines, two nodes, over loopback. */
#include "machine.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct machine *const a = &machines[0], *const b = &machines[1];
static hst_graph *ga, *gb;

static const char file[] = "pnrp: { enabled = false; };\n"
			   "graph: { port = 0; listen = \"127.0.0.1\"; loopback = \"yes\"; "
			   "lab = true; };\n";
static const char text[] = "graph {\n\tport = 0\n\tlisten = 127.0.0.1\n\tloopback = yes\n"
			   "\tlab = yes\n}\n";

static void create(struct machine *m, const char *id, hst_graph **g)
{
	hst_graph_props p = HST_INIT(hst_graph_props);
	p.id = id;
	p.peer = "0.ann";
	p.name = "Everybody";
	p.comment = "a \"graph\" of \xc3\xa4ll";
	p.flags = HST_GRAPH_LISTEN;
	MACHINE_OK(m, hst_graph_create(m->ctx, &p, g));
}

static bool is_synced(const hst_event *e, const void *arg)
{
	static const hst_guid all;
	return e->kind == HST_EVENT_SYNCED && memcmp(&e->type, &all, sizeof(all)) == 0;
}

static void join(struct machine *m, const char *id, uint16_t port, hst_graph **g)
{
	hst_graph_props p = HST_INIT(hst_graph_props);
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	hst_sub sub;
	hst_op op;
	p.id = id;
	p.peer = "0.bob";
	p.flags = HST_GRAPH_LISTEN;
	assert_int_equal(hst_graph_open(m->ctx, &p, g), HST_CREATED);
	MACHINE_OK(m, hst_graph_subscribe(*g, HST_KIND(HST_EVENT_SYNCED), NULL, &sub));
	MACHINE_OK(m, hst_graph_connect(*g, NULL, (struct sockaddr *)&to, 0, &op));
	machine_await(m, is_synced, NULL);
	MACHINE_OK(m, hst_unsubscribe(m->ctx, sub));
}

static int pair_up(void **state)
{
	int r = machines_up(state);
	create(a, "friends", &ga);
	join(b, "friends", machine_port(a), &gb);
	return r;
}

static int pair_down(void **state)
{
	hst_free(ga);
	hst_free(gb);
	ga = gb = NULL;
	return machines_down(state);
}

static hst_guid add_text(struct machine *m, hst_graph *g, const char *word, const char *data)
{
	hst_record r = HST_INIT(hst_record);
	hst_guid id;
	r.word = word;
	r.data = data;
	r.data_n = strlen(data);
	MACHINE_OK(m, hst_record_add(g, &r, &id));
	return id;
}

struct want {
	const hst_guid *id;
	uint32_t change, version;
};

static bool is_change(const hst_event *e, const void *arg)
{
	const struct want *w = arg;
	return e->kind == HST_EVENT_RECORD && memcmp(&e->id, w->id, sizeof(e->id)) == 0 &&
	       e->change == w->change && e->version == w->version;
}

static void await_change(struct machine *m, const hst_guid *id, uint32_t change, uint32_t version)
{
	machine_await(m, is_change, &(struct want){ id, change, version });
}

static void a_graph_is_made_and_told(void **state)
{
	hst_graph_info *i;
	hst_graph *again;
	hst_graph_props p = HST_INIT(hst_graph_props);
	MACHINE_OK(a, hst_graph_get(ga, &i));
	assert_string_equal(i->id, "friends");
	assert_string_equal(i->peer, "0.ann");
	assert_string_equal(i->name, "Everybody");
	assert_string_equal(i->comment, "a \"graph\" of \xc3\xa4ll");
	assert_true(i->open && i->listening && i->synchronised && i->node);
	assert_non_null(strstr(i->json, "\"friends\""));
	hst_free(i);
	p.id = "friends";
	p.peer = "0.ann";
	int r = hst_graph_create(a->ctx, &p, &again);
	if (r != HST_E_EXISTS)
		fail_msg("%d: %s", r, hst_last_error(a->ctx)->message);
	assert_int_equal(hst_graph_open(a->ctx, &p, &again), HST_OK);
	assert_string_equal(hst_graph_id(again), "friends");
	hst_free(again);
	MACHINE_OK(b, hst_graph_get(gb, &i));
	assert_string_equal(i->name, "Everybody");
	assert_int_equal(i->neighbors, 1);
	hst_free(i);
}

static void bad_properties_are_refused(void **state)
{
	hst_graph_props p = HST_INIT(hst_graph_props);
	hst_graph *g = NULL;
	assert_int_equal(hst_graph_create(a->ctx, &p, &g), HST_E_INVALID);
	p.id = "other";
	p.scope = 7;
	assert_int_equal(hst_graph_create(a->ctx, &p, &g), HST_E_INVALID);
	p.scope = HST_SCOPE_GLOBAL;
	p.flags = 0x100;
	assert_int_equal(hst_graph_create(a->ctx, &p, &g), HST_E_INVALID);
	p.flags = 0;
	p.profile = "medieval";
	assert_int_equal(hst_graph_create(a->ctx, &p, &g), HST_E_INVALID);
	assert_true(hst_last_error(a->ctx)->message[0] != 0);
	p.size = 4;
	assert_int_equal(hst_graph_create(a->ctx, &p, &g), HST_E_INVALID);
	assert_int_equal(hst_graph_create(a->ctx, NULL, &g), HST_E_INVALID);
	assert_null(g);
}

static void a_record_is_everywhere(void **state)
{
	hst_sub sub;
	hst_record *r, change = HST_INIT(hst_record);
	hst_attr attr = { "author", HST_ATTR_STRING, "ann <&>" };
	MACHINE_OK(b, hst_graph_subscribe(gb, HST_KIND(HST_EVENT_RECORD), NULL, &sub));
	hst_guid id = add_text(a, ga, "note", "soup at eight");
	await_change(b, &id, HST_RECORD_ADDED, 1);
	MACHINE_OK(b, hst_record_get(gb, &id, &r));
	assert_string_equal(r->data, "soup at eight");
	assert_int_equal(r->data_n, 13);
	assert_int_equal(r->version, 1);
	assert_string_equal(r->creator, "0.ann");
	assert_string_equal(r->word, "note");
	assert_true(r->created > 0 && r->expires > r->created && !r->ours);
	hst_free(r);
	change.id = id;
	change.data = "soup at nine";
	change.data_n = 12;
	change.attrs = &attr;
	change.n_attrs = 1;
	MACHINE_OK(b, hst_record_update(gb, &change, HST_RECORD_DATA | HST_RECORD_ATTRS, 1));
	await_change(b, &id, HST_RECORD_UPDATED, 2);
	assert_int_equal(hst_record_update(gb, &change, HST_RECORD_DATA, 1), HST_E_EXISTS);
	MACHINE_OK(b, hst_unsubscribe(b->ctx, sub));
	MACHINE_OK(a, hst_graph_subscribe(ga, 0, NULL, &sub));
	MACHINE_OK(b, hst_record_delete(gb, &id, 0));
	assert_int_equal(hst_record_get(gb, &id, &r), HST_E_NOT_FOUND);
	machine_await(a, is_change, &(struct want){ &id, HST_RECORD_DELETED, 3 });
	assert_int_equal(hst_record_get(ga, &id, &r), HST_E_NOT_FOUND);
	assert_int_equal(hst_record_delete(ga, &id, 0), HST_E_NOT_FOUND);
}

static size_t count(struct machine *m, hst_graph *g, const hst_guid *type, const char *query)
{
	hst_iter *it;
	void *r;
	size_t n = 0;
	int more;
	MACHINE_OK(m, hst_record_list(g, type, query, 0, &it));
	while ((more = hst_iter_next(it, &r)) == 1) {
		n++;
		hst_free(r);
	}
	MACHINE_OK(m, more);
	hst_free(it);
	return n;
}

static void add_numbered(int i)
{
	char digits[12];
	hst_record r = HST_INIT(hst_record);
	hst_attr attrs[] = { { "number", HST_ATTR_INT, digits },
			     { "author", HST_ATTR_STRING, i % 2 ? "ann" : "eve" } };
	(void)snprintf(digits, sizeof(digits), "%d", i);
	r.word = "page";
	r.data = digits;
	r.data_n = strlen(digits);
	r.attrs = attrs;
	r.n_attrs = 2;
	MACHINE_OK(a, hst_record_add(ga, &r, NULL));
}

static bool has_attr(const hst_record *r, const char *name, int type, const char *value)
{
	for (size_t i = 0; i < r->n_attrs; i++)
		if (strcmp(r->attrs[i].name, name) == 0 && r->attrs[i].type == type &&
		    strcmp(r->attrs[i].value, value) == 0)
			return true;
	return false;
}

static void records_are_listed_and_searched(void **state)
{
	hst_guid page, none = { { 7 } };
	hst_iter *it;
	hst_record *r;
	void *item;
	for (int i = 0; i < 230; i++) /* more than two pages of an answer */
		add_numbered(i);
	(void)add_text(a, ga, "note", "else");
	assert_int_equal(hst_record_type("page", &page), HST_OK);
	assert_int_equal(count(a, ga, NULL, NULL), 231);
	assert_int_equal(count(a, ga, &page, NULL), 230);
	assert_int_equal(count(a, ga, &none, NULL), 0);
	assert_int_equal(count(a, ga, &page, "author = \"ann\" and number < 100"), 50);
	MACHINE_OK(a, hst_record_list(ga, NULL, "author = ", 0, &it));
	assert_int_equal(hst_iter_next(it, &item), HST_E_INVALID);
	assert_non_null(strstr(hst_last_error(a->ctx)->message, "column"));
	hst_free(it);
	MACHINE_OK(a, hst_record_list(ga, &page, "number = 7", 0, &it));
	assert_int_equal(hst_iter_next(it, &item), 1);
	hst_free(it); /* what it gave outlives it */
	r = item;
	assert_string_equal(r->data, "7");
	assert_true(has_attr(r, "number", HST_ATTR_INT, "7"));
	assert_true(has_attr(r, "author", HST_ATTR_STRING, "ann"));
	hst_free(r);
}

static void a_large_record_goes_over_a_stream(void **state)
{
	static char data[3 << 20];
	hst_record r = HST_INIT(hst_record), *back;
	hst_sub sub;
	hst_guid id;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7919 >> 8);
	r.word = "picture";
	r.data = data;
	r.data_n = sizeof(data);
	MACHINE_OK(b, hst_graph_subscribe(gb, HST_KIND(HST_EVENT_RECORD), NULL, &sub));
	MACHINE_OK(a, hst_record_add(ga, &r, &id));
	await_change(b, &id, HST_RECORD_ADDED, 1);
	MACHINE_OK(b, hst_record_get(gb, &id, &back));
	assert_int_equal(back->data_n, sizeof(data));
	assert_memory_equal(back->data, data, sizeof(data));
	hst_free(back);
	r.id = id;
	r.data_n = 2 << 20;
	MACHINE_OK(a, hst_record_update(ga, &r, HST_RECORD_DATA, 1));
	assert_int_equal(hst_record_update(ga, &r, HST_RECORD_DATA, 1), HST_E_EXISTS);
}

static void nodes_and_links_are_listed(void **state)
{
	hst_iter *it;
	void *item;
	size_t n = 0;
	MACHINE_OK(a, hst_graph_links(ga, &it));
	while (hst_iter_next(it, &item) == 1) {
		const hst_link_info *l = item;
		assert_string_equal(l->peer, "0.bob");
		assert_true(l->incoming && !l->direct && l->conn && l->node);
		assert_int_equal(l->remote.ss_family, AF_INET);
		hst_free(item);
		n++;
	}
	hst_free(it);
	assert_int_equal(n, 1);
	MACHINE_OK(b, hst_graph_nodes(gb, &it));
	n = 0;
	while (hst_iter_next(it, &item) == 1) {
		const hst_node_info *i = item;
		n += i->neighbor && strcmp(i->peer, "0.ann") == 0;
		hst_free(item);
	}
	hst_free(it);
	assert_int_equal(n, 1);
}

static void properties_are_set(void **state)
{
	hst_graph_props p = HST_INIT(hst_graph_props);
	hst_sub sub;
	hst_graph_info *i;
	MACHINE_OK(b, hst_graph_subscribe(gb, HST_KIND(HST_EVENT_PROPS), NULL, &sub));
	p.name = "Nobody";
	assert_int_equal(hst_graph_set(ga, &p, 0), HST_E_INVALID);
	assert_int_equal(hst_graph_set(ga, &p, 0x1000), HST_E_INVALID);
	MACHINE_OK(a, hst_graph_set(ga, &p, HST_SET_NAME));
	machine_await_kind(b, HST_EVENT_PROPS);
	MACHINE_OK(b, hst_graph_get(gb, &i));
	assert_string_equal(i->name, "Nobody");
	hst_free(i);
}

static void a_ping_is_an_operation(void **state)
{
	hst_op op;
	MACHINE_OK(b, hst_graph_ping(gb, 0, 0, &op));
	assert_int_equal(machine_end(b, op)->result, HST_OK);
	MACHINE_OK(b, hst_graph_ping(gb, 12345, 0, &op));
	assert_int_equal(machine_end(b, op)->result, HST_E_NOT_FOUND);
}

/* Direct connections */

static hst_conn *called, *calling;

static bool is_call(const hst_event *e, const void *arg)
{
	return e->kind == HST_EVENT_DIRECT && e->incoming && e->change == HST_LINK_CONNECTED;
}

static void call_up(void)
{
	hst_sub sub;
	hst_op op;
	MACHINE_OK(a, hst_graph_subscribe(ga, HST_KIND(HST_EVENT_DIRECT), NULL, &sub));
	MACHINE_OK(a, hst_graph_accept(ga, true));
	MACHINE_OK(b, hst_conn_open(gb, "0.ann", 0, NULL, 0, &calling, &op));
	assert_int_equal(machine_end(b, op)->result, HST_OK);
	const hst_event *e = machine_await(a, is_call, NULL);
	assert_string_equal(e->peer, "0.bob");
	MACHINE_OK(a, hst_conn_take(ga, e->conn_number, &called));
}

static void hang_up(void)
{
	hst_free(called);
	hst_free(calling);
	called = calling = NULL;
}

static void say(hst_conn *k, const char *words)
{
	char half[100];
	size_t n = strlen(words) / 2;
	hst_guid type = { { 1, 2, 3 } };
	memcpy(half, words, n);
	struct iovec iov[] = { { half, n }, { (void *)(words + n), strlen(words) - n } };
	assert_int_equal(hst_conn_send(k, &type, iov, 2), HST_OK);
}

static void messages_go_both_ways(void **state)
{
	call_up();
	say(calling, "hello");
	const hst_event *e = machine_await_kind(a, HST_EVENT_DATA);
	assert_ptr_equal(e->conn, called);
	assert_int_equal(e->data_n, 5);
	assert_string_equal(e->data, "hello");
	assert_int_equal(e->type.at[2], 3);
	say(called, "and good night");
	e = machine_await_kind(b, HST_EVENT_DATA);
	assert_string_equal(e->data, "and good night");
	MACHINE_OK(b, hst_conn_close(calling));
	assert_int_equal(hst_conn_close(calling), HST_E_NOT_READY);
	e = machine_await_kind(a, HST_EVENT_CLOSED);
	assert_ptr_equal(e->conn, called);
	struct iovec iov = { (void *)"x", 1 };
	assert_int_equal(hst_conn_send(called, NULL, &iov, 1), HST_E_NOT_READY);
	hang_up();
}

static void messages_have_a_limit(void **state)
{
	static uint8_t most[(1 << 20) + 1];
	struct iovec iov[] = { { most, 1 << 20 }, { most, 1 } };
	call_up();
	assert_int_equal(hst_conn_send(calling, NULL, iov, 2), HST_E_INVALID);
	assert_int_equal(hst_conn_send(NULL, NULL, iov, 1), HST_E_INVALID);
	MACHINE_OK(b, hst_conn_send(calling, NULL, NULL, 0));
	MACHINE_OK(b, hst_conn_send(calling, NULL, iov, 1));
	assert_int_equal(machine_await_kind(a, HST_EVENT_DATA)->data_n, 0);
	assert_int_equal(machine_await_kind(a, HST_EVENT_DATA)->data_n, 1 << 20);
	hang_up();
}

#define PIECE  50000
#define PIECES 400 /* 20 MB: more than all buffers on the way */

static void fill(uint8_t *p, size_t number)
{
	for (size_t i = 0; i < PIECE; i++)
		p[i] = (uint8_t)(number * 31 + i * 7);
}

/* Sends as many as it may; whether it has to wait. */
static bool send_more(size_t *sent)
{
	static uint8_t piece[PIECE];
	struct iovec iov = { piece, PIECE };
	while (*sent < PIECES) {
		fill(piece, *sent);
		int r = hst_conn_send(calling, NULL, &iov, 1);
		if (r == HST_E_AGAIN)
			return true;
		assert_int_equal(r, HST_OK);
		++*sent;
	}
	return false;
}

static void who_does_not_read_holds_the_other_back(void **state)
{
	static uint8_t piece[PIECE];
	size_t sent = 0, got = 0;
	call_up();
	/* The receiver takes nothing, until the sender is stuck for good: what is on the way
	 * is bounded. */
	assert_true(send_more(&sent));
	while (got < PIECES) {
		const hst_event *e = machine_await_kind(a, HST_EVENT_DATA);
		fill(piece, got++);
		assert_int_equal(e->data_n, PIECE);
		assert_memory_equal(e->data, piece, PIECE);
		(void)send_more(&sent);
	}
	assert_int_equal(sent, PIECES);
	hang_up();
}

static bool is_room(const hst_event *e, const void *arg)
{
	return e->kind == HST_EVENT_WRITABLE;
}

static void who_waits_is_told_when_there_is_room(void **state)
{
	size_t sent = 0;
	call_up();
	assert_true(send_more(&sent));
	for (size_t before = sent; sent < before + 20;) {
		machine_await(b, is_room, NULL);
		(void)send_more(&sent);
		/* The other side reads meanwhile: machine_await() keeps its events. */
	}
	hang_up();
}

static void nobody_is_called_who_does_not_want_it(void **state)
{
	hst_op op;
	hst_conn *k;
	MACHINE_OK(a, hst_graph_accept(ga, false));
	MACHINE_OK(b, hst_conn_open(gb, "0.ann", 0, NULL, 0, &k, &op));
	const hst_event *e = machine_end(b, op);
	assert_true(e->result < 0);
	assert_true(e->message[0] && e->hint[0]);
	hst_free(k);
	assert_int_equal(hst_conn_open(gb, NULL, 0, NULL, 0, &k, &op), HST_E_INVALID);
	MACHINE_OK(b, hst_conn_open(gb, "0.nobody", 0, NULL, 0, &k, &op));
	assert_true(machine_end(b, op)->result < 0);
	hst_free(k);
}

static void a_connection_may_go_while_it_is_opened(void **state)
{
	hst_op op;
	hst_conn *k;
	MACHINE_OK(a, hst_graph_accept(ga, true));
	MACHINE_OK(b, hst_conn_open(gb, "0.ann", 0, NULL, 0, &k, &op));
	hst_free(k);
	assert_int_equal(machine_end(b, op)->result, HST_E_CANCELLED);
}

/* Databases */

static void a_database_goes_out_and_in(void **state)
{
	char path[100];
	hst_graph_props p = HST_INIT(hst_graph_props);
	hst_op op;
	for (int i = 0; i < 20; i++)
		add_numbered(i);
	(void)snprintf(path, sizeof(path), "%s/database", a->dir);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	MACHINE_OK(a, hst_graph_export(ga, fd, 0, &op));
	assert_int_equal(machine_end(a, op)->result, HST_OK);
	assert_true(lseek(fd, 0, SEEK_CUR) > 20 * 60);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	MACHINE_OK(a, hst_graph_delete(ga));
	hst_free(ga);
	p.id = "friends";
	p.peer = "0.ann";
	MACHINE_OK(a, hst_graph_open(a->ctx, &p, &ga));
	assert_int_equal(count(a, ga, NULL, NULL), 0);
	MACHINE_OK(a, hst_graph_import(ga, fd, 0, &op));
	const hst_event *e = machine_end(a, op);
	if (e->result < 0)
		fail_msg("%s", e->message);
	assert_non_null(strstr(e->json, "\"records\""));
	close(fd);
	assert_int_equal(count(a, ga, NULL, "author = \"ann\""), 10);
}

static void an_import_of_anything_else_is_refused(void **state)
{
	hst_op op;
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	hst_graph_props p = HST_INIT(hst_graph_props);
	hst_graph *g;
	p.id = "alone";
	MACHINE_OK(a, hst_graph_create(a->ctx, &p, &g));
	MACHINE_OK(a, hst_graph_import(g, fd, 0, &op));
	const hst_event *e = machine_end(a, op);
	assert_int_equal(e->result, HST_E_INVALID);
	assert_true(e->message[0] != 0);
	close(fd);
	hst_free(g);
}

/* says: what its message ends with. */
static int end_of(const char *path, int flags, int (*begin)(hst_graph *, int, int, hst_op *),
		  const char *says)
{
	hst_op op;
	int fd = open(path, flags | O_CLOEXEC);
	assert_true(fd >= 0);
	MACHINE_OK(a, begin(ga, fd, 0, &op));
	const hst_event *e = machine_end(a, op);
	size_t n = strlen(e->message), end = strlen(says);
	assert_true(n >= end);
	assert_string_equal(e->message + n - end, says);
	int r = e->result;
	close(fd);
	return r;
}

static void descriptors_may_fail(void **state)
{
	hst_op op;
	(void)add_text(a, ga, "note", "there is something to write");
	assert_int_equal(end_of("/dev/full", O_WRONLY, hst_graph_export,
				"cannot be written: No space left on device"),
			 HST_E_IO);
	assert_int_equal(end_of("/dev/null", O_WRONLY, hst_graph_import,
				"cannot be read: Bad file descriptor"),
			 HST_E_IO);
	assert_int_equal(end_of("/dev/null", O_RDONLY, hst_graph_import, ""), HST_E_INVALID);
	assert_int_equal(hst_graph_export(ga, -1, 0, &op), HST_E_INVALID);
	assert_int_equal(hst_graph_export(ga, 0, 600001, &op), HST_E_INVALID);
}

/* Life */

static void a_graph_is_closed_and_deleted(void **state)
{
	hst_graph_info *i;
	MACHINE_OK(b, hst_graph_close(gb));
	MACHINE_OK(b, hst_graph_get(gb, &i));
	assert_false(i->open);
	assert_string_equal(i->state, "closed");
	hst_free(i);
	MACHINE_OK(b, hst_graph_delete(gb));
	assert_int_equal(hst_graph_get(gb, &i), HST_E_NOT_FOUND);
}

static void a_restart_keeps_graphs_and_records(void **state)
{
	hst_graph_props p = HST_INIT(hst_graph_props);
	hst_record *r;
	hst_guid id = add_text(a, ga, "note", "kept");
	hst_free(ga);
	machine_stop(a, false);
	machine_start(a);
	p.id = "friends";
	assert_int_equal(hst_graph_open(a->ctx, &p, &ga), HST_OK);
	MACHINE_OK(a, hst_record_get(ga, &id, &r));
	assert_string_equal(r->data, "kept");
	hst_free(r);
}

static void handles_outlive_their_context(void **state)
{
	hst_graph_info *i;
	hst_iter *it;
	void *item;
	call_up();
	MACHINE_OK(a, hst_record_list(ga, NULL, NULL, 0, &it));
	machine_stop(a, false);
	assert_int_equal(hst_graph_get(ga, &i), HST_E_INVALID);
	assert_int_equal(hst_iter_next(it, &item), HST_E_INVALID);
	assert_int_equal(hst_conn_close(called), HST_E_INVALID);
	hst_free(it);
	hang_up();
	machine_start(a);
}

static bool is_back(const hst_event *e, const void *arg)
{
	return e->kind == HST_EVENT_DAEMON && e->result == HST_OK;
}

static void a_killed_daemon_costs_no_subscription(void **state)
{
	hst_sub sub;
	MACHINE_OK(a, hst_graph_subscribe(ga, HST_KIND(HST_EVENT_RECORD), NULL, &sub));
	hst_guid before = add_text(a, ga, "note", "before");
	await_change(a, &before, HST_RECORD_ADDED, 1);
	if (!machine_inproc()) { /* nothing can be lost but with the process itself */
		machine_kill(a);
		assert_true(machine_await_kind(a, HST_EVENT_DAEMON)->result < 0);
		machine_revive(a);
		machine_await(a, is_back, NULL);
	}
	hst_guid after = add_text(a, ga, "note", "after");
	await_change(a, &after, HST_RECORD_ADDED, 1);
	assert_int_equal(count(a, ga, NULL, NULL), 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, pair_up, pair_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_graph_is_made_and_told),
		TEST(bad_properties_are_refused),
		TEST(a_record_is_everywhere),
		TEST(records_are_listed_and_searched),
		TEST(a_large_record_goes_over_a_stream),
		TEST(nodes_and_links_are_listed),
		TEST(properties_are_set),
		TEST(a_ping_is_an_operation),
		TEST(messages_go_both_ways),
		TEST(messages_have_a_limit),
		TEST(who_does_not_read_holds_the_other_back),
		TEST(who_waits_is_told_when_there_is_room),
		TEST(nobody_is_called_who_does_not_want_it),
		TEST(a_connection_may_go_while_it_is_opened),
		TEST(a_database_goes_out_and_in),
		TEST(an_import_of_anything_else_is_refused),
		TEST(descriptors_may_fail),
		TEST(a_graph_is_closed_and_deleted),
		TEST(a_restart_keeps_graphs_and_records),
		TEST(handles_outlive_their_context),
		TEST(a_killed_daemon_costs_no_subscription),
	};
	if (getenv("ONLY"))
		cmocka_set_test_filter(getenv("ONLY"));
	machine_configure(file, text);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
