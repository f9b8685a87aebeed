/* Sessions of a security provider: the vtable is called as it says, whatever fails. The
 * double XORs every octet and needs three tokens: "1" to the responder, "2" back, "3". */
#include "link_rig.h"

#include "mesh_rig.h"

struct double_session {
	bool initiator;
	int step;
	bool more;	  /* is asked for */
	struct span rest; /* behind the last token, in the same octets */
	uint8_t rest_octets[256], out[GRAPH_FRAME_CEILING];
	char self[64];
};

struct double_ctx {
	int fail_step; /* this step fails, 0 none */
	bool fail_new, fail_seal, fail_unseal, gone;
	int unseal_most; /* frames; 0 any number */
	const char *proves;
	bool twice;   /* step and seal have two frames each; the last word of step is an 'x' */
	size_t large; /* octets of token '2', 0 one */
	int sessions, freed;
	struct graph_parties seen;
	size_t auth_info;
};

static struct double_ctx d;

static enum err session_new(void *ctx, const struct graph_parties *p, void **session)
{
	struct double_session *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	if (d.fail_new) {
		free(s);
		return ERR_DENIED;
	}
	s->initiator = p->initiator;
	d.seen = *p;
	d.auth_info = p->auth_info.n;
	d.sessions++;
	*session = s;
	return OK;
}

static void session_free(void *session)
{
	d.freed++;
	free(session);
}

static void say(struct double_session *s, struct graph_session_out *out, char token)
{
	s->out[0] = (uint8_t)token;
	out->bytes = span_of(s->out, 1);
}

static enum err step(void *session, struct span token, struct graph_session_out *out)
{
	struct double_session *s = session;
	*out = (struct graph_session_out){ .done = false };
	if (s->more) {
		assert_int_equal(token.n, 0);
		s->more = false;
		out->done = s->initiator;
		say(s, out, 'x');
		return OK;
	}
	if (d.fail_step && ++s->step == d.fail_step) {
		if (d.twice)
			say(s, out, '!');
		return ERR_DENIED;
	}
	if (!d.fail_step)
		s->step++;
	if (s->initiator && !token.n) {
		say(s, out, '1');
		return OK;
	}
	if (!token.n)
		return OK;
	if (s->initiator && token.p[0] == '2') {
		say(s, out, '3');
		out->more = s->more = d.twice;
		out->done = !d.twice;
		return OK;
	}
	if (!s->initiator && token.p[0] == '1') {
		say(s, out, '2');
		out->bytes.n += d.large;
		out->more = s->more = d.twice;
		return OK;
	}
	if (s->initiator || token.p[0] != '3')
		return ERR_DENIED;
	out->done = true;
	s->rest.n = token.n - 1;
	memcpy(s->rest_octets, token.p + 1, s->rest.n);
	return OK;
}

static enum err xor (struct double_session * s, struct span in, struct graph_session_out *out) {
	for (size_t i = 0; i < in.n; i++) s->out[i] = in.p[i] ^ 0x5a;
		*out = (struct graph_session_out){ .bytes = span_of(s->out, in.n) }; return OK;
}

static enum err seal(void *session, struct span plain, struct graph_session_out *out)
{
	struct double_session *s = session;
	assert_true(plain.n <= 1000);
	if (!d.twice)
		return d.fail_seal ? ERR_NOMEM : xor(session, plain, out);
	if (plain.n) {
		*out = (struct graph_session_out){ .bytes = span_str("+"), .more = true };
		memcpy(s->rest_octets, plain.p, plain.n);
		s->rest.n = plain.n;
		return OK;
	}
	plain = span_of(s->rest_octets, s->rest.n);
	s->rest.n = 0;
	return d.fail_seal ? ERR_NOMEM : xor(s, plain, out);
}

static enum err unseal(void *session, struct span frame, struct graph_session_out *out)
{
	struct double_session *s = session;
	if (d.fail_unseal || (d.unseal_most && --d.unseal_most == 0))
		return ERR_DENIED;
	if (frame.n)
		return xor(s, frame, out);
	struct span rest = span_of(s->rest_octets, s->rest.n);
	s->rest.n = 0;
	return xor(s, rest, out);
}

static struct span peer(void *session)
{
	return span_str(d.proves ? d.proves : "");
}

