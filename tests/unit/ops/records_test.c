/* Records as ops shows, finds, lists and publishes them. */
#include "asked_graphs.h"

#include "os/clock.h"

#define ID_11 "11111111-1111-1111-1111-111111111111"
#define ID_22 "22222222-2222-2222-2222-222222222222"

static void a_record_is_shown_in_full(void **state)
{
	struct ops_request r = played_of(OPS_RECORD, ID_11);
	r.record_look.xml = true;
	ask(&r);
	assert_at("id", ID_11);
	assert_at("word", "note");
	assert_at("version", "1");
	assert_at("creator", "0.ann");
	assert_at("modifier", "");
	assert_at("ours", "true");
	assert_at("attributes.0.name", "recordtype");
	assert_at("attributes.1.value", "ann");
	assert_at("attributes.1.type", "string");
	assert_at("size", "4");
	assert_at("data", "bWlsaw==");
	assert_at("is_text", "true");
	assert_at("text", "milk");
	assert_non_null(strstr(json_string_value(json_object_get(got.json, "xml")), "<attribute "));
	r = played_of(OPS_RECORD, "2222-2222");
	ask(&r);
	assert_at("id", ID_22);
	assert_at("is_text", "false");
	assert_at("text", "");
	assert_at("data", "/wB6");
	assert_at("xml", "");
	r.record_look.no_payload = true;
	ask(&r);
	assert_at("data", "");
	/* Its end will do as well. */
	r = played_of(OPS_RECORD, "2222-222222222222");
	ask(&r);
	assert_at("id", ID_22);
	r = played_of(OPS_RECORD, "55555555");
	ask(&r);
	assert_at("size", "100000");
	assert_at("large", "true");
	assert_at("data", "");
}

static void what_is_no_record_is_refused(void **state)
{
	struct ops_request r = played_of(OPS_RECORD, "1111");
	ask(&r);
	refused(ERR_MALFORMED, "nor 8 digits of one: \"1111\"", "record list");
	r = played_of(OPS_RECORD, "nothing!");
	ask(&r);
	refused(ERR_MALFORMED, "no Record ID", "record list");
	r = played_of(OPS_RECORD, "aaaaaaaa");
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no record \"aaaaaaaa\"", "record list");
	r = played_of(OPS_RECORD, "44444444-4444-4444-4444-444444444444"); /* deleted */
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no record", "record list");
	struct graph_guid twin;
	memset(twin.at, 0x11, sizeof(twin.at));
	played_graph_record(&(struct played_record){ .seed = 0x66 });
	r = played_of(OPS_RECORD, "66666666");
	ask(&r);
	assert_int_equal(got.err, OK);
}

static void records_are_listed_by_their_time(void **state)
{
	struct ops_request r = played_of(OPS_RECORDS, "");
	ask(&r);
	assert_at("graph", "0.notes");
	assert_int_equal(json_array_size(at_path("records")), 4);
	assert_at("records.0.id", ID_11);
	assert_at("records.1.id", ID_22);
	assert_at("records.0.data", "");
	assert_at("next", "");
	assert_at("looked", "5");
	r.records.payload = true;
	ask(&r);
	assert_at("records.0.text", "milk");
	assert_at("records.3.data", "");
	assert_at("records.3.large", "true");
	ops_set_text(r.records.type, sizeof(r.records.type), "note");
	ask(&r);
	assert_int_equal(json_array_size(at_path("records")), 2);
	ops_set_text(r.records.type, sizeof(r.records.type),
		     "33333333-3333-3333-3333-333333333333");
	ask(&r);
	assert_int_equal(json_array_size(at_path("records")), 1);
	ops_set_text(r.records.type, sizeof(r.records.type), "No Word");
	ask(&r);
	refused(ERR_MALFORMED, "a record type is a GUID, or a word", "record list");
}

/* GRAPH-14.11 */
static void pages_follow_each_other(void **state)
{
	struct ops_request r = played_of(OPS_RECORDS, "");
	char ids[4][40];
	r.records.most = 1;
	for (size_t i = 0; i < 4; i++) {
		ask(&r);
		assert_int_equal(json_array_size(at_path("records")), 1);
		ops_set_text(ids[i], sizeof(ids[i]), json_string_value(at_path("records.0.id")));
		ops_set_text(r.records.after, sizeof(r.records.after),
			     json_string_value(at_path("next")));
		assert_int_equal(r.records.after[0] != 0, i < 3);
	}
	assert_string_equal(ids[0], ID_11);
	assert_string_equal(ids[1], ID_22);
	assert_true(ids[2][0] == '3' && ids[3][0] == '5');
	ops_set_text(r.records.after, sizeof(r.records.after), "12zz");
	ask(&r);
	refused(ERR_MALFORMED, "\"after\" takes the `next` of an answer", "begin anew");
}

