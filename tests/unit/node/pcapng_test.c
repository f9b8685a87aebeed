/* GRAPH-2.11: captures, taken apart again by other code than made them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "node/pcapng.h"
#include "wire/rd.h"

#define ROOM (1 << 18)

struct file {
	uint8_t *room;
	struct wr w;
};

static struct addr addr(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(text), 0, &a), OK);
	return a;
}

static void begin(struct file *f)
{
	f->room = malloc(ROOM);
	f->w = wr_of(f->room, ROOM);
	pcapng_put_head(&f->w);
	assert_true(f->w.n <= PCAPNG_HEAD_MAX);
}

/* A packet as it was written. */
struct packet {
	uint64_t us;
	uint32_t flags; /* of the block: 1 in, 2 out */
	uint8_t ip[2][16];
	size_t ip_n;
	uint16_t port[2];
	uint32_t seq, ack;
	uint8_t tcp;
	struct span octets;
};

static uint16_t folded(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)sum;
}

static uint32_t added(struct span s)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i++)
		sum += i % 2 ? s.p[i] : (uint32_t)s.p[i] << 8;
	return sum;
}

/* The block at *r, its two sizes the same; its type and what is between them. */
static uint32_t block(struct rd *r, struct span *body)
{
	uint32_t type = rd_u32(r);
	uint32_t size = rd_u32(r);
	assert_int_equal(size % 4, 0);
	*body = rd_bytes(r, size - 12);
	assert_int_equal(rd_u32(r), size);
	assert_false(r->failed);
	return type;
}

static struct span ip_head(struct rd *r, struct packet *p)
{
	struct span all = { r->p, r->left };
	p->ip_n = *r->p >> 4 == 4 ? 4 : 16;
	struct rd head = rd_of(rd_bytes(r, p->ip_n == 4 ? 20 : 40));
	struct span octets = { head.p, head.left };
	size_t length =
		(size_t)octets.p[p->ip_n == 4 ? 2 : 4] << 8 | octets.p[p->ip_n == 4 ? 3 : 5];
	assert_int_equal(length, p->ip_n == 4 ? all.n : r->left);
	assert_int_equal(octets.p[p->ip_n == 4 ? 9 : 6], 6);
	if (p->ip_n == 4)
		assert_int_equal(folded(added(octets)), 0xffff);
	rd_skip(&head, head.left - 2 * p->ip_n);
	for (size_t i = 0; i < 2; i++)
		memcpy(p->ip[i], rd_bytes(&head, p->ip_n).p, p->ip_n);
	return span_of(octets.p + octets.n - 2 * p->ip_n, 2 * p->ip_n);
}

static void tcp(struct span segment, struct span pseudo, struct packet *p)
{
	struct rd r = rd_of(segment);
	uint32_t sum = added(pseudo) + 6 + (uint32_t)segment.n + added(segment);
	assert_int_equal(folded(sum), 0xffff);
	p->port[0] = rd_u16(&r);
	p->port[1] = rd_u16(&r);
	p->seq = rd_u32(&r);
	p->ack = rd_u32(&r);
	assert_int_equal(rd_u8(&r), 0x50);
	p->tcp = rd_u8(&r);
	rd_skip(&r, 6);
	p->octets = rd_rest(&r);
}

static struct packet packet(struct rd *r)
{
	struct packet p = { .us = 0 };
	struct span body;
	assert_int_equal(block(r, &body), 6);
	struct rd b = rd_of(body);
	assert_int_equal(rd_u32(&b), 0);
	p.us = rd_u64(&b);
	uint32_t n = rd_u32(&b);
	assert_int_equal(rd_u32(&b), n);
	struct rd ip = rd_of(rd_bytes(&b, n));
	rd_skip(&b, (4 - n % 4) % 4);
	assert_int_equal(rd_u32(&b), 2 << 16 | 4);
	p.flags = rd_u32(&b);
	assert_int_equal(rd_u32(&b), 0);
	assert_true(rd_done(&b));
	struct span pseudo = ip_head(&ip, &p);
	tcp(rd_rest(&ip), pseudo, &p);
	return p;
}

