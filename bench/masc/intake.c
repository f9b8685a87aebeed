/* intake - attributes a second that a node decodes, checks, caches and has
 * durable, for bench/masc: the daemon's node and store in this process, on one
 * core, with a session made by hand. What is left out is TCP.
 *
 *   intake FOLDER CACHED BATCH
 *
 * fills a node with CACHED - BATCH / 2 claims, then feeds BATCH more in
 * pieces of 16 KiB, as the engine does, and waits until the store has all of it
 * committed: that is timed. At last the node is born again from its rows, which
 * must give all claims back. Prints one JSON object. */
#include "claims.h"

#include "node/node.h"
#include "os/clock.h"
#include "store/store.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINK	  2
#define PIECE	  16384 /* of the engine's reads */
#define COMMIT_MS 120000
#define SETTLE	  (2 * MONO_SEC) /* pages are written within a second of a change */

static const char config_text[] =
	"masc { domain = 64500; node = 1; profile = lab; hold_time = 0s\n"
	"mac_aliasing = yes; listen = 127.0.0.1\n"
	"scope all { range = " CLAIMS_SPACE "; root = yes }\n"
	"peer s { address = 127.0.0.2; role = sibling; domain = 65001; passive = yes } }";

struct bench {
	char path[400];
	struct store_db *db;
	struct node_config config;
	struct node *node;
	int64_t ahead; /* of the clock: what need not be waited for */
};

static _Noreturn void die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)fputs("intake: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void must(enum err e, const char *what)
{
	if (e)
		die("%s: %s", what, err_text(e));
}

static struct mono now(const struct bench *b)
{
	return mono_add(os_mono(), b->ahead);
}

static struct wall wall_now(void)
{
	return (struct wall){ os_wall_us(), true };
}

/* As the engine at the end of a turn: what is put goes to the writer. */
static void turn_end(struct bench *b)
{
	struct node_out out;
	struct store_progress p;
	while (node_poll(b->node, &out))
		if (out.kind == NODE_OUT_CLOSE)
			die("the node closes the session");
	store_db_flush(b->db);
	while (store_db_progress(b->db, &p))
		must(p.why, "a commit");
}

static void give(struct bench *b, const struct node_in *in)
{
	must(node_input(b->node, in, now(b)), "an input");
	turn_end(b);
}

static void tick(struct bench *b)
{
	if (mono_reached(node_deadline(b->node), now(b)))
		give(b, &(struct node_in){ .kind = NODE_IN_TICK });
}

static void give_octets(struct bench *b, struct span s)
{
	while (s.n) {
		size_t n = s.n < PIECE ? s.n : PIECE;
		give(b, &(struct node_in){
				.kind = NODE_IN_OCTETS, .link = LINK, .bytes = span_of(s.p, n) });
		tick(b);
		s = span_of(s.p + n, s.n - n);
	}
}

/* All that is known is on the disk: pages are written some time after a change,
 * which the clock jumps over, until nothing more is put. */
static void make_durable(struct bench *b)
{
	uint64_t before, newest;
	do {
		before = newest = store_db_newest(b->db);
		b->ahead += SETTLE;
		for (int i = 0; i < 3 || newest != store_db_newest(b->db); i++) {
			newest = store_db_newest(b->db);
			give(b, &(struct node_in){ .kind = NODE_IN_TICK });
		}
	} while (before != newest);
	must(store_db_drain(b->db, COMMIT_MS), "the last commit");
	turn_end(b);
}

static size_t known(const struct bench *b)
{
	struct masc_claims_info info;
	masc_claims_info(node_masc(b->node), &info);
	return info.known[WIRE_PREFIX_IN_USE];
}

static size_t octets_known(const struct bench *b)
{
	struct masc_claims_info info;
	masc_claims_info(node_masc(b->node), &info);
	return info.octets;
}

static void birth(struct bench *b)
{
	char buffer[400];
	struct text why = TEXT_OF(buffer);
	if (store_open(&b->db, b->path, os_env(), NULL, &why))
		die("%s", why.p);
	must(node_new(&b->node, &b->config, os_env(), store_db_store(b->db), now(b), wall_now()),
	     "the node's birth");
	turn_end(b);
}

static void death(struct bench *b)
{
	node_free(b->node);
	store_close(b->db);
}

static void establish(struct bench *b)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct node_in in = { .kind = NODE_IN_ACCEPTED, .listener = NODE_PART_MASC, .link = LINK };
	must(addr_parse(span_str("127.0.0.1"), MASC_PORT, &in.local), "an address");
	must(addr_parse(span_str("127.0.0.2"), 40000, &in.remote), "an address");
	give(b, &(struct node_in){ .kind = NODE_IN_TICK });
	give(b, &in);
	give_octets(b, claims_open(CLAIMS_DOMAIN, CLAIMS_DOMAIN, room));
	give_octets(b, wire_keepalive_write(room));
	struct masc_peer_info info;
	masc_peer_info(node_masc(b->node), 0, &info);
	if (info.state != MASC_ESTABLISHED)
		die("no session: %s", masc_state_text(info.state));
}

