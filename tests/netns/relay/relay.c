/* relay - a bad link between two TAP devices, for tests of the real daemon.
 * Frames that come in on one device go out on the other, after whatever a
 * seeded script or a live command does to them (script.h, badlink.h). */
#include "control.h"
#include "script.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX    65536
#define FRAMES_TURN  64 /* read from one device before the other has its turn */
#define SCRIPT_MAX   (1 << 20)
#define QUEUE_FRAMES 4096
#define QUEUE_OCTETS (4u << 20)

struct options {
	const char *name[2], *netns[2];
	const char *script, *check, *socket;
	bool seeded, use_stdin, help;
	uint64_t seed;
};

struct relay {
	struct badlink *link;
	struct script script;
	size_t step; /* next of the script */
	struct mono start;
	struct control control;
	int tap[2], signals;
	uint64_t refused[WAY_COUNT]; /* frames a device did not take */
	bool stop;
	uint8_t frame[FRAME_MAX];
};

static void *heap_resize(void *ctx, void *p, size_t n)
{
	if (n)
		return realloc(p, n);
	free(p);
	return NULL;
}

static void no_random(void *ctx, void *p, size_t n)
{
	memset(p, 0, n); /* all chance comes from the seed */
}

static const struct env heap = { heap_resize, no_random, NULL };

static const char help[] =
	"usage: relay [OPTION]...\n"
	"A bad link between two TAP devices, which it makes: frames in on one go out\n"
	"on the other, delayed, lost, doubled, reordered, slowed or cut.\n"
	"  --a NAME        device of side a (relay-a)\n"
	"  --b NAME        device of side b (relay-b)\n"
	"  --a-ns NETNS    make it in that namespace (see ip-netns(8))\n"
	"  --b-ns NETNS    likewise\n"
	"  --script FILE   what happens, and when\n"
	"  --seed N        the seed, instead of the script's\n"
	"  --socket FILE   take commands on this Unix socket too\n"
	"  --stdin         take commands on standard input, stop when it ends\n"
	"  --check FILE    say whether a script is right, do nothing else\n"
	"  --help          this\n"
	"A line of a script is \"seed N\", or \"at TIME\" and a command, or a # comment.\n"
	"A command is \"a>b\" or \"b>a\" (both without) and any of:\n"
#define X(name, word, argument, text) "  " word " " argument "\t" text "\n"
	RULE_WORDS(X)
#undef X
		"Live, a line is such a command, \"stats\" or \"quit\". Counters are printed as\n"
		"JSON on request and at the end. Exit: 0 done, 1 failed, 2 usage.\n";

static struct mono clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct mono){ t.tv_sec * MONO_SEC + t.tv_nsec / 1000 };
}

static void put(struct text *t, const char *name, uint64_t v)
{
	if (t->p[t->n - 1] != '{')
		text_char(t, ',');
	text_char(t, '"');
	text_str(t, name);
	text_str(t, "\":");
	text_u64(t, v);
}

static void put_way(struct text *t, const struct relay *r, enum way w)
{
	const struct counts *c = badlink_counts(r->link, w);
	text_str(t, w == WAY_AB ? "\"a>b\":{" : ",\"b>a\":{");
	put(t, "in", c->in);
	put(t, "in_octets", c->in_octets);
	put(t, "out", c->out);
	put(t, "out_octets", c->out_octets);
	put(t, "lost", c->lost);
	put(t, "cut", c->cut);
	put(t, "overflow", c->overflow);
	put(t, "duplicated", c->duplicated);
	put(t, "reordered", c->reordered);
	put(t, "refused", r->refused[w]);
	put(t, "queued", c->queued);
	put(t, "queued_max", c->queued_max);
	text_char(t, '}');
}

static void put_stats(struct text *t, const struct relay *r)
{
	text_char(t, '{');
	put_way(t, r, WAY_AB);
	put_way(t, r, WAY_BA);
	text_char(t, '}');
}

static void apply(struct relay *r, const struct change *c)
{
	for (int w = 0; w < WAY_COUNT; w++) {
		struct rules rules = *badlink_rules(r->link, (enum way)w);
		if (!c->way[w])
			continue;
		change_apply(c, &rules);
		badlink_set(r->link, (enum way)w, &rules);
	}
}

