/* What the commands graph, record and peer ask and print, compared with files: graph_test
 * FOLDER. With UPDATE=1 in the environment the files are written instead. */
#include "canned.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static const char *folder;

/* ---- what the daemon says ---- */

#define BOARD                                                                                      \
	"{\"number\":1,\"id\":\"board\",\"state\":\"connected\",\"open\":true,\"listens\":true,"   \
	"\"listening\":true,\"synchronised\":true,\"peer\":\"0.ann\","                             \
	"\"node\":\"a1b2c3d400000000\",\"name\":\"Notice board\",\"comment\":\"of the house\","    \
	"\"creator\":\"0.ann\",\"created\":true,\"scope\":\"global\",\"profile\":\"modern\","      \
	"\"neighbors\":2,\"directs\":1,\"nodes\":5,\"contacts\":2,\"contacts_wanted\":5,"          \
	"\"contact\":true,\"signature\":\"a1b2c3d400000000\",\"records\":12,\"deleted\":2,"        \
	"\"octets\":4096,\"skew\":90.0,\"skew_behind\":true,"                                      \
	"\"counts\":{\"flood_in\":130,\"fresh\":12,\"flood_out\":250},"                            \
	"\"strange\":{\"accepted\":30,\"strangers\":3,\"late\":1,\"full\":0}"
/* A group is a graph. */
#define HOME                                                                                       \
	"{\"number\":4,\"id\":\"" CANNED_NAME "\",\"group\":\"Home\",\"state\":\"waiting\","       \
	"\"why\":\"no member was reached: homestead group connect GROUP ADDRESS\",\"open\":true,"  \
	"\"profile\":\"modern\""
#define GRAPHS                                                                                         \
	"{\"schema\":1,\"part\":{\"name\":\"graph\",\"state\":\"running\"},\"port\":3587,"             \
	"\"graphs\":[" BOARD "},{\"number\":2,\"id\":\"lab.one\",\"state\":\"waiting\","               \
	"\"why\":\"its database was never complete; connect it to a first neighbor\","                 \
	"\"open\":true,\"name\":\"Lab\"},{\"number\":3,\"id\":\"lab.two\",\"state\":\"closed\"}," HOME \
	"}]}"

#define NODE(id, peer, more)                                                                       \
	"{\"node\":\"" id "00000000\",\"peer\":\"0." peer "\",\"addresses\":"                      \
	"[{\"address\":\"192.0.2.7\",\"port\":3587,\"protocol\":\"tcp\"}]" more "}"
#define ANN   NODE("a1b2c3d4", "ann", ",\"self\":true,\"contact\":true")
#define BOB   NODE("b2c3d4e5", "bob", ",\"neighbor\":true,\"attributes\":\"on the attic\"")
#define CARL  NODE("c3d4e5f6", "carl", ",\"neighbor\":true,\"contact\":true")
#define DORA  NODE("d4e5f607", "dora", "")
#define DORA2 NODE("d5f60718", "dora", "")
#define NODES                                                                                      \
	"{\"schema\":1,\"graph\":\"board\",\"nodes\":[" ANN "," BOB "," CARL "," DORA "," DORA2    \
	"],\"complete\":true}"

#define LINK(conn, of, node, peer, utility)                                                        \
	"{\"conn\":" conn "," of ",\"node\":\"" node "\",\"peer\":\"" peer                         \
	"\",\"remote\":\"192.0.2.9:3587\",\"age\":75.5,\"utility\":" utility "}"
#define NEIGHBOR "\"kind\":\"neighbor\",\"state\":\"connected\""
#define DIRECT	 "\"kind\":\"direct\",\"state\":\"connected\""
#define DIALLING "\"kind\":\"neighbor\",\"state\":\"dialling\""
#define TO_BOB	 LINK("7", NEIGHBOR, "b2c3d4e500000000", "0.bob", "3200")
#define TO_CARL	 LINK("8", NEIGHBOR, "c3d4e5f600000000", "0.carl", "410")
#define TO_DORA	 LINK("9", DIRECT, "d4e5f60700000000", "0.dora", "0")
#define TO_ANY	 LINK("10", DIALLING, "", "", "0")
#define LINKS                                                                                      \
	"{\"schema\":1,\"graph\":\"board\",\"links\":[" TO_BOB "," TO_CARL "," TO_DORA "," TO_ANY  \
	"]}"

