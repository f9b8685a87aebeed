/* tox N RATE COUNT: N nodes of a toxcore conference in this process, each link of which is
 * encrypted; COUNT messages in all, RATE a second (0: as fast as accepted). One line of
 * JSON. A message is text of 256 octets. */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tox/tox.h>

#define NODES	    64
#define RECORD	    256
#define LATENCY_MAX 4000000
#define SETTLE	    (10 * INT64_C(1000000)) /* us, until all hear all */
#define WINDOW	    16			    /* messages that have not come to all */

static Tox *tox[NODES];
static uint32_t conference[NODES];
static bool joined[NODES];
static unsigned nodes;
static uint64_t got;
static int64_t *latency, last_us;

static int64_t now_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void invited(Tox *t, uint32_t friend, TOX_CONFERENCE_TYPE type, const uint8_t *cookie,
		    size_t n, void *arg)
{
	unsigned self = *(unsigned *)arg;
	TOX_ERR_CONFERENCE_JOIN e;
	conference[self] = tox_conference_join(t, friend, cookie, n, &e);
	joined[self] = e == TOX_ERR_CONFERENCE_JOIN_OK;
}

static void message(Tox *t, uint32_t c, uint32_t peer, TOX_MESSAGE_TYPE type, const uint8_t *m,
		    size_t n, void *arg)
{
	char head[32] = "";
	if (tox_conference_peer_number_is_ours(t, c, peer, NULL) || n != RECORD)
		return;
	memcpy(head, m, 20);
	last_us = now_us();
	if (got < LATENCY_MAX)
		latency[got] = last_us - strtoll(head, NULL, 10);
	got++;
}

static void all_iterate(void)
{
	for (unsigned i = 0; i < nodes; i++)
		tox_iterate(tox[i], &i);
}

static void rest(void)
{
	(void)poll(NULL, 0, 1);
}

static void make(unsigned i, uint16_t port)
{
	struct Tox_Options *o = tox_options_new(NULL);
	if (!o)
		errx(1, "memory");
	tox_options_set_local_discovery_enabled(o, false);
	tox_options_set_ipv6_enabled(o, false);
	tox_options_set_start_port(o, port);
	tox_options_set_end_port(o, (uint16_t)(port + 200));
	tox[i] = tox_new(o, NULL);
	tox_options_free(o);
	if (!tox[i])
		errx(1, "toxcore gives no node");
	tox_callback_conference_invite(tox[i], invited);
	tox_callback_conference_message(tox[i], message);
}

static void befriend(unsigned a, unsigned b)
{
	uint8_t key[TOX_PUBLIC_KEY_SIZE];
	tox_self_get_public_key(tox[b], key);
	(void)tox_friend_add_norequest(tox[a], key, NULL);
	tox_self_get_public_key(tox[a], key);
	(void)tox_friend_add_norequest(tox[b], key, NULL);
}

static bool formed(void)
{
	for (unsigned i = 0; i < nodes; i++)
		if (!joined[i] || tox_conference_peer_count(tox[i], conference[i], NULL) != nodes)
			return false;
	return true;
}

static bool form(void)
{
	int64_t end = now_us() + 90000000, next = 0;
	joined[0] = true;
	conference[0] = tox_conference_new(tox[0], NULL);
	while (!formed() && now_us() < end) {
		all_iterate();
		rest();
		if (now_us() < next)
			continue;
		next = now_us() + 2000000;
		for (unsigned i = 1; i < nodes; i++)
			if (!joined[i])
				(void)tox_conference_invite(tox[0], i - 1, conference[0], NULL);
	}
	return formed();
}

static bool send_one(unsigned from)
{
	uint8_t m[RECORD];
	char head[24];
	memset(m, 'x', sizeof(m));
	(void)snprintf(head, sizeof(head), "%020lld", (long long)now_us());
	memcpy(m, head, 20);
	return tox_conference_send_message(tox[from], conference[from], TOX_MESSAGE_TYPE_NORMAL, m,
					   sizeof(m), NULL);
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static void make_all(void)
{
	latency = calloc(LATENCY_MAX, sizeof(*latency));
	if (!nodes || nodes > NODES || !latency)
		errx(2, "at most %d nodes", NODES);
	for (unsigned i = 0; i < nodes; i++)
		make(i, 33445);
	uint8_t key[TOX_PUBLIC_KEY_SIZE];
	tox_self_get_dht_id(tox[0], key);
	for (unsigned i = 1; i < nodes; i++) {
		befriend(0, i);
		(void)tox_bootstrap(tox[i], "127.0.0.1", tox_self_get_udp_port(tox[0], NULL), key,
				    NULL);
	}
}

static void tell(uint64_t sent, int64_t start)
{
	size_t n = got < LATENCY_MAX ? got : LATENCY_MAX;
	qsort(latency, n, sizeof(*latency), compare);
	printf("{\"sent\": %llu, \"got\": %llu, \"us\": %lld, \"p50_us\": %lld, \"p99_us\": %lld}\n",
	       (unsigned long long)sent, (unsigned long long)got, (long long)(last_us - start),
	       (long long)(n ? latency[n / 2] : 0), (long long)(n ? latency[n * 99 / 100] : 0));
}

int main(int argc, char **argv)
{
	if (argc != 4)
		errx(2, "usage: %s N RATE COUNT", argv[0]);
	nodes = (unsigned)strtoul(argv[1], NULL, 10);
	uint64_t rate = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10), sent = 0;
	make_all();
	if (!form())
		errx(1, "the conference never saw all its members");
	/* Members that see each other may not hear each other yet. */
	for (int64_t end = now_us() + SETTLE; now_us() < end; rest())
		all_iterate();
	int64_t start = now_us(), idle = start;
	uint64_t want = count * (nodes - 1);
	while (got < want && now_us() - idle < 10000000) {
		uint64_t before = got + sent;
		uint64_t due = rate ? (uint64_t)(now_us() - start) * rate / 1000000 + 1 : count;
		/* More at once it takes, and loses. */
		if (due > got / (nodes - 1) + WINDOW)
			due = got / (nodes - 1) + WINDOW;
		for (unsigned n = 0; sent < count && sent < due && n < 32; n++)
			if (send_one((unsigned)(sent % nodes)))
				sent++;
			else
				break;
		all_iterate();
		if (got + sent == before)
			rest();
		else
			idle = now_us();
	}
	tell(sent, start);
	return got ? 0 : 1;
}