/* GRAPH-14.11 */
static void a_page_looks_at_so_many(void **state)
{
	struct ops_request r = played_of(OPS_RECORDS, "");
	for (uint32_t i = 0; i < OPS_RECORDS_LOOKED + 10; i++) {
		struct graph_guid id = { { 0xab, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
					   (uint8_t)i } };
		struct graph_record rec = { .type = id, .id = id, .version = 1 };
		struct graph_entry *e;
		enum graph_fault why;
		uint64_t number;
		uint8_t octets[200];
		uint8_t name[] = { 0, 'x', 0, 0 };
		memset(rec.type.at, 0x77, sizeof(rec.type.at));
		rec.creator = rec.graph = span_of(name, sizeof(name));
		rec.created = rec.modified = GRAPH_TIME_UNIX + 1000 * i;
		rec.expires = rec.created + 1;
		struct wr w = wr_of(octets, sizeof(octets));
		graph_record_put(&w, &rec);
		struct graph_db_put put = { &rec, span_of(octets, w.n), NULL, 0 };
		assert_int_equal(graph_db_put(played_graph.db, &put, &e, &number, &why), OK);
	}
	ops_set_text(r.records.type, sizeof(r.records.type), "note");
	ask(&r);
	assert_at("looked", "4096");
	assert_at("records", "[]");
	assert_true(strlen(json_string_value(at_path("next"))) == 48);
	ops_set_text(r.records.after, sizeof(r.records.after), json_string_value(at_path("next")));
	ask(&r);
	assert_int_equal(json_array_size(at_path("records")), 2);
	assert_at("next", "");
	ops_set_text(r.records.after, sizeof(r.records.after), "");
	r.records.query = "recordtype = note"; /* by the index: only those */
	ask(&r);
	assert_int_equal(json_array_size(at_path("records")), 2);
	assert_at("looked", "2");
	assert_at("next", "");
}

static void records_are_searched(void **state)
{
	struct ops_request r = played_of(OPS_RECORDS, "");
	r.records.query = "type = note and author = \"ann\"";
	ask(&r);
	assert_int_equal(json_array_size(at_path("records")), 1);
	assert_at("records.0.id", ID_11);
	r.records.query = "<peersearch><clause attrib='author' type='string'>b*</clause>"
			  "</peersearch>";
	ask(&r);
	assert_at("records.0.id", ID_22);
	r.records.query = "age < 35s and creator = 0.ann";
	ask(&r);
	assert_int_equal(json_array_size(at_path("records")), 2);
	r.records.query = "modifier = 0.ann and recordtype = note";
	r.records.most = 1;
	ask(&r);
	assert_int_equal(json_array_size(at_path("records")), 1);
	ops_set_text(r.records.after, sizeof(r.records.after), json_string_value(at_path("next")));
	ask(&r);
	assert_at("records.0.id", ID_22);
	assert_at("next", "");
	r.records.query = "author = ";
	ask(&r);
	refused(ERR_MALFORMED, "the query is not understood, column ", "age < 2d");
}

static struct ops_attribute author = { "author", "", "eve" };

static void a_record_is_published(void **state)
{
	struct ops_request r = played_of(OPS_RECORD_ADD, "");
	struct ops_record_add *a = &r.record_add;
	const struct graph_command *k = &played_graph.command.of;
	ops_set_text(a->type, sizeof(a->type), "note");
	a->text = "bread";
	a->attributes = &author;
	a->n_attributes = 1;
	a->life = 3600 * MONO_SEC;
	memset(played_graph.result.id.at, 0x99, 16);
	played_graph.result.version = 1;
	ask(&r);
	assert_at("done", "true");
	assert_at("id", "99999999-9999-9999-9999-999999999999");
	assert_at("version", "1");
	assert_at("text", "record 99999999-9999-9999-9999-999999999999 is published");
	assert_int_equal(k->kind, GRAPH_RECORD_ADD);
	assert_string_equal(played_graph.peer, "0.ann"); /* as whom: two of ours may be in one */
	assert_int_equal(k->expires, played.wall_us + 3600 * MONO_SEC);
	assert_true(k->has_payload && k->has_attributes);
	assert_memory_equal(played_graph.payload, "bread", 5);
	assert_non_null(strstr(played_graph.text, ">eve<"));
	assert_non_null(strstr(played_graph.text, "\"recordtype\""));
	assert_non_null(strstr(played_graph.text, ">note<"));
	a->text = "";
	a->data = "AAEC";
	a->n_attributes = 0;
	a->xml = "<attributes><attribute name=\"n\" type=\"int\">7</attribute></attributes>";
	ask(&r);
	assert_int_equal(played_graph.payload_n, 3);
	assert_non_null(strstr(played_graph.text, ">7<"));
	assert_non_null(strstr(played_graph.text, ">note<"));
	a->dry_run = true;
	ask(&r);
	assert_at("done", "false");
	assert_at("text", "record would be published");
	assert_int_equal(played_graph.commands, 2);
}