static void on_command(void *ctx, struct span line, struct text *answer)
{
	struct relay *r = ctx;
	struct change c;
	char reason[256];
	struct text why = TEXT_OF(reason);
	if (span_eq(line, span_str("stats"))) {
		put_stats(answer, r);
		return;
	}
	if (span_eq(line, span_str("quit"))) {
		r->stop = true;
		text_str(answer, "ok");
		return;
	}
	if (change_parse(line, &c, &why) != OK) {
		text_str(answer, "error: ");
		text_str(answer, reason);
		return;
	}
	apply(r, &c);
	text_str(answer, "ok");
}

static struct mono step_time(const struct relay *r)
{
	if (r->step == r->script.n)
		return MONO_NEVER;
	return mono_add(r->start, r->script.steps[r->step].at.us);
}

/* Script and queue take turns in the order of their times: a frame due before
 * a cut goes out, also when both are overdue. */
static void run_due(struct relay *r, struct mono now)
{
	enum way w;
	struct span frame;
	for (;;) {
		struct mono next = step_time(r);
		while (badlink_poll(r->link, mono_min(now, next), &w, &frame))
			if (write(r->tap[w == WAY_AB], frame.p, frame.n) != (ssize_t)frame.n)
				r->refused[w]++;
		if (!mono_reached(next, now))
			return;
		apply(r, &r->script.steps[r->step++].change);
	}
}

/* A device that is gone, with its namespace for example, ends the relay. */
static void read_device(struct relay *r, enum way w)
{
	for (int i = 0; i < FRAMES_TURN; i++) {
		ssize_t n = read(r->tap[w], r->frame, sizeof r->frame);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			r->stop = true;
		if (n <= 0)
			return;
		badlink_input(r->link, w, span_of(r->frame, (size_t)n), clock_now());
	}
}

static struct timespec wait_until(struct mono deadline, struct mono now)
{
	int64_t us = mono_since(deadline, now);
	if (us < 0)
		us = 0;
	return (struct timespec){ us / MONO_SEC, us % MONO_SEC * 1000 };
}

static void turn(struct relay *r)
{
	struct pollfd fds[3 + CONTROL_FDS_MAX] = {
		{ r->tap[WAY_AB], POLLIN, 0 },
		{ r->tap[WAY_BA], POLLIN, 0 },
		{ r->signals, POLLIN, 0 },
	};
	size_t n = control_fds(&r->control, fds + 3);
	struct mono next = mono_min(step_time(r), badlink_deadline(r->link));
	struct timespec t = wait_until(next, clock_now());
	if (ppoll(fds, 3 + n, mono_is_never(next) ? NULL : &t, NULL) < 0)
		return;
	run_due(r, clock_now());
	for (int w = 0; w < WAY_COUNT; w++)
		if (fds[w].revents)
			read_device(r, (enum way)w);
	run_due(r, clock_now());
	control_ready(&r->control, fds + 3, n);
	if (fds[2].revents || r->control.input_ended)
		r->stop = true;
}

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "relay: %s%s%s\n", what, *what ? ": " : "", why);
	return 1;
}

static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	char *p = malloc(SCRIPT_MAX);
	if (f && p) {
		*n = fread(p, 1, SCRIPT_MAX, f);
		if (!ferror(f) && *n < SCRIPT_MAX) {
			fclose(f);
			return p;
		}
	}
	complain(path, f ? "cannot read it, or over 1 MiB" : strerror(errno));
	if (f)
		fclose(f);
	free(p);
	return NULL;
}

static int load(const char *path, struct script *out)
{
	char reason[512];
	struct text why = TEXT_OF(reason);
	size_t n;
	char *source = read_file(path, &n);
	if (!source)
		return 1;
	enum err e = script_parse(span_of(source, n), &heap, out, &why);
	free(source);
	return e == OK ? 0 : complain(path, reason);
}

static int check(const char *path)
{
	struct script s;
	if (load(path, &s))
		return 1;
	printf("%s: right, steps %zu, seed %llu\n", path, s.n, (unsigned long long)s.seed);
	script_free(&s);
	return 0;
}