#define RECORD(id, more)                                                                           \
	"{\"id\":\"" id "-be41-4bd6-914b-058ec5dcce64\","                                          \
	"\"type\":\"1bed83fd-e5b5-82b1-a9a4-2a98f114caf2\",\"creator\":\"0.ann\",\"version\":1,"   \
	"\"created\":\"2026-11-21T20:00:00Z\",\"modified\":\"2026-11-21T20:00:00Z\","              \
	"\"expires\":\"2027-11-21T20:00:00Z\",\"size\":5,\"is_text\":true,\"text\":\"hello\","     \
	"\"data\":\"aGVsbG8=\"" more "}"
#define NOTE                                                                                       \
	",\"word\":\"note\",\"attributes\":[{\"name\":\"author\",\"type\":\"string\","             \
	"\"value\":\"ann\"},{\"name\":\"rank\",\"type\":\"int\",\"value\":\"7\"},"                 \
	"{\"name\":\"recordtype\",\"type\":\"string\",\"value\":\"note\"}],\"schema\":1"
#define PAGE(records, next)                                                                        \
	"{\"schema\":1,\"graph\":\"board\",\"records\":[" records                                  \
	"],\"looked\":9,\"next\":\"" next "\"}"
#define PROBLEM(code, message)                                                                     \
	"{\"error\":{\"code\":\"" code "\",\"message\":\"" message "\",\"hint\":\"\"},\"schema\":1}"

static const struct canned running[] = {
	{ "GET /v1/graphs/board/nodes", 0, NODES, NULL },
	{ "GET /v1/graphs/board/links", 0, LINKS, NULL },
	{ "GET /v1/graphs/board/records/0ccbb0d2?xml=true", 0,
	  RECORD("0ccbb0d2", NOTE ",\"xml\":\"<attributes/>\""), NULL },
	{ "GET /v1/graphs/board/records/0ccbb0d2", 0, RECORD("0ccbb0d2", NOTE), NULL },
	{ "GET /v1/graphs/board/records/1ccbb0d2", 0,
	  RECORD("1ccbb0d2", ",\"modifier\":\"0.bob\",\"is_text\":false,\"schema\":1"), NULL },
	{ "GET /v1/graphs/board/records/2ccbb0d2", 0,
	  RECORD("2ccbb0d2", ",\"large\":true,\"schema\":1"), NULL },
	{ "GET /v1/graphs/board/records?query=author%20%3D%20nobody", 0, PAGE("", ""), NULL },
	{ "GET /v1/graphs/board/records?query=author%20%3C%3E", 400,
	  PROBLEM("MALFORMED", "the query is not understood, column 9: expected a word, number, "
			       "date or text after \\\"<\\\", not \\\">\\\""),
	  NULL },
	{ "GET /v1/graphs/board/records?query=type", 0, PAGE(RECORD("0ccbb0d2", NOTE), ""), NULL },
	{ "GET /v1/graphs/board/records?type=note&most=1", 0, PAGE(RECORD("0ccbb0d2", NOTE), "abc"),
	  NULL },
	{ "GET /v1/graphs/board/records?after=abc", 0, PAGE(RECORD("1ccbb0d2", ""), ""), NULL },
	{ "GET /v1/graphs/board/records", 0, PAGE(RECORD("0ccbb0d2", NOTE), "abc"), NULL },
	{ "GET /v1/graphs/lab.one/records", 409,
	  PROBLEM("STATE", "graph \\\"lab.one\\\" was never synchronised"), NULL },
	{ "GET /v1/graphs/board$", 0, BOARD ",\"schema\":1}", NULL },
	{ "GET /v1/graphs/lab.two$", 0, "{\"schema\":1,\"id\":\"lab.two\",\"state\":\"closed\"}",
	  NULL },
	{ "GET /v1/graphs/" CANNED_NAME "$", 0, HOME ",\"schema\":1}", NULL },
	{ "GET /v1/graphs$", 0, GRAPHS, NULL },
	{ "POST /v1/graphs/board/ping", 0,
	  "{\"schema\":1,\"text\":\"sent a sign of life to 2 neighbors\",\"elapsed\":0.001}",
	  NULL },
	{ "POST /v1/graphs/1/export", 0, "{\"token\":\"e\",\"socket\":\"@\",\"schema\":1}", NULL },
	{ "POST /v1/graphs/1/import", 0, "{\"token\":\"i\",\"socket\":\"@\",\"schema\":1}", NULL },
	{ "POST /v1/graphs/1/direct", 0,
	  "{\"done\":true,\"conn\":5,\"peer\":\"0.dora\",\"token\":\"d\",\"socket\":\"@\","
	  "\"schema\":1}",
	  NULL },
	{ "POST /v1/graphs", 0, NULL, NULL },
	{ "PUT /v1/graphs", 0, NULL, NULL },
	{ "DELETE /v1/graphs", 0, NULL, NULL },
	{ NULL, 0, NULL, NULL },
};