static void bad_records_are_refused(void **state)
{
	struct ops_request r = played_of(OPS_RECORD_ADD, "");
	struct ops_record_add *a = &r.record_add;
	ask(&r);
	refused(ERR_MALFORMED, "a record needs a \"type\"", "note");
	ops_set_text(a->type, sizeof(a->type), "Note!");
	ask(&r);
	refused(ERR_MALFORMED, "\"Note!\" is no record type", "");
	ops_set_text(a->type, sizeof(a->type), "00000100-0000-0000-0000-000000000000");
	ask(&r);
	refused(ERR_DENIED, "that type belongs to the graph itself", "a word");
	ops_set_text(a->type, sizeof(a->type), "note");
	a->data = "AAEC";
	a->text = "x";
	ask(&r);
	refused(ERR_MALFORMED, "give either \"data\" or \"text\"", "");
	a->text = "";
	a->data = "???";
	ask(&r);
	refused(ERR_MALFORMED, "\"data\" is not written in base64", "");
	a->data = "";
	char *large = calloc(1, OPS_RECORD_INLINE + 2);
	memset(large, 'x', OPS_RECORD_INLINE + 1);
	a->text = large;
	ask(&r);
	refused(ERR_RANGE, "the text is longer than 32 KiB", "large record");
	free(large);
	a->text = "";
	a->attributes = &(struct ops_attribute){ "bad name", "", "x" };
	a->n_attributes = 1;
	ask(&r);
	refused(ERR_MALFORMED, "an attribute is not what its type allows", "doc/api.md");
	a->attributes = &(struct ops_attribute){ "a", "colour", "x" };
	ask(&r);
	refused(ERR_MALFORMED, "\"a\": attributes are string, int or date", "");
	a->attributes = &(struct ops_attribute){ "peerrecordid", "", "x" };
	ask(&r);
	refused(ERR_MALFORMED, "\"peerrecordid\" stands on every record by itself", "");
	a->xml = "<attributes/>";
	ask(&r);
	refused(ERR_MALFORMED, "give either \"attributes\" or \"xml\"", "");
	a->n_attributes = 0;
	a->xml = "<attributes";
	ask(&r);
	assert_int_equal(got.err, ERR_MALFORMED);
	a->n_attributes = 300;
	ask(&r);
	refused(ERR_FULL, "at most 256 attributes", "");
	assert_int_equal(played_graph.commands, 0);
}

static void a_record_is_changed(void **state)
{
	struct ops_request r = played_of(OPS_RECORD_UPDATE, "11111111");
	struct ops_record_update *u = &r.record_update;
	const struct graph_command *k = &played_graph.command.of;
	ask(&r);
	refused(ERR_MALFORMED, "nothing is to be changed", "doc/api.md");
	u->text = "butter";
	u->if_version = 1;
	played_graph.result.version = 2;
	ask(&r);
	assert_at("id", ID_11);
	assert_at("version", "2");
	assert_int_equal(k->kind, GRAPH_RECORD_UPDATE);
	assert_int_equal(k->if_version, 1);
	assert_int_equal(k->id.at[0], 0x11);
	assert_true(k->has_payload);
	assert_false(k->has_attributes);
	assert_int_equal(k->expires, 0);
	u->text = "";
	u->attributes = &author;
	u->n_attributes = 1;
	ask(&r);
	assert_false(k->has_payload);
	assert_non_null(strstr(played_graph.text, ">note<")); /* its word stays */
	u->n_attributes = 0;
	u->set = "data";
	ask(&r);
	assert_true(k->has_payload);
	assert_int_equal(played_graph.payload_n, 0);
	played_graph.result = (struct engine_result){ .err = ERR_CONFLICT, .text = "it is at 3" };
	ask(&r);
	refused(ERR_CONFLICT, "record " ID_11 " cannot be changed: it is at 3", "read it anew");
	u->if_version = UINT64_C(1) << 40;
	ask(&r);
	refused(ERR_RANGE, "versions are below 2^32", "");
}

static void a_record_is_deleted(void **state)
{
	struct ops_request r = played_of(OPS_RECORD_DELETE, ID_22);
	r.record_delete.local = true;
	r.record_delete.if_version = 4;
	ask(&r);
	assert_at("text", "record " ID_22 " is deleted here");
	assert_true(played_graph.command.of.local_only);
	assert_int_equal(played_graph.command.of.if_version, 4);
	r.record_delete.dry_run = true;
	ask(&r);
	assert_at("done", "false");
	assert_int_equal(played_graph.commands, 1);
	r = played_of(OPS_RECORD_DELETE, "aaaaaaaa");
	ask(&r);
	refused(ERR_NOT_FOUND, "there is no record", "record list");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		GRAPHS_TEST(a_record_is_shown_in_full),
		GRAPHS_TEST(what_is_no_record_is_refused),
		GRAPHS_TEST(records_are_listed_by_their_time),
		GRAPHS_TEST(pages_follow_each_other),
		GRAPHS_TEST(a_page_looks_at_so_many),
		GRAPHS_TEST(records_are_searched),
		GRAPHS_TEST(a_record_is_published),
		GRAPHS_TEST(bad_records_are_refused),
		GRAPHS_TEST(a_record_is_changed),
		GRAPHS_TEST(a_record_is_deleted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