static int parse_seed(const char *s, struct options *o)
{
	char *end;
	errno = 0;
	o->seed = strtoull(s, &end, 10);
	o->seeded = true;
	if (*s >= '0' && *s <= '9' && !*end && !errno)
		return 0;
	complain("--seed takes one whole number, not", s);
	return 2;
}

enum option_id {
	OPT_A,
	OPT_B,
	OPT_A_NS,
	OPT_B_NS,
	OPT_SCRIPT,
	OPT_SOCKET,
	OPT_CHECK,
	OPT_SEED,
	OPT_STDIN,
	OPT_HELP
};

static int parse_option(int id, struct options *o)
{
	const char **const text[] = {
		[OPT_A] = &o->name[0],	   [OPT_B] = &o->name[1],     [OPT_A_NS] = &o->netns[0],
		[OPT_B_NS] = &o->netns[1], [OPT_SCRIPT] = &o->script, [OPT_SOCKET] = &o->socket,
		[OPT_CHECK] = &o->check,
	};
	if (id == OPT_SEED)
		return parse_seed(optarg, o);
	if (id == OPT_STDIN)
		o->use_stdin = true;
	else if (id == OPT_HELP)
		o->help = true;
	else
		*text[id] = optarg;
	return 0;
}

/* 0, or the exit status of a wrong command line. */
static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "a", 1, NULL, OPT_A },
		{ "b", 1, NULL, OPT_B },
		{ "a-ns", 1, NULL, OPT_A_NS },
		{ "b-ns", 1, NULL, OPT_B_NS },
		{ "script", 1, NULL, OPT_SCRIPT },
		{ "socket", 1, NULL, OPT_SOCKET },
		{ "check", 1, NULL, OPT_CHECK },
		{ "seed", 1, NULL, OPT_SEED },
		{ "stdin", 0, NULL, OPT_STDIN },
		{ "help", 0, NULL, OPT_HELP },
		{ NULL, 0, NULL, 0 },
	};
	int c;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (c == '?' || parse_option(c, o))
			return 2;
	if (optind == argc)
		return 0;
	complain("unknown argument", argv[optind]);
	return 2;
}

static int open_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int relay_open(struct relay *r, const struct options *o)
{
	struct limits limits = { QUEUE_FRAMES, QUEUE_OCTETS };
	char reason[512];
	struct text why = TEXT_OF(reason);
	control_init(&r->control, on_command, r);
	if (o->script && load(o->script, &r->script))
		return 1;
	uint64_t seed = o->seeded ? o->seed : r->script.seed;
	if (badlink_new(&r->link, &heap, seed, limits) != OK)
		return complain("", err_text(ERR_NOMEM));
	for (int i = 0; i < 2; i++)
		if (tap_open(o->name[i], o->netns[i], &r->tap[i], &why) != OK)
			return complain("", reason);
	if (o->socket && control_listen(&r->control, o->socket, &why) != OK)
		return complain("", reason);
	if (o->use_stdin)
		control_stdin(&r->control);
	r->signals = open_signals();
	return r->signals < 0 ? complain("signals", strerror(errno)) : 0;
}

static void relay_close(struct relay *r)
{
	control_fini(&r->control);
	for (int i = 0; i < 2; i++)
		if (r->tap[i] >= 0)
			close(r->tap[i]);
	if (r->signals >= 0)
		close(r->signals);
	badlink_free(r->link);
	script_free(&r->script);
}

static void relay_run(struct relay *r, const struct options *o)
{
	char buffer[CONTROL_ANSWER_MAX];
	struct text t = TEXT_OF(buffer);
	r->start = clock_now();
	printf("{\"ready\":true,\"a\":\"%s\",\"b\":\"%s\"}\n", o->name[0], o->name[1]);
	fflush(stdout);
	while (!r->stop)
		turn(r);
	put_stats(&t, r);
	puts(buffer);
}

int main(int argc, char **argv)
{
	struct options o = { .name = { "relay-a", "relay-b" } };
	struct relay r = { .tap = { -1, -1 }, .signals = -1, .script = { .env = &heap } };
	int rc = parse_options(argc, argv, &o);
	if (rc)
		return rc;
	if (o.help)
		return fputs(help, stdout) < 0;
	if (o.check)
		return check(o.check);
	rc = relay_open(&r, &o);
	if (!rc)
		relay_run(&r, &o);
	relay_close(&r);
	return rc;
}
