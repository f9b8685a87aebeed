/* doc/api.md, made from the tables of ops. */
#include "cli/cli_int.h"

#include <ctype.h>
#include <string.h>

static const char *anchor(const struct ops_struct *s)
{
	return s->name + strlen("ops_");
}

static void write_operation(FILE *f, const struct ops_row *r)
{
	fprintf(f, "### %s %s\n\n%c%s.\n\n", r->method, r->path, toupper(r->help[0]), r->help + 1);
	if (r->request)
		fprintf(f, "%s: [%s](#%s). ", ops_row_reads_query(r) ? "Query" : "Body",
			anchor(r->request), anchor(r->request));
	fprintf(f, "Answer: [%s](#%s).\n\n", anchor(r->answer), anchor(r->answer));
}

static void write_field(FILE *f, const struct ops_field *d)
{
	fprintf(f, "| `%s` | %s", d->name, ops_field_kind_text(d->kind));
	if (d->of)
		fprintf(f, " ([%s](#%s))", anchor(d->of), anchor(d->of));
	fprintf(f, " | %s |\n", d->help);
}

static void write_struct(FILE *f, const struct ops_struct *s)
{
	fprintf(f, "### %s\n\n%s\n\n| field | holds | meaning |\n|---|---|---|\n", anchor(s),
		s->help);
	for (const struct ops_field *d = s->fields; d->name; d++)
		write_field(f, d);
	fputc('\n', f);
}

static void write_errors(FILE *f)
{
	fputs("| code | status | text |\n|---|---|---|\n", f);
#define X(name, number, text)                                                                      \
	fprintf(f, "| `" #name "` | %d | " text " |\n", ops_http_status(ERR_##name));
	ERR_LIST(X)
#undef X
	fputc('\n', f);
}

static void write_sockets(FILE *f)
{
	fputs("## Streams of octets\n\n"
	      "What is too large for an answer, or goes both ways, goes over `stream.sock`, a "
	      "stream socket beside the control socket with the same permissions. Beside a "
	      "control socket of another name than `control.sock`, such as `two.sock`, it is "
	      "`two-stream.sock`; the answer with the token says where. A client "
	      "connects, sends the token that an operation gave it, and a line feed; from there "
	      "on the octets are the stream's. A token is good for one stream and for 30 seconds. "
	      "A token that is not known gets a line with an error and the end of the "
	      "connection.\n\n"
	      "* `.../records/{record}/data`, `graphs/{graph}/export`, `/v1/capture`: octets come "
	      "until the end of the connection. A record's data are complete when all octets have "
	      "come, an export when its end has (doc/graph.md, GRAPH-7.13); a capture goes on "
	      "until the client shuts its side down.\n"
	      "* `.../records/large`, `graphs/{graph}/import`: the client sends its octets and "
	      "shuts its side down. Then comes one line of JSON, the answer or an error, and the end.\n"
	      "* `.../password`, `.../owner`, `groups/join/secret`, `groups/import`, "
	      "`identities/import`, `identities/{identity}/export`: the client sends the length of "
	      "the password or passphrase in two octets, the highest first, at most 1,024; then "
	      "that, in UTF-8 and without a line feed; then, of the imports alone, the document, "
	      "128 KiB at most; and shuts its side down. Length 0 is none: the group's password is taken away so, "
	      "and a membership is imported. Then comes one line of JSON, the answer or an error, "
	      "and the end.\n"
	      "* `.../direct`, `.../direct/{conn}/stream`: both ways a sequence of messages, each "
	      "a length (4 octets, the highest first) of the data alone, a data type (16 octets, "
	      "a GUID in the order it is written) and the data. Who does not read is sent no more "
	      "than fits on the way: the other side's writing waits. The end of either side ends "
	      "the connection, once what was sent has gone.\n\n"
	      "## Names for every program\n\n"
	      "Beside the control socket lies `resolve.sock`, which everybody may use and which "
	      "answers look-ups of host names and nothing else. It is what libnss_homestead(8) "
	      "asks. One packet (SOCK_SEQPACKET) a message; `src/base/resolve.h` has the "
	      "layout, doc/pnrp.md, section 12, the rules.\n\n"
	      "## Objects\n\n",
	      f);
}

void cli_write_api(FILE *f)
{
	fputs("# The control API\n\n"
	      "Made from the tables of `src/ops/types.h` by `tools/gen-docs`; do not edit.\n\n"
	      "HTTP and JSON on the daemon's control socket; its file permissions decide who may "
	      "connect. `GET` reads, `POST`, `PUT` and `DELETE` change. libhomestead, and with it "
	      "the command `homestead`, talk to the daemon through this and nothing else.\n\n"
	      "    curl --unix-socket /run/homestead/control.sock http://homestead/v1/status\n\n"
	      "Every answer is one JSON object with the number `schema`. Fields are only ever "
	      "added. Times are RFC 3339, UTC; durations are seconds. Whatever changes something "
	      "takes `dry_run`. Durations in a request may also be text such as `\"5m\"`.\n\n"
	      "A request that fails is answered with `{\"error\":{...},\"schema\":1}`, see "
	      "[error](#error), and the HTTP status of its code.\n\n"
	      "## Operations\n\n",
	      f);
	for (int k = 0; k < OPS_KIND_COUNT; k++)
		write_operation(f, &ops_rows[k]);
	fputs("## The stream of events\n\n"
	      "`GET " OPS_STREAM_PATH "` is a stream of Server-Sent Events. Its query is that of "
	      "[filter](#filter), without `limit`. It begins with the event `start`, whose data "
	      "hold the number of the daemon's `run`, and the `number` of the event before the "
	      "first. Then each event comes with its number as `id` and an [event](#event) as "
	      "data. Without `since` or the header `Last-Event-ID` the stream begins with what "
	      "happens next; with one of them, with the event after that number. A reader that "
	      "is too slow, or was away too long, gets an event `overflow` that says how many it "
	      "lost. On a quiet stream a comment comes every 15 seconds.\n\n"
	      "## The stream of a search\n\n"
	      "`GET " OPS_SEARCH_PATH "` takes the query of `/v1/names/resolve` and tells what is "
	      "found as it is found, in Server-Sent Events: `step` with a [step](#step), where "
	      "`trace` asks for them, `found` with a [found](#found), and last one `done` with the "
	      "[resolution](#resolution), or with an error. A client that hangs up ends the "
	      "search.\n\n"
	      "## Graphs and records in a path\n\n"
	      "`{graph}` is a Graph ID, escaped as `%XX` where it must be, or the graph's number, or "
	      "the beginning of a Graph ID that no other has. `{record}` is a Record ID or its "
	      "first 8 digits or more. Node IDs and signatures are 16 hexadecimal digits.\n\n"
	      "A type of records is a GUID. Where a word stands for it, such as `note`, it is the "
	      "GUID made of that word, and the record keeps the word in its attribute "
	      "`recordtype`.\n\n"
	      "Records are listed by the time of their last change, a page at a time, so that no "
	      "answer keeps the daemon from its work: a page may hold none and still have a "
	      "`next`.\n\n",
	      f);
	write_sockets(f);
	for (size_t i = 0; ops_structs[i]; i++)
		write_struct(f, ops_structs[i]);
	fputs("## Error codes\n\n", f);
	write_errors(f);
}