static const struct canned none[] = {
	{ "GET /v1/graphs$", 0,
	  "{\"schema\":1,\"part\":{\"name\":\"graph\",\"state\":\"running\"},\"graphs\":[]}",
	  NULL },
	{ NULL, 0, NULL, NULL },
};

static const struct canned off[] = {
	{ "GET /v1/graphs$", 0,
	  "{\"schema\":1,\"part\":{\"name\":\"graph\",\"state\":\"off\",\"reason\":\"the group "
	  "graph is not in the configuration\"},\"graphs\":[]}",
	  NULL },
	{ NULL, 0, NULL, NULL },
};

#define EVENT(change, id, version)                                                                 \
	"{\"schema\":1,\"number\":1,\"time\":\"2026-11-21T20:00:00Z\",\"part\":\"graph\","         \
	"\"level\":\"debug\",\"name\":\"record\",\"text\":\"x\",\"fields\":{\"graph\":\"board\","  \
	"\"change\":\"" change "\",\"id\":\"" id "\","                                             \
	"\"type\":\"1bed83fd-e5b5-82b1-a9a4-2a98f114caf2\",\"version\":" version "}}"
#define ELSEWHERE                                                                                  \
	"{\"schema\":1,\"number\":1,\"time\":\"2026-11-21T20:00:00Z\",\"part\":\"graph\","         \
	"\"level\":\"debug\",\"name\":\"record\",\"text\":\"x\",\"fields\":{\"graph\":\"lab\","    \
	"\"change\":\"added\",\"id\":\"5ccbb0d2\",\"version\":1}}"
static const char *const changes[] = {
	EVENT("added", "0ccbb0d2", "1"),   ELSEWHERE,
	EVENT("updated", "1ccbb0d2", "2"), EVENT("added", "7ccbb0d2", "1"),
	EVENT("deleted", "0ccbb0d2", "2"), NULL
};
static const char *const notes[] = { EVENT("added", "0ccbb0d2", "1"),
				     EVENT("deleted", "0ccbb0d2", "2"), NULL };
static const char *const nothing[] = { NULL };
#define WATCH "GET /v1/events?part=graph&graph=1"
static const struct canned watched[] = {
	{ WATCH "&type=1bed83fd-e5b5-82b1-a9a4-2a98f114caf2", 0, NULL, notes },
	{ WATCH "&type=", 0, NULL, nothing },
	{ WATCH, 0, NULL, changes },
	{ "GET /v1/graphs/board$", 0, BOARD ",\"schema\":1}", NULL },
	{ "GET /v1/graphs/board/records/0ccbb0d2", 0, RECORD("0ccbb0d2", NOTE), NULL },
	{ "GET /v1/graphs/board/records/1ccbb0d2", 0,
	  RECORD("1ccbb0d2", ",\"modifier\":\"0.bob\",\"schema\":1"), NULL },
	{ "GET /v1/graphs$", 0, GRAPHS, NULL },
	{ NULL, 0, NULL, NULL },
};