static struct rd packets(const struct file *f)
{
	struct rd r = rd_of(wr_span(&f->w));
	struct span body;
	assert_int_equal(block(&r, &body), 0x0A0D0D0A);
	assert_memory_equal(body.p, "\x1a\x2b\x3c\x4d\0\1\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16);
	assert_int_equal(block(&r, &body), 1);
	assert_memory_equal(body.p, "\0\x65\0\0\0\0\0\0", 8);
	assert_int_equal(body.n, 8);
	return r;
}

static const uint8_t data[70000] = { 1, 2, 3, 4, 5 };

static void a_link_is_told_from_its_opening_to_its_end(void **state)
{
	struct addr local = addr("192.0.2.1:3587"), remote = addr("192.0.2.2:40000");
	/* Who sends, flags, sequence number, acknowledged, octets. */
	static const struct {
		enum pcapng_way way;
		uint8_t tcp;
		uint32_t seq, ack;
		size_t n;
	} want[] = {
		{ PCAPNG_IN, 0x02, 0, 0, 0 },  { PCAPNG_OUT, 0x12, 0, 1, 0 },
		{ PCAPNG_IN, 0x10, 1, 1, 0 },  { PCAPNG_IN, 0x10, 1, 1, 3 },
		{ PCAPNG_OUT, 0x10, 1, 4, 5 }, { PCAPNG_IN, 0x10, 4, 6, 1 },
		{ PCAPNG_OUT, 0x11, 6, 5, 0 }, { PCAPNG_IN, 0x11, 5, 7, 0 },
		{ PCAPNG_OUT, 0x10, 7, 6, 0 },
	};
	struct pcapng_stream s;
	struct file f;
	begin(&f);
	pcapng_start(&s, &local, &remote);
	pcapng_put_open(&f.w, &s, PCAPNG_IN, 1700000000000001);
	pcapng_put_octets(&f.w, &s, PCAPNG_IN, 1700000000000002, span_of(data, 3));
	pcapng_put_octets(&f.w, &s, PCAPNG_OUT, 1700000000000003, span_of(data, 5));
	pcapng_put_octets(&f.w, &s, PCAPNG_IN, 1700000000000004, span_of(data, 1));
	pcapng_put_octets(&f.w, &s, PCAPNG_IN, 1700000000000004, span_of(NULL, 0));
	pcapng_put_close(&f.w, &s, PCAPNG_OUT, 1700000000000005);
	assert_false(f.w.failed);
	struct rd r = packets(&f);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct packet p = packet(&r);
		bool in = want[i].way == PCAPNG_IN;
		assert_int_equal(p.flags, in ? 1 : 2);
		assert_int_equal(p.port[0], in ? 40000 : 3587);
		assert_int_equal(p.port[1], in ? 3587 : 40000);
		assert_memory_equal(p.ip[in ? 0 : 1], "\xc0\0\2\2", 4);
		assert_memory_equal(p.ip[in ? 1 : 0], "\xc0\0\2\1", 4);
		assert_int_equal(p.tcp, want[i].tcp);
		assert_int_equal(p.seq, want[i].seq);
		assert_int_equal(p.ack, want[i].ack);
		assert_true(span_eq(p.octets, span_of(data, want[i].n)));
		assert_true(p.us > 1700000000000000 && p.us <= 1700000000000005);
	}
	assert_true(rd_done(&r));
	free(f.room);
}