static bool stands(void *session)
{
	return !d.gone;
}

static enum err secure(void *ctx, const struct graph_record *r, enum graph_change change,
		       struct span *security)
{
	*security = span_str("signed");
	return OK;
}

static enum graph_opinion validate(void *ctx, const struct graph_record *r,
				   enum graph_change change)
{
	return span_eq(r->security, span_str("signed")) ? GRAPH_VALID : GRAPH_INVALID;
}

static const struct graph_provider_ops ops = {
	.name = "double",
	.sessions = true,
	.frame_plain = 1000,
	.session_new = session_new,
	.session_free = session_free,
	.step = step,
	.seal = seal,
	.unseal = unseal,
	.peer = peer,
	.stands = stands,
	.secure = secure,
	.validate = validate,
};

static void begin(struct rig *r)
{
	d = (struct double_ctx){ .proves = NULL };
	rig_init(r);
	r->birth.provider = (struct graph_provider){ &ops, NULL };
	rig_start(r);
}

static void end(struct rig *r)
{
	rig_end(r);
	assert_int_equal(d.sessions, d.freed);
}

/* A frame of plain octets, under XOR where told. */
static void give(struct rig *r, uint32_t link, struct span s, bool sealed)
{
	uint8_t frame[2048];
	struct wr w = wr_of(frame, sizeof(frame));
	wr_u16(&w, (uint16_t)s.n);
	wr_bytes(&w, s);
	assert_false(w.failed);
	for (size_t i = 2; sealed && i < w.n; i++)
		frame[i] ^= 0x5a;
	rig_give(r, link, wr_span(&w));
}

/* The next frame that the graph sent. */
static struct span frame(struct rig *r, uint32_t link)
{
	struct rig_link *l = rig_link(r, link);
	assert_true(l->n >= l->at + 2);
	size_t n = (size_t)l->octets[l->at] << 8 | l->octets[l->at + 1];
	struct span s = span_of(l->octets + l->at + 2, n);
	assert_true(l->n >= l->at + 2 + n);
	l->at += 2 + n;
	return s;
}

static bool nothing_more(struct rig *r, uint32_t link)
{
	return rig_link(r, link)->at == rig_link(r, link)->n;
}

static void three_tokens_as_responder(void **state)
{
	struct rig r;
	begin(&r);
	uint32_t link = rig_accept(&r, 30);
	give(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), false);
	assert_false(d.seen.initiator);
	assert_int_equal(d.auth_info, 35);
	assert_true(nothing_more(&r, link));
	give(&r, link, span_str("1"), false);
	assert_true(span_eq(frame(&r, link), span_str("2")));
	assert_int_equal(graph_link_find(r.g, link)->state, GRAPH_STATE_TOKENS);
	give(&r, link, span_str("3"), false);
	assert_int_equal(graph_link_find(r.g, link)->state, GRAPH_STATE_AUTHENTICATED);
	give(&r, link, rig_connect(&r, 0, 77, 30), true);
	assert_int_equal(graph_link_find(r.g, link)->state, GRAPH_STATE_CONNECTED);
	struct span s = frame(&r, link);
	assert_int_equal(s.p[5] ^ 0x5a, GRAPH_WELCOME);
	end(&r);
}

static void three_tokens_as_initiator(void **state)
{
	struct rig r;
	begin(&r);
	uint32_t link = rig_in_state(&r, GRAPH_STATE_DIALLING, false);
	rig_up(&r, link);
	assert_int_equal(frame(&r, link).p[5], GRAPH_AUTH_INFO);
	/* In a frame of its own (A56). */
	assert_true(span_eq(frame(&r, link), span_str("1")));
	assert_true(nothing_more(&r, link));
	give(&r, link, span_str("2"), false);
	assert_true(span_eq(frame(&r, link), span_str("3")));
	assert_int_equal(frame(&r, link).p[5] ^ 0x5a, GRAPH_CONNECT);
	give(&r, link, rig_welcome(&r, 77, "0.peer"), true);
	assert_int_equal(rig_reply(&r, r.number)->err, OK);
	end(&r);
}