/* ---- what is typed ---- */

struct golden {
	const char *file;
	const struct canned *table;
	int width;
	bool utf8;
	const char *lines[24];
};

static const struct golden goldens[] = {
	{ "graphs",
	  running,
	  80,
	  false,
	  { "graph list", "graph list -q", "graph show board", "graph show 1",
	    "graph show Notice -q", "graph show lab", "graph show nowhere",
	    "graph show nowhere --json", "graph show Home", "graph show Ho -q",
	    "graph show 4 -q" } },
	{ "none", none, 80, false, { "graph list", "graph list -q", "graph show board" } },
	{ "off", off, 80, false, { "graph list", "record list board" } },
	{ "graph-changes",
	  running,
	  80,
	  false,
	  { "graph create attic --peer 0.ann --name 'The attic' --comment '' --scope link "
	    "--profile classic --defer --record-max 64KiB --presence all --presence-life 10m "
	    "--first note,chat --node-name box",
	    "graph create attic --no-listen --dry-run -q", "graph open attic", "graph close board",
	    "graph close board -q", "graph delete board", "graph delete board -n",
	    "graph listen board", "graph revalidate board", "graph connect board 192.0.2.1:4000",
	    "graph connect board 192.0.2.1 --peer 0.bob -n",
	    "graph set board --name '' --comment 'of us'",
	    "graph set board --present yes --about 'on the attic' --presence 5", "graph set board",
	    "graph set board --presence-life soon", "graph create attic --record-max many",
	    "graph create attic --scope everywhere-there-is", "graph connect board",
	    "graph close nowhere" } },
	{ "records",
	  running,
	  80,
	  false,
	  { "record list board", "record list board -q", "record list board --type note --limit 1",
	    "record list board type = note", "record list board 'type = note' -q",
	    "record list board 'author = nobody'", "record list board 'author <> x'",
	    "record list board 'author <> x' --json", "record search board",
	    "record list lab.one" } },
	{ "record",
	  running,
	  80,
	  false,
	  { "record get board 0ccbb0d2", "record get board 0ccbb0d2 -q",
	    "record get board 0ccbb0d2 --xml", "record get board 0ccbb0d2 --output -",
	    "record get board 1ccbb0d2", "record get board 9ccbb0d2",
	    "record get board 0ccbb0d2 -o /nowhere/x" } },
	{ "record-changes",
	  running,
	  80,
	  false,
	  { "record add board --type note --attr author=ann --attr rank:int=7 --data 'hello, all'",
	    "record add board --type note --data '' -q", "record add board --type note --for 2d -n",
	    "record add board --data x", "record add board --type note --attr author",
	    "record add board --type note --data x --file y",
	    "record add board --type note --file /nowhere/x",
	    "record add board --type note --for soon", "record update board 0ccbb0d2 --data x",
	    "record update board 0ccbb0d2 --attr a=b --if-version 3 --for 30d",
	    "record update board 0ccbb0d2", "record update board 0ccbb0d2 --data x --if-version x",
	    "record delete board 0ccbb0d2",
	    "record delete board 0ccbb0d2 --local --if-version 2 -n" } },
	{ "peers",
	  running,
	  80,
	  false,
	  { "peer list board", "peer list board -q", "peer ping board", "peer ping board bob",
	    "peer ping board 0.bob", "peer disconnect board 9", "peer disconnect board 0.carl -n",
	    "peer disconnect board b2c3d4e500000000", "peer disconnect board b2c3",
	    "peer disconnect board b2c", "peer connect board 192.0.2.1" } },
	{ "map",
	  running,
	  80,
	  false,
	  { "graph map board", "graph map board -q", "graph map lab.two" } },
	{ "map-utf8", running, 80, true, { "graph map board" } },
	{ "map-svg",
	  running,
	  132,
	  false,
	  { "graph map board --svg -", "graph map board --svg /nowhere/x" } },
	{ "json",
	  running,
	  80,
	  false,
	  { "graph list --json", "graph show board --json", "record list board --json",
	    "record get board 0ccbb0d2 --json", "peer list board --json", "graph map board --json",
	    "peer ping board --json", "record add board --type note --json",
	    "graph close board --json" } },
	{ "help",
	  none,
	  80,
	  false,
	  { "graph", "record", "peer", "help record list", "help record add", "graph create --help",
	    "graph make", "graphs", "record fetch" } },
};

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *s = calloc(1, 65536);
	assert_non_null(s);
	if (f) {
		assert_true(fread(s, 1, 65535, f) > 0);
		fclose(f);
	}
	return s;
}

