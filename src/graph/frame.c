#include "graph/frame.h"
#include "wire/rd.h"

#include <assert.h>

/* GRAPH-2.1, GRAPH-2.3. */

#define LEAST_ROOM 64

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void drop_frame(struct graph_inbox *b)
{
	env_free(b->env, b->frame);
	b->frame = NULL;
	b->frame_n = b->frame_room = 0;
	b->frame_given = false;
}

static void drop_message(struct graph_inbox *b)
{
	env_free(b->env, b->message);
	b->message = NULL;
	b->message_n = b->message_size = b->message_room = 0;
	b->message_given = false;
}

void graph_inbox_fini(struct graph_inbox *b)
{
	drop_frame(b);
	drop_message(b);
}

size_t graph_inbox_octets(const struct graph_inbox *b)
{
	return b->frame_room + b->message_room;
}

struct span graph_inbox_unfinished(const struct graph_inbox *b)
{
	return b->frame_given ? span_of(NULL, 0) : span_of(b->frame, b->frame_n);
}

/* GRAPH-2.2 (A1): an AUTH_INFO whose frame says two octets more than it has itself is from
 * somebody who counts the field too. */
static bool counts_field(struct span s, size_t size)
{
	struct rd r = rd_of(s);
	rd_skip(&r, GRAPH_FRAME_HEAD);
	uint32_t message = rd_u32(&r);
	uint8_t version = rd_u8(&r);
	uint8_t type = rd_u8(&r);
	return version == GRAPH_VERSION && type == GRAPH_AUTH_INFO &&
	       size == (uint64_t)message + GRAPH_FRAME_HEAD;
}

/* As many octets of a frame as must be seen to know its size. */
static size_t head_size(const struct graph_inbox *b, struct span s)
{
	if (b->begun || s.n < GRAPH_FRAME_HEAD)
		return GRAPH_FRAME_HEAD;
	size_t size = (size_t)s.p[0] << 8 | s.p[1];
	return size < GRAPH_HEADER ? GRAPH_FRAME_HEAD : GRAPH_HEADER;
}

/* The octets of the frame that s begins with, its head included. ERR_NOT_FOUND: not seen
 * yet. */
static enum err frame_size(struct graph_inbox *b, struct span s, size_t *total)
{
	if (s.n < head_size(b, s))
		return ERR_NOT_FOUND;
	size_t size = (size_t)s.p[0] << 8 | s.p[1];
	if (!b->begun && b->first_max && size > b->first_max)
		return ERR_RANGE;
	if (!b->begun)
		b->counted = counts_field(s, size) ? GRAPH_FRAME_HEAD : 0;
	if (size <= b->counted || size - b->counted > GRAPH_FRAME_CEILING)
		return ERR_RANGE;
	*total = GRAPH_FRAME_HEAD + size - b->counted;
	return OK;
}

static enum err give_frame(struct graph_inbox *b, const uint8_t *p, size_t total,
			   struct span *payload)
{
	b->begun = true;
	*payload = span_of(p + GRAPH_FRAME_HEAD, total - GRAPH_FRAME_HEAD);
	return OK;
}

/* Copies of *in what is missing up to `want` octets of the frame. */
static enum err fill_frame(struct graph_inbox *b, struct span *in, size_t want)
{
	if (want > b->frame_room) {
		uint8_t *grown = env_resize(b->env, b->frame, want);
		if (!grown)
			return ERR_NOMEM;
		b->frame = grown;
		b->frame_room = want;
	}
	size_t n = least(want - b->frame_n, in->n);
	memcpy(b->frame + b->frame_n, in->p, n);
	b->frame_n += n;
	*in = span_of(in->p + n, in->n - n);
	return OK;
}