/* A56: the first token behind AUTH_INFO in its frame, or inside it. */
static void a_token_may_come_with_auth_info(void **state)
{
	uint8_t octets[128];
	for (int inside = 0; inside < 2; inside++) {
		struct rig r;
		begin(&r);
		struct span s = rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer");
		memcpy(octets, s.p, s.n);
		octets[s.n] = '1';
		if (inside)
			octets[3]++;
		/* No destination: its offset is Message Size, so nothing can lie inside. */
		uint32_t link = rig_accept(&r, 30);
		if (inside) {
			struct wr w = wr_of(octets, sizeof(octets));
			const struct graph_auth_info m = { .connection = GRAPH_NEIGHBOR,
							   .graph_id = span_str("0.TestGraph"),
							   .source = span_str("0.peer"),
							   .destination = span_str("0.bob") };
			graph_put_auth_info(&w, &m);
			wr_u8(&w, '1');
			octets[3]++;
			s = span_of(octets, w.n - 1);
		}
		give(&r, link, span_of(octets, s.n + 1), false);
		assert_true(span_eq(frame(&r, link), span_str("2")));
		end(&r);
	}
}

/* GRAPH-8.15. */
static void octets_behind_the_last_token_count(void **state)
{
	struct rig r;
	uint8_t octets[256];
	begin(&r);
	uint32_t link = rig_accept(&r, 30);
	give(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), false);
	give(&r, link, span_str("1"), false);
	struct span c = rig_connect(&r, 0, 77, 30);
	octets[0] = '3';
	for (size_t i = 0; i < c.n; i++)
		octets[1 + i] = c.p[i] ^ 0x5a;
	give(&r, link, span_of(octets, 1 + c.n), false);
	assert_int_equal(graph_link_find(r.g, link)->state, GRAPH_STATE_CONNECTED);
	end(&r);
}

static void every_step_may_fail(void **state)
{
	for (int n = 1; n <= 3; n++) {
		struct rig r;
		begin(&r);
		d.fail_step = n;
		uint32_t link = rig_accept(&r, 30);
		give(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), false);
		give(&r, link, span_str("1"), false);
		give(&r, link, span_str("3"), false);
		assert_true(rig_closed(&r, link));
		assert_int_equal(rig_info(&r).counts.bad, 1);
		assert_int_equal(r.last[GRAPH_EVENT_BAD_PEER].err, ERR_DENIED);
		end(&r);
	}
	for (int n = 1; n <= 2; n++) {
		struct rig r;
		begin(&r);
		d.fail_step = n;
		uint32_t link = rig_in_state(&r, GRAPH_STATE_DIALLING, false);
		rig_up(&r, link);
		give(&r, link, span_str("2"), false);
		assert_true(rig_closed(&r, link));
		assert_int_equal(rig_reply(&r, r.number)->err, ERR_DENIED);
		end(&r);
	}
}

static void no_session_no_link(void **state)
{
	struct rig r;
	begin(&r);
	d.fail_new = true;
	uint32_t link = rig_accept(&r, 30);
	give(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), false);
	assert_true(rig_closed(&r, link));
	end(&r);
}

static uint32_t neighbor(struct rig *r)
{
	uint32_t link = rig_accept(r, 30);
	give(r, link, rig_auth_info(r, GRAPH_NEIGHBOR, "0.peer"), false);
	give(r, link, span_str("1"), false);
	give(r, link, span_str("3"), false);
	give(r, link, rig_connect(r, 0, 77, 30), true);
	assert_int_equal(graph_link_find(r->g, link)->state, GRAPH_STATE_CONNECTED);
	return link;
}

static void what_cannot_be_unsealed_ends_the_link(void **state)
{
	struct rig r;
	begin(&r);
	uint32_t link = neighbor(&r);
	d.fail_unseal = true;
	give(&r, link, rig_data(&r, "x"), true);
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_info(&r).counts.bad, 1);
	end(&r);
}

#define ROW 40 /* frames */

/* That many frames of data, sealed; at `bad` stands one that is no message. */
static struct span row(struct rig *r, int bad, uint8_t *out, size_t size)
{
	struct wr w = wr_of(out, size);
	for (int i = 0; i < ROW; i++) {
		struct span s = i == bad ? span_str("no message at all") : rig_data(r, "hello");
		wr_u16(&w, (uint16_t)s.n);
		size_t at = w.n;
		wr_bytes(&w, s);
		for (; at < w.n; at++)
			out[at] ^= 0x5a;
	}
	assert_false(w.failed);
	return wr_span(&w);
}