static void compare(const char *name, const char *got)
{
	char path[512];
	(void)snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
	if (getenv("UPDATE")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	char *want = read_file(path);
	if (strcmp(want, got) != 0)
		print_message("%s differs; it is now:\n%s\n", path, got);
	assert_string_equal(want, got);
	free(want);
}

/* Documents for programs are one line each, with a schema. */
static void check_json(const char *s)
{
	json_t *j = json_loads(s, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
	json_decref(j);
}

static size_t columns_of(const char *s, size_t n)
{
	size_t columns = 0;
	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)s[i] & 0xc0) != 0x80;
	return columns;
}

/* The line behind; the end where there is none. */
static const char *next_line(const char *s)
{
	s += strcspn(s, "\n");
	return s + (*s != 0);
}

/* What a change would ask is one long line, and so is a document. */
static bool may_be_wide(const char *line)
{
	return strstr(line, "--json") || strstr(line, "--svg") ||
	       strncmp(canned_out, "P", 1) == 0 || strncmp(canned_out, "DELETE", 6) == 0;
}

static void show(FILE *f, const char *line)
{
	int exit = canned_run(line);
	fprintf(f, "$ homestead %s\n%s", line, canned_out);
	if (canned_err[0])
		fprintf(f, "--- complains:\n%s", canned_err);
	if (exit)
		fprintf(f, "--- exit %d\n", exit);
	fputc('\n', f);
	if (strstr(line, "--json"))
		check_json(canned_out[0] ? canned_out : canned_err);
	for (const char *s = canned_out; *s && !may_be_wide(line); s = next_line(s))
		if (columns_of(s, strcspn(s, "\n")) > (size_t)canned_place.width)
			fail_msg("too wide: %s: %s", line, s);
}

static void output_is_as_it_was(void **state)
{
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		const struct golden *g = &goldens[i];
		char *all = NULL;
		size_t n = 0;
		FILE *f = open_memstream(&all, &n);
		assert_non_null(f);
		canned_serve(g->table);
		canned_place.width = g->width;
		canned_place.utf8 = g->utf8;
		for (const char *const *line = g->lines; *line; line++)
			show(f, *line);
		canned_end();
		fclose(f);
		compare(g->file, all);
		free(all);
	}
}

