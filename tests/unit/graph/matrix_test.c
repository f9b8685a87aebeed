/* GRAPH-8.14: every cell of the matrix, by real links in each state. */
#include "link_rig.h"

enum outcome {
	KEPT,	/* the link is as it was */
	MOVED,	/* the link goes on in another state */
	CLOSED, /* in good order */
	BAD	/* closed, counted, told */
};

#define ROW_N GRAPH_ACK

struct row {
	enum graph_state state;
	bool direct;
	enum outcome cell[ROW_N];
};

/* AUTH_INFO CONNECT WELCOME REFUSE DISCONNECT NEW TIME HASH ADVERTISE REQUEST FLOOD SYNC_END
 * PT2PT ACK */
static const struct row rows[] = {
	{ GRAPH_STATE_ACCEPTED,
	  false,
	  { MOVED, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD } },
	{ GRAPH_STATE_AUTHENTICATED,
	  false,
	  { BAD, MOVED, BAD, BAD, CLOSED, BAD, BAD, BAD, BAD, BAD, BAD, KEPT, BAD, BAD } },
	{ GRAPH_STATE_CONNECT_WAIT,
	  false,
	  { BAD, BAD, MOVED, CLOSED, CLOSED, BAD, BAD, BAD, BAD, BAD, BAD, KEPT, BAD, BAD } },
	{ GRAPH_STATE_CONNECT_WAIT,
	  true,
	  { BAD, BAD, MOVED, CLOSED, CLOSED, BAD, BAD, BAD, BAD, BAD, BAD, KEPT, BAD, BAD } },
	{ GRAPH_STATE_CONNECTED,
	  false,
	  { BAD, KEPT, BAD, BAD, CLOSED, KEPT, KEPT, KEPT, BAD, BAD, KEPT, KEPT, KEPT, KEPT } },
	{ GRAPH_STATE_CONNECTED,
	  true,
	  { BAD, KEPT, BAD, BAD, CLOSED, BAD, BAD, BAD, BAD, BAD, BAD, BAD, KEPT, BAD } },
};

static void cell(const struct row *row, enum graph_message_type type, enum outcome want)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_in_state(&r, row->state, row->direct);
	rig_say(&r, link, rig_any(&r, type));
	const struct graph_link *l = graph_link_find(r.g, link);
	if (want == CLOSED || want == BAD) {
		assert_true(rig_closed(&r, link));
		assert_null(l);
	} else {
		assert_false(rig_closed(&r, link));
		assert_non_null(l);
		assert_true((l->state == row->state) == (want == KEPT));
	}
	assert_int_equal(rig_info(&r).counts.bad, want == BAD ? 1 : 0);
	assert_int_equal(r.events[GRAPH_EVENT_BAD_PEER], want == BAD ? 1 : 0);
	if (want == BAD) {
		assert_non_null(r.last[GRAPH_EVENT_BAD_PEER].text);
		assert_int_not_equal(r.last[GRAPH_EVENT_BAD_PEER].err, OK);
	}
	rig_end(&r);
}

static void every_cell(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int type = GRAPH_AUTH_INFO; type < GRAPH_MESSAGE_END; type++)
			cell(&rows[i], (enum graph_message_type)type, rows[i].cell[type - 1]);
}

/* A dialled link that is not up has no octets; what the owner gives all the same is not
 * looked at. */
static void a_dialled_link_hears_nothing(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_in_state(&r, GRAPH_STATE_DIALLING, false);
	for (int type = GRAPH_AUTH_INFO; type < GRAPH_MESSAGE_END; type++)
		rig_say(&r, link, rig_any(&r, (enum graph_message_type)type));
	assert_int_equal(graph_link_find(r.g, link)->state, GRAPH_STATE_DIALLING);
	assert_int_equal(rig_info(&r).counts.in, 0);
	rig_end(&r);
}

/* ENDED: what comes behind a message that ended the link, in the same octets, is ignored. */
static void behind_the_end_all_is_ignored(void **state)
{
	struct rig r;
	uint8_t octets[512];
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	struct wr w = wr_of(octets, sizeof(octets));
	const struct graph_framing f = { .payload = GRAPH_FRAME_PAYLOAD };
	graph_put_framed(&w, rig_any(&r, GRAPH_DISCONNECT), f);
	graph_put_framed(&w, rig_any(&r, GRAPH_WELCOME), f);
	graph_put_framed(&w, rig_any(&r, GRAPH_PT2PT), f);
	rig_give(&r, link, wr_span(&w));
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_info(&r).counts.bad, 0);
	assert_int_equal(r.n_data, 0);
	rig_end(&r);
}

static void what_is_no_message_closes(void **state)
{
	static const struct {
		uint8_t octets[12];
		size_t n;
	} bad[] = {
		{ { 0, 0 }, 2 },				       /* frame of size 0 */
		{ { 0xff, 0xff }, 2 },				       /* above the ceiling */
		{ { 0, 8, 0, 0, 0, 8, 0x10, 0x0f, 0, 0 }, 10 },	       /* unknown type */
		{ { 0, 8, 0, 0, 0, 8, 0x10, 0x00, 0, 0 }, 10 },	       /* A45 */
		{ { 0, 8, 0, 0, 0, 8, 0x11, 0x0d, 0, 0 }, 10 },	       /* version */
		{ { 0, 8, 0, 0, 0, 7, 0x10, 0x0d, 0, 0 }, 10 },	       /* size below 8 */
		{ { 0, 8, 0, 0x10, 0, 0, 0x10, 0x05, 0, 0 }, 10 },     /* too large a DISCONNECT */
		{ { 0, 10, 0, 0, 0, 8, 0x10, 0x0c, 0, 0, 1, 1 }, 12 }, /* more than the message */
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rig r;
		rig_begin(&r);
		uint32_t link = rig_neighbor(&r, 77, 30);
		rig_give(&r, link, span_of(bad[i].octets, bad[i].n));
		assert_true(rig_closed(&r, link));
		assert_int_equal(rig_info(&r).counts.bad, 1);
		rig_end(&r);
	}
}

/* A message of any type comes octet by octet as it comes at once. */
static void pieces_of_one_octet(void **state)
{
	struct rig r;
	uint8_t octets[512];
	const struct graph_framing f = { .payload = 7 };
	rig_begin(&r);
	uint32_t link = rig_accept(&r, 30);
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_framed(&w, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), f);
	graph_put_framed(&w, rig_connect(&r, 0, 77, 30), f);
	graph_put_framed(&w, rig_data(&r, "in pieces"), f);
	for (size_t i = 0; i < w.n; i++)
		rig_give(&r, link, span_of(octets + i, 1));
	rig_expect(&r, link, GRAPH_WELCOME);
	assert_int_equal(r.n_data, 1);
	assert_memory_equal(r.data_octets, "in pieces", 9);
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell),
		cmocka_unit_test(a_dialled_link_hears_nothing),
		cmocka_unit_test(behind_the_end_all_is_ignored),
		cmocka_unit_test(what_is_no_message_closes),
		cmocka_unit_test(pieces_of_one_octet),
	};
	return cmocka_run_group_tests_name("matrix", tests, NULL, NULL);
}