static void addresses_are_of_one_kind(void **state)
{
	static const struct {
		const char *local, *remote;
		size_t n;
	} rows[] = {
		{ "192.0.2.1:1", "192.0.2.2:2", 4 },
		{ "[::ffff:192.0.2.1]:1", "192.0.2.2:2", 4 },
		{ "[2001:db8::1]:1", "[2001:db8::2]:2", 16 },
		{ "[2001:db8::1]:1", "192.0.2.2:2", 16 },
		{ "192.0.2.1:1", "[2001:db8::1]:2", 16 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr local = addr(rows[i].local), remote = addr(rows[i].remote);
		struct pcapng_stream s;
		struct file f;
		begin(&f);
		pcapng_start(&s, &local, &remote);
		for (size_t n = 1; n < 9; n++)
			pcapng_put_octets(&f.w, &s, PCAPNG_OUT, 1, span_of(data, n));
		struct rd r = packets(&f);
		for (size_t n = 1; n < 9; n++) {
			struct packet p = packet(&r);
			assert_int_equal(p.ip_n, rows[i].n);
			assert_int_equal(p.octets.n, n);
		}
		assert_true(rd_done(&r));
		free(f.room);
	}
}

/* An address that is not known yet. */
static void no_address_is_written_as_none(void **state)
{
	struct addr local = { .family = ADDR_NONE }, remote = addr("192.0.2.2:2");
	struct pcapng_stream s;
	struct file f;
	begin(&f);
	pcapng_start(&s, &local, &remote);
	pcapng_put_octets(&f.w, &s, PCAPNG_IN, 1, span_of(data, 1));
	struct rd r = packets(&f);
	struct packet p = packet(&r);
	assert_int_equal(p.ip_n, 16);
	assert_memory_equal(p.ip[0], "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\2", 16);
	free(f.room);
}

static void much_is_cut_and_fits_what_was_said(void **state)
{
	static const size_t sizes[] = { 1, 32767, 32768, 32769, 65536, 70000 };
	struct addr local = addr("[2001:db8::1]:1"), remote = addr("[2001:db8::2]:2");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pcapng_stream s;
		struct file f;
		begin(&f);
		pcapng_start(&s, &local, &remote);
		size_t before = f.w.n, came = 0;
		pcapng_put_octets(&f.w, &s, PCAPNG_IN, 1, span_of(data, sizes[i]));
		assert_true(f.w.n - before <= pcapng_octets_max(sizes[i]));
		struct rd r = packets(&f);
		while (r.left) {
			struct packet p = packet(&r);
			assert_int_equal(p.seq, came);
			assert_memory_equal(p.octets.p, data + came, p.octets.n);
			came += p.octets.n;
		}
		assert_int_equal(came, sizes[i]);
		free(f.room);
	}
}

/* Numbers wrap as TCP's do. */
static void long_links_wrap(void **state)
{
	struct addr local = addr("[2001:db8::1]:1"), remote = addr("[2001:db8::2]:2");
	struct pcapng_stream s;
	struct file f;
	begin(&f);
	pcapng_start(&s, &local, &remote);
	s.next[PCAPNG_OUT] = UINT32_MAX - 1;
	pcapng_put_octets(&f.w, &s, PCAPNG_OUT, 1, span_of(data, 5));
	pcapng_put_octets(&f.w, &s, PCAPNG_IN, 1, span_of(data, 5));
	struct rd r = packets(&f);
	assert_true(packet(&r).seq == UINT32_MAX - 1);
	assert_int_equal(packet(&r).ack, 3);
	free(f.room);
}

static void what_opens_and_ends_fits_what_was_said(void **state)
{
	struct addr local = addr("[2001:db8::1]:1"), remote = addr("[2001:db8::2]:2");
	struct pcapng_stream s;
	struct file f;
	begin(&f);
	pcapng_start(&s, &local, &remote);
	size_t before = f.w.n;
	pcapng_put_open(&f.w, &s, PCAPNG_OUT, 1);
	assert_true(f.w.n - before <= PCAPNG_OPEN_MAX);
	before = f.w.n;
	pcapng_put_close(&f.w, &s, PCAPNG_OUT, 1);
	assert_true(f.w.n - before <= PCAPNG_CLOSE_MAX);
	free(f.room);
}

static void without_room_it_fails(void **state)
{
	struct addr local = addr("192.0.2.1:1"), remote = addr("192.0.2.2:2");
	for (size_t n = 0; n < 100; n++) {
		struct pcapng_stream s;
		uint8_t *small = malloc(n ? n : 1);
		struct wr w = wr_of(small, n);
		pcapng_start(&s, &local, &remote);
		pcapng_put_octets(&w, &s, PCAPNG_IN, 1, span_of(data, 13));
		assert_true(w.failed);
		if (n < 68) {
			w = wr_of(small, n);
			pcapng_put_head(&w);
			assert_true(w.failed);
		}
		free(small);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_is_told_from_its_opening_to_its_end),
		cmocka_unit_test(addresses_are_of_one_kind),
		cmocka_unit_test(no_address_is_written_as_none),
		cmocka_unit_test(much_is_cut_and_fits_what_was_said),
		cmocka_unit_test(long_links_wrap),
		cmocka_unit_test(what_opens_and_ends_fits_what_was_said),
		cmocka_unit_test(without_room_it_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