/* A map is drawn for any number of nodes and at any width, with all that are near. */
static void maps_of_all_sizes(void **state)
{
	for (size_t nodes = 1; nodes <= 40; nodes += nodes < 9 ? 1 : 7) {
		char *list = NULL, *links = NULL;
		size_t n = 0, m = 0;
		FILE *f = open_memstream(&list, &n), *g = open_memstream(&links, &m);
		fputs("{\"schema\":1,\"graph\":\"board\",\"nodes\":[", f);
		fputs("{\"schema\":1,\"graph\":\"board\",\"links\":[", g);
		for (size_t i = 0; i < nodes; i++) {
			fprintf(f, "%s{\"node\":\"%016zx\",\"peer\":\"0.person-%zu\",\"self\":%s}",
				i ? "," : "", i + 1, i, i ? "false" : "true");
			if (i && i <= 7)
				fprintf(g,
					"%s{\"conn\":%zu,\"kind\":\"neighbor\",\"state\":"
					"\"connected\",\"node\":\"%016zx\",\"utility\":%zu}",
					i > 1 ? "," : "", i, i + 1, i * 500);
		}
		fputs("]}", f);
		fputs("]}", g);
		fclose(f);
		fclose(g);
		const struct canned table[] = { { "GET /v1/graphs/board/nodes", 0, list, NULL },
						{ "GET /v1/graphs/board/links", 0, links, NULL },
						{ "GET /v1/graphs/board$", 0,
						  BOARD ",\"schema\":1}", NULL },
						{ "GET /v1/graphs$", 0, GRAPHS, NULL },
						{ NULL, 0, NULL, NULL } };
		canned_serve(table);
		for (int width = 40; width <= 132; width += 23) {
			canned_place.width = width;
			assert_int_equal(canned_run("graph map board"), 0);
			for (size_t i = 0; i < nodes; i++) {
				char name[24];
				(void)snprintf(name, sizeof(name), "person-%zu", i);
				if (!strstr(canned_out, name))
					fail_msg("%zu nodes at %d:\n%s", nodes, width, canned_out);
			}
			for (const char *s = canned_out; *s; s = next_line(s))
				if (strcspn(s, "\n") > (size_t)width)
					fail_msg("%zu nodes at %d:\n%s", nodes, width, canned_out);
		}
		canned_end();
		free(list);
		free(links);
	}
}