/* The octets of claims [first, end); the caller frees. */
static struct span encoded(uint32_t first, uint32_t end)
{
	size_t n = 0;
	uint8_t room[WIRE_MESSAGE_MAX], *p = malloc((end - first) * (size_t)40 + sizeof(room));
	uint32_t wall_s = (uint32_t)(os_wall_us() / 1000000);
	if (!p)
		die("no memory");
	while (first < end) {
		struct span s = claims_update(&first, end, wall_s, room);
		memcpy(p + n, s.p, s.n);
		n += s.n;
	}
	return span_of(p, n);
}

static void fill(struct bench *b, uint32_t first, uint32_t end)
{
	for (uint32_t next; first < end; first = next) {
		next = end - first > 10000 ? first + 10000 : end;
		struct span s = encoded(first, next);
		give_octets(b, s);
		free((void *)(uintptr_t)s.p);
	}
}

static double cpu_s(void)
{
	struct rusage u;
	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double resident(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f || fscanf(f, "%*u %lu", &pages) != 1)
		die("cannot read the size of this process");
	(void)fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void one_core(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET((size_t)sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot stay on one core");
}

static void expect_known(const struct bench *b, size_t n, const char *when)
{
	if (known(b) != n)
		die("%s: %zu claims are known, not %zu", when, known(b), n);
}

/* From its rows alone. */
static double born_again(struct bench *b, size_t n)
{
	struct mono begin = os_mono();
	death(b);
	birth(b);
	double took = (double)mono_since(os_mono(), begin) / 1e6;
	expect_known(b, n, "after a restart");
	return took;
}

static void measure(struct bench *b, uint32_t before, uint32_t batch)
{
	double empty = resident();
	establish(b);
	fill(b, 0, before);
	make_durable(b);
	expect_known(b, before, "filled");
	double full = resident();
	size_t octets = octets_known(b);
	struct span s = encoded(before, before + batch);
	double cpu = cpu_s();
	struct mono begin = os_mono();
	give_octets(b, s);
	double heard = (double)mono_since(os_mono(), begin) / 1e6;
	make_durable(b);
	double seconds = (double)mono_since(os_mono(), begin) / 1e6;
	cpu = cpu_s() - cpu;
	free((void *)(uintptr_t)s.p);
	expect_known(b, before + batch, "fed");
	double again = born_again(b, before + batch);
	printf("{\"seconds\": %.6f, \"heard_seconds\": %.6f, \"cpu_seconds\": %.6f, "
	       "\"resident\": %.1f, \"core\": %.1f, \"restart_seconds\": %.6f}\n",
	       seconds, heard, cpu, (full - empty) / before, (double)octets / before, again);
	(void)fflush(stdout);
}

static void remove_rows(const struct bench *b)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	for (size_t i = 0; i < 3; i++) {
		char path[450];
		(void)snprintf(path, sizeof(path), "%s%s", b->path, ends[i]);
		(void)unlink(path);
	}
}

int main(int argc, char **argv)
{
	struct bench b = { .ahead = 0 };
	char buffer[400];
	struct text why = TEXT_OF(buffer);
	uint32_t line = 0;
	if (argc != 4)
		die("usage: intake FOLDER CACHED BATCH");
	uint32_t cached = (uint32_t)strtoul(argv[2], NULL, 10);
	uint32_t batch = (uint32_t)strtoul(argv[3], NULL, 10);
	if (batch / 2 >= cached || cached + batch / 2 > CLAIMS_MOST)
		die("BATCH / 2 is below CACHED, and all together at most %u", CLAIMS_MOST);
	(void)snprintf(b.path, sizeof(b.path), "%s/intake.db", argv[1]);
	one_core();
	node_config_init(&b.config, os_env());
	if (node_config_parse(&b.config, span_str(config_text), &line, &why))
		die("line %u: %s", line, why.p);
	birth(&b);
	measure(&b, cached - batch / 2, batch);
	death(&b);
	remove_rows(&b);
	node_config_free(&b.config);
	return 0;
}