/* GRAPH-10.25: whatever comes behind them in the same octets. */
static void what_came_before_a_bad_frame_counts(void **state)
{
	static uint8_t octets[ROW * 128];
	for (int bad = 0; bad < ROW; bad++)
		for (int sealed = 0; sealed < 2; sealed++) {
			struct rig r;
			begin(&r);
			uint32_t link = neighbor(&r);
			size_t data = r.n_data;
			d.unseal_most = sealed ? bad + 1 : 0;
			rig_give(&r, link, row(&r, sealed ? -1 : bad, octets, sizeof(octets)));
			assert_int_equal(r.n_data, data + (size_t)bad);
			assert_true(rig_closed(&r, link));
			assert_int_equal(rig_info(&r).counts.bad, 1);
			end(&r);
		}
}

static void a_row_of_frames_comes_in_any_pieces(void **state)
{
	static uint8_t octets[ROW * 128];
	for (size_t piece = 1; piece < 400; piece += 37) {
		struct rig r;
		begin(&r);
		uint32_t link = neighbor(&r);
		size_t data = r.n_data;
		struct span all = row(&r, -1, octets, sizeof(octets));
		for (size_t at = 0; at < all.n; at += piece)
			rig_give(&r, link,
				 span_of(all.p + at, all.n - at < piece ? all.n - at : piece));
		assert_int_equal(r.n_data, data + ROW);
		end(&r);
	}
}

static void what_cannot_be_sealed_is_not_sent_plain(void **state)
{
	struct rig r;
	begin(&r);
	uint32_t link = neighbor(&r);
	size_t before = rig_link(&r, link)->n;
	d.fail_seal = true;
	const struct graph_command c = { .kind = GRAPH_PING };
	rig_command(&r, &c);
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_link(&r, link)->n, before);
	assert_int_equal(rig_info(&r).counts.bad, 0);
	end(&r);
}

static void who_is_proved_is_who_was_said(void **state)
{
	struct rig r;
	begin(&r);
	d.proves = "0.mallory";
	uint32_t link = rig_accept(&r, 30);
	give(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), false);
	give(&r, link, span_str("1"), false);
	give(&r, link, span_str("3"), false);
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_info(&r).counts.bad, 1);
	end(&r);
}

/* Frames hold no more plain octets than the provider takes; all goes under XOR. */
static void large_messages_are_cut_for_the_provider(void **state)
{
	struct rig r;
	uint8_t payload[2500] = { 1 };
	begin(&r);
	uint32_t link = neighbor(&r);
	rig_link(&r, link)->at = rig_link(&r, link)->n;
	const struct graph_command c = { .kind = GRAPH_CONN_SEND,
					 .conn = link,
					 .type = { { 9 } },
					 .payload = span_of(payload, sizeof(payload)) };
	assert_int_equal(rig_reply(&r, rig_command(&r, &c))->err, OK);
	assert_int_equal(frame(&r, link).n, 1000);
	assert_int_equal(frame(&r, link).n, 1000);
	assert_int_equal(frame(&r, link).n, 528);
	assert_true(nothing_more(&r, link));
	end(&r);
}

/* GRAPH-6.4 */
static void tokens_may_be_two(void **state)
{
	struct rig r;
	begin(&r);
	d.twice = true;
	uint32_t link = rig_accept(&r, 30);
	give(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), false);
	give(&r, link, span_str("1"), false);
	assert_true(span_eq(frame(&r, link), span_str("2")));
	assert_true(span_eq(frame(&r, link), span_str("x")));
	assert_true(nothing_more(&r, link));
	assert_int_equal(graph_link_find(r.g, link)->state, GRAPH_STATE_TOKENS);
	end(&r);
}