/* GRAPH-14.15: what is not wanted is not asked for. */
static void watches_records(void **state)
{
	static const struct {
		const char *line, *file;
	} rows[] = {
		{ "record watch board", "watch" },
		{ "record watch board --json", "watch-json" },
		{ "record watch board --type note -q", "watch-type" },
		{ "record watch board --type chat", "watch-other" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		canned_serve(watched);
		assert_int_equal(canned_run(rows[i].line), 1); /* the daemon ends it */
		assert_non_null(strstr(canned_err, "no more events"));
		compare(rows[i].file, canned_out[0] ? canned_out : "nothing\n");
		for (char *s = canned_out; strstr(rows[i].line, "--json") && *s;) {
			char *end = strchr(s, '\n');
			*end = 0;
			check_json(s);
			s = end + 1;
		}
		canned_end();
	}
	canned_serve(running);
	assert_int_equal(canned_run("record watch board --type A_b"), 2);
	assert_non_null(strstr(canned_err, "\"A_b\" is no type"));
	assert_int_equal(canned_run("record watch lab.two"), 5);
	assert_non_null(strstr(canned_err, "try: homestead graph open"));
	canned_end();
}

/* What a file holds goes over as it is; too much is told. */
static void files_are_sent_and_written(void **state)
{
	char path[] = "/tmp/record.XXXXXX", line[128];
	int fd = mkstemp(path);
	assert_int_equal(write(fd, "\0\xff\n", 3), 3);
	canned_serve(running);
	(void)snprintf(line, sizeof(line), "record add board --type note --file %s", path);
	assert_int_equal(canned_run(line), 0);
	assert_non_null(strstr(canned_out, "'data':'AP8K'"));
	(void)snprintf(line, sizeof(line), "record get board 0ccbb0d2 -o %s", path);
	assert_int_equal(canned_run(line), 0);
	assert_string_equal(canned_out, "");
	char *got = read_file(path);
	assert_string_equal(got, "hello");
	free(got);
	assert_int_equal(ftruncate(fd, 32769), 0);
	/* More goes by stream, which nothing can try out. */
	(void)snprintf(line, sizeof(line), "record add board --type note -n --file %s", path);
	assert_int_equal(canned_run(line), 2);
	assert_non_null(strstr(canned_err, "32 KiB"));
	canned_end();
	close(fd);
	unlink(path);
}

static void databases_go_and_come(void **state)
{
	char path[] = "/tmp/database.XXXXXX", line[128];
	size_t n;
	close(mkstemp(path));
	canned_serve(running);
	(void)snprintf(line, sizeof(line), "graph export board %s", path);
	assert_int_equal(canned_run(line), 0);
	assert_non_null(strstr(canned_out, "the database of graph board is in "));
	char *got = read_file(path);
	assert_memory_equal(got, canned_database, CANNED_DATABASE);
	free(got);
	(void)snprintf(line, sizeof(line), "graph import board %s", path);
	assert_int_equal(canned_run(line), 0);
	assert_string_equal(canned_out, "took over 3 records\n");
	got = canned_sent(&n);
	assert_int_equal(n, CANNED_DATABASE);
	assert_memory_equal(got, canned_database, CANNED_DATABASE);
	free(got);
	assert_int_equal(canned_run("graph export lab.two /tmp/x"), 5);
	assert_non_null(strstr(canned_err, "try: homestead graph open --no-listen lab.two"));
	assert_int_equal(canned_run("graph export board /nowhere/x"), 1);
	assert_int_equal(canned_run("graph import board /nowhere/x"), 1);
	assert_non_null(strstr(canned_err, "cannot be read"));
	canned_end();
	unlink(path);
}

/* A device stays what it is: written to, not replaced. */
static void a_pipe_stays_a_pipe(void **state)
{
	char dir[] = "/tmp/database.XXXXXX", path[64], line[128], got[CANNED_DATABASE + 1];
	struct stat s;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/pipe", dir);
	(void)snprintf(line, sizeof(line), "graph export board %s", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	canned_serve(running);
	assert_int_equal(canned_run(line), 0);
	canned_end();
	assert_int_equal(stat(path, &s), 0);
	assert_true(S_ISFIFO(s.st_mode));
	assert_int_equal(read(fd, got, sizeof(got)), CANNED_DATABASE);
	assert_memory_equal(got, canned_database, CANNED_DATABASE);
	close(fd);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

/* GRAPH-14.14: the file that was there stays as it was, and no other is left. */
static void half_a_database_is_none(void **state)
{
	static const struct canned cut[] = {
		{ "GET /v1/graphs/board$", 0, BOARD ",\"schema\":1}", NULL },
		{ "GET /v1/graphs$", 0, GRAPHS, NULL },
		{ "POST /v1/graphs/1/export", 0, "{\"token\":\"ec\",\"socket\":\"@\",\"schema\":1}",
		  NULL },
		{ NULL, 0, NULL, NULL },
	};
	char dir[] = "/tmp/database.XXXXXX", path[64], beside[80], line[128];
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/board", dir);
	(void)snprintf(beside, sizeof(beside), "%s.part", path);
	(void)snprintf(line, sizeof(line), "graph export board %s", path);
	canned_serve(cut);
	assert_int_equal(canned_run(line), 1);
	assert_non_null(strstr(canned_err, "the export was cut short"));
	assert_int_equal(access(path, F_OK), -1);
	FILE *f = fopen(path, "w");
	assert_true(f && fputs("older", f) >= 0 && fclose(f) == 0);
	assert_int_equal(canned_run(line), 1);
	assert_int_equal(access(beside, F_OK), -1);
	char *got = read_file(path);
	assert_string_equal(got, "older");
	free(got);
	canned_end();
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* Whoever may write to that folder has put a link to a file of ours where we write, or a file
 * that everybody may read. */
static void a_database_follows_no_link(void **state)
{
	char dir[] = "/tmp/database.XXXXXX", path[64], beside[80], other[64], line[128];
	struct stat s;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/board", dir);
	(void)snprintf(beside, sizeof(beside), "%s.part", path);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	(void)snprintf(line, sizeof(line), "graph export board %s", path);
	FILE *f = fopen(other, "w");
	assert_true(f && fputs("ours", f) >= 0 && fclose(f) == 0);
	assert_int_equal(chmod(other, 0644), 0);
	canned_serve(running);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(i ? link(other, beside) : symlink(other, beside), 0);
		assert_int_equal(canned_run(line), 0);
		char *got = read_file(other);
		assert_string_equal(got, "ours");
		free(got);
		got = read_file(path);
		assert_memory_equal(got, canned_database, CANNED_DATABASE);
		free(got);
		assert_int_equal(lstat(path, &s), 0);
		assert_true(S_ISREG(s.st_mode));
		assert_int_equal(s.st_mode & 0777, 0600);
		assert_int_equal(unlink(path), 0);
	}
	/* What cannot be put away is told and stays. */
	assert_int_equal(mkdir(beside, 0700), 0);
	assert_int_equal(canned_run(line), 1);
	assert_non_null(strstr(canned_err, "cannot be written"));
	assert_int_equal(access(path, F_OK), -1);
	canned_end();
	assert_int_equal(rmdir(beside), 0);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* A message: its length, its type, its octets. */
static void one_message_is_sent(void **state)
{
	static const uint8_t head[20] = { 0, 0, 0, 5 };
	size_t n;
	canned_serve(running);
	assert_int_equal(canned_run("peer send board d4e5 --data hello"), 0);
	assert_string_equal(canned_out, "sent 5 octets to 0.dora\n");
	char *got = canned_sent(&n);
	assert_int_equal(n, sizeof(head) + 5);
	assert_memory_equal(got, head, sizeof(head));
	assert_memory_equal(got + sizeof(head), "hello", 5);
	free(got);
	assert_int_equal(canned_run("peer send board dora --data hello"), 3);
	assert_non_null(strstr(canned_err, "is said of several nodes"));
	assert_int_equal(canned_run("peer send board ann --data hello"), 3);
	assert_non_null(strstr(canned_err, "is no other node of the graph"));
	assert_int_equal(canned_run("peer send board bob"), 2);
	assert_int_equal(canned_run("peer send board bob --data x --type A_b"), 2);
	canned_end();
}

/* An object a line, whatever is said. */
static void a_chat_is_told_in_json(void **state)
{
	static const char *const stays[] = { CANNED_STAYS, NULL };
	static const struct canned chat[] = {
		{ "GET /v1/events", 0, NULL, stays },
		{ "GET /v1/graphs/board/nodes", 0, NODES, NULL },
		{ "GET /v1/graphs/board$", 0, BOARD ",\"schema\":1}", NULL },
		{ "GET /v1/graphs$", 0, GRAPHS, NULL },
		{ "POST /v1/graphs/1/direct", 0,
		  "{\"done\":true,\"conn\":5,\"peer\":\"0.dora\",\"token\":\"m\",\"socket\":\"@\","
		  "\"schema\":1}",
		  NULL },
		{ NULL, 0, NULL, NULL },
	};
	int typed[2], before = dup(STDIN_FILENO);
	assert_int_equal(pipe(typed), 0); /* nothing is typed, and it does not end */
	assert_int_equal(dup2(typed[0], STDIN_FILENO), STDIN_FILENO);
	canned_serve(chat);
	assert_int_equal(canned_run("peer chat board d4e5 --json"), 0);
	assert_string_equal(canned_err, "");
	compare("chat-json", canned_out);
	for (char *s = canned_out; *s;) {
		char *end = strchr(s, '\n');
		*end = 0;
		check_json(s);
		s = end + 1;
	}
	canned_end();
	assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
	close(before);
	close(typed[0]);
	close(typed[1]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_as_it_was),
		cmocka_unit_test(maps_of_all_sizes),
		cmocka_unit_test(watches_records),
		cmocka_unit_test(files_are_sent_and_written),
		cmocka_unit_test(databases_go_and_come),
		cmocka_unit_test(a_pipe_stays_a_pipe),
		cmocka_unit_test(half_a_database_is_none),
		cmocka_unit_test(a_database_follows_no_link),
		cmocka_unit_test(one_message_is_sent),
		cmocka_unit_test(a_chat_is_told_in_json),
	};
	folder = argc > 1 ? argv[1] : ".";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