/* A frame that came in pieces. */
static enum err gather_frame(struct graph_inbox *b, struct span *in, struct span *payload)
{
	for (;;) {
		size_t want;
		struct span have = { b->frame, b->frame_n };
		enum err e = frame_size(b, have, &want);
		if (e == ERR_RANGE)
			return e;
		if (e)
			want = head_size(b, have);
		else if (want == b->frame_n)
			break;
		if (in->n == 0)
			return ERR_NOT_FOUND;
		e = fill_frame(b, in, want);
		if (e)
			return e;
	}
	b->frame_given = true;
	return give_frame(b, b->frame, b->frame_n, payload);
}

enum err graph_inbox_frame(struct graph_inbox *b, struct span *in, struct span *payload)
{
	size_t total;
	if (b->frame_given)
		drop_frame(b);
	if (in->n == 0)
		return ERR_NOT_FOUND;
	if (b->frame_n == 0 && frame_size(b, *in, &total) == OK && total <= in->n) {
		const uint8_t *p = in->p;
		*in = span_of(p + total, in->n - total);
		return give_frame(b, p, total, payload);
	}
	return gather_frame(b, in, payload);
}

/* GRAPH-2.3: the message of `size` octets that s begins with. Behind an AUTH_INFO a
 * token may stand (A56), behind others nothing. */
static enum err give_message(struct graph_inbox *b, struct span s, size_t size,
			     struct span *message)
{
	if (s.n > size && s.p[5] != GRAPH_AUTH_INFO)
		return ERR_MALFORMED;
	*message = span_of(s.p, size);
	b->rest = span_of(s.p + size, s.n - size);
	return OK;
}

/* GRAPH-2.5: what is held grows with what has come, whatever size was announced. */
static enum err room_for(struct graph_inbox *b, size_t more)
{
	size_t need = b->message_n + more;
	if (need <= b->message_room)
		return OK;
	size_t room = 2 * b->message_room;
	if (room > b->message_size)
		room = b->message_size;
	if (room < need)
		room = need;
	if (room < LEAST_ROOM)
		room = LEAST_ROOM;
	uint8_t *grown = env_resize(b->env, b->message, room);
	if (!grown)
		return ERR_NOMEM;
	b->message = grown;
	b->message_room = room;
	return OK;
}

/* A message that came in pieces. */
static enum err gather_message(struct graph_inbox *b, struct span plain, struct span *message)
{
	enum err e = room_for(b, plain.n);
	if (e)
		return e;
	memcpy(b->message + b->message_n, plain.p, plain.n);
	b->message_n += plain.n;
	if (b->message_n < GRAPH_HEADER)
		return ERR_NOT_FOUND;
	if (b->message_size == 0) {
		struct graph_head h;
		e = graph_head_decode(b->message, &b->sizes, &h);
		if (e)
			return e;
		b->message_size = h.size;
	}
	if (b->message_n < b->message_size)
		return ERR_NOT_FOUND;
	b->message_given = true;
	return give_message(b, span_of(b->message, b->message_n), b->message_size, message);
}

enum err graph_inbox_plain(struct graph_inbox *b, struct span plain, struct span *message)
{
	if (b->message_given)
		drop_message(b);
	b->rest = span_of(NULL, 0);
	if (plain.n == 0)
		return ERR_NOT_FOUND;
	if (b->message_n == 0 && plain.n >= GRAPH_HEADER) {
		struct graph_head h;
		enum err e = graph_head_decode(plain.p, &b->sizes, &h);
		if (e)
			return e;
		if (h.size <= plain.n)
			return give_message(b, plain, h.size, message);
	}
	return gather_message(b, plain, message);
}

size_t graph_framed_size(size_t message, size_t payload)
{
	return message + GRAPH_FRAME_HEAD * ((message + payload - 1) / payload);
}

void graph_put_framed(struct wr *w, struct span message, struct graph_framing f)
{
	assert(f.payload >= 1 && f.payload <= GRAPH_FRAME_CEILING);
	while (message.n) {
		size_t n = least(message.n, f.payload);
		wr_u16(w, (uint16_t)(n + f.counted));
		wr_bytes(w, span_of(message.p, n));
		message = span_of(message.p + n, message.n - n);
	}
}