/* GRAPH-6.4: of a last token only the last part ends the handshake; sealed octets follow. */
static void the_last_token_may_be_two(void **state)
{
	struct rig r;
	begin(&r);
	d.twice = true;
	uint32_t link = rig_in_state(&r, GRAPH_STATE_DIALLING, false);
	rig_up(&r, link);
	frame(&r, link);
	assert_true(span_eq(frame(&r, link), span_str("1")));
	give(&r, link, span_str("2"), false);
	assert_true(span_eq(frame(&r, link), span_str("3")));
	assert_true(span_eq(frame(&r, link), span_str("x")));
	assert_true(span_eq(frame(&r, link), span_str("+")));
	assert_int_equal(frame(&r, link).p[5] ^ 0x5a, GRAPH_CONNECT);
	assert_true(nothing_more(&r, link));
	give(&r, link, rig_welcome(&r, 77, "0.peer"), true);
	assert_int_equal(rig_reply(&r, r.number)->err, OK);
	d.fail_seal = true;
	const struct graph_command c = { .kind = GRAPH_PING };
	rig_command(&r, &c);
	assert_true(rig_closed(&r, link));
	end(&r);
}

/* GRAPH-6.4 */
static void last_words_are_sent(void **state)
{
	struct rig r;
	begin(&r);
	d.twice = true;
	d.fail_step = 2;
	uint32_t link = rig_accept(&r, 30);
	give(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), false);
	give(&r, link, span_str("1"), false);
	assert_true(span_eq(frame(&r, link), span_str("!")));
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_info(&r).counts.bad, 1);
	end(&r);
}

/* GRAPH-6.4 */
static void a_token_is_cut_late(void **state)
{
	static const size_t sizes[][3] = {
		{ 16379 }, { 16380 }, { 32766 }, { 32767, 16379, 16379 }
	};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct rig r;
		begin(&r);
		d.large = sizes[i][0] - 1;
		uint32_t link = rig_accept(&r, 30);
		give(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"), false);
		give(&r, link, span_str("1"), false);
		for (size_t at = 0, part = 1; at < sizes[i][0]; part++) {
			size_t n = frame(&r, link).n;
			assert_int_equal(n, sizes[i][1] && part < 3 ? sizes[i][part]
								    : sizes[i][0] - at);
			at += n;
		}
		assert_true(nothing_more(&r, link));
		end(&r);
	}
}

/* Real graphs over the double: a mesh comes about and agrees. */
static void a_mesh_with_a_provider(void **state)
{
	struct mesh *m = mesh_new(5, 4);
	d = (struct double_ctx){ .proves = NULL };
	m->provider = (struct graph_provider){ &ops, NULL };
	mesh_join_all(m);
	mesh_add(m, 3, "sealed", 3600);
	assert_true(mesh_until(m, mesh_settled, 10 * MONO_MIN));
	mesh_free(m);
	assert_int_equal(d.sessions, d.freed);
}

/* GRAPH-8.48: whoever is linked may be here, or goes; who is not proved yet is not asked. */
static void who_may_not_be_here_any_more_goes(void **state)
{
	struct rig r;
	begin(&r);
	uint32_t link = neighbor(&r), early = rig_accept(&r, 31);
	give(&r, early, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.other"), false);
	graph_recheck(r.g, r.now);
	rig_drain(&r);
	assert_false(rig_closed(&r, link));
	d.gone = true;
	graph_recheck(r.g, r.now);
	rig_drain(&r);
	assert_true(rig_closed(&r, link));
	assert_false(rig_closed(&r, early));
	assert_int_equal(r.last[GRAPH_EVENT_NEIGHBOR].err, ERR_DENIED);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_tokens_as_responder),
		cmocka_unit_test(three_tokens_as_initiator),
		cmocka_unit_test(a_token_may_come_with_auth_info),
		cmocka_unit_test(octets_behind_the_last_token_count),
		cmocka_unit_test(every_step_may_fail),
		cmocka_unit_test(no_session_no_link),
		cmocka_unit_test(what_cannot_be_unsealed_ends_the_link),
		cmocka_unit_test(what_came_before_a_bad_frame_counts),
		cmocka_unit_test(a_row_of_frames_comes_in_any_pieces),
		cmocka_unit_test(what_cannot_be_sealed_is_not_sent_plain),
		cmocka_unit_test(who_is_proved_is_who_was_said),
		cmocka_unit_test(large_messages_are_cut_for_the_provider),
		cmocka_unit_test(tokens_may_be_two),
		cmocka_unit_test(the_last_token_may_be_two),
		cmocka_unit_test(last_words_are_sent),
		cmocka_unit_test(a_token_is_cut_late),
		cmocka_unit_test(who_may_not_be_here_any_more_goes),
		cmocka_unit_test(a_mesh_with_a_provider),
	};
	return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}
