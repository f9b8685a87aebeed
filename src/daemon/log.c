#include "daemon/log.h"

#include "daemon/limit.h"
#include "daemon/log_line.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

struct log {
	const struct env *env;
	int fd;
	bool journal;
	struct log_config config;
	struct limit *limit;
	uint64_t lost; /* lines since the last one that was taken */
};

static const char *const level_names[] = { "error", "warning", "notice", "info", "debug", NULL };
static const char *const format_names[] = { "text", "json", NULL };
const char *const log_part_names[] = {
#define X(upper, lower, help) #lower,
	LOG_PARTS(X)
#undef X
		NULL
};

#define FIELD(member)                                                                              \
	.offset = offsetof(struct log_config, member),                                             \
	.size = sizeof(((struct log_config *)NULL)->member)

const struct setting log_settings[] = {
	{ "level", &setting_choice, FIELD(level), .fallback = "info", .choices = level_names,
	  .help = "Log from this level on. homestead log LEVEL changes it while running." },
	{ "format", &setting_choice, FIELD(format), .fallback = "text", .choices = format_names,
	  .help = "One line of text, or one JSON object a line. Both go to standard error." },
	{ "burst", &setting_u32, FIELD(burst), .fallback = "10", .max = 1000000,
	  .help = "How many lines about one peer and kind of event are written within "
		  "`interval`; the others are counted, and the count is logged. 0: all." },
	{ "interval", &setting_duration, FIELD(interval), .fallback = "10s", .min = MONO_SEC,
	  .max = MONO_DAY, .help = "The time that `burst` is about." },
	{ .name = NULL },
};

const struct setting log_part_settings[] = {
#define X(upper, lower, text)                                                                      \
	{ #lower, &setting_choice, FIELD(parts[LOG_PART_##upper]), .choices = level_names,         \
	  .help = text },
	LOG_PARTS(X)
#undef X
		{ .name = NULL },
};

void log_config_init(struct log_config *c)
{
	memset(c, 0, sizeof(*c));
	setting_defaults(log_settings, c);
	for (size_t i = 0; i < LOG_PART_COUNT; i++)
		c->parts[i] = LOG_GENERAL;
}

enum err log_new(struct log **out, const struct env *env, int fd, bool journal,
		 const struct log_config *c)
{
	struct log *l = env_zalloc(env, 1, sizeof(*l));
	if (!l)
		return ERR_NOMEM;
	l->env = env;
	l->fd = fd;
	l->journal = journal;
	enum err e = limit_new(&l->limit, env);
	if (e) {
		env_free(env, l);
		return e;
	}
	log_configure(l, c);
	*out = l;
	return OK;
}

void log_configure(struct log *l, const struct log_config *c)
{
	l->config = *c;
	limit_set(l->limit, c->burst, c->interval);
}

bool log_is_journal(int fd, const char *journal_stream)
{
	char buffer[64];
	struct text t = TEXT_OF(buffer);
	struct stat st;
	if (!journal_stream || fstat(fd, &st) < 0)
		return false;
	text_u64(&t, st.st_dev);
	text_char(&t, ':');
	text_u64(&t, st.st_ino);
	return strcmp(buffer, journal_stream) == 0;
}

static size_t part_find(const char *part)
{
	size_t i = 0;
	while (i < LOG_PART_COUNT && strcmp(log_part_names[i], part) != 0)
		i++;
	return i;
}

enum err log_set(struct log *l, const char *part, enum node_level level)
{
	if (!part) {
		l->config.level = level;
		for (size_t i = 0; i < LOG_PART_COUNT; i++)
			l->config.parts[i] = LOG_GENERAL;
		return OK;
	}
	size_t i = part_find(part);
	if (i == LOG_PART_COUNT)
		return ERR_NOT_FOUND;
	l->config.parts[i] = level;
	return OK;
}

enum node_level log_get(const struct log *l, const char *part)
{
	size_t i = part ? part_find(part) : LOG_PART_COUNT;
	uint32_t level = i < LOG_PART_COUNT ? l->config.parts[i] : LOG_GENERAL;
	return (enum node_level)(level == LOG_GENERAL ? l->config.level : level);
}

/* A reader that does not read must not stop the daemon: for a line of this
 * length a pipe or socket that is ready takes it whole. */
static bool put_line(struct log *l, struct text *t)
{
	struct pollfd p = { .fd = l->fd, .events = POLLOUT };
	/* The end of the line always fits. */
	if (t->n > LOG_LINE_MAX - 2)
		t->n = LOG_LINE_MAX - 2;
	t->p[t->n++] = '\n';
	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) &&
	       write(l->fd, t->p, t->n) == (ssize_t)t->n;
}

static bool write_line(struct log *l, const struct log_line *line)
{
	char buffer[LOG_LINE_MAX];
	struct text t = TEXT_OF(buffer);
	/* Without memory for the one form, the other still says it. */
	if (l->config.format != LOG_JSON || log_line_json(&t, line, l->journal) != OK)
		log_line_text(&t, line, l->journal);
	return put_line(l, &t);
}

static bool write_lost(struct log *l, struct wall wall)
{
	char buffer[80];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, l->lost);
	text_str(&t, " lines were lost: nobody read the log fast enough");
	struct log_line line = {
		.wall = wall, .level = NODE_WARNING, .part = "daemon", .message = buffer
	};
	return write_line(l, &line);
}

static void emit(struct log *l, const struct log_line *line)
{
	if (l->lost && write_lost(l, line->wall))
		l->lost = 0;
	if (l->lost || !write_line(l, line))
		l->lost++;
}

static void emit_summary(struct log *l, const struct limit_summary *s, struct wall wall)
{
	char buffer[LIMIT_TEXT_MAX + 64];
	struct text t = TEXT_OF(buffer);
	bool cloud = strcmp(s->key.part, node_part_text(NODE_PART_PNRP)) == 0;
	text_u64(&t, s->held_back);
	text_str(&t, " more like this were not logged");
	struct log_line line = { .wall = wall,
				 .level = (enum node_level)s->level,
				 .part = s->key.part,
				 .event = s->key.event[0] ? s->key.event : NULL,
				 .peer = s->key.event[0] && s->key.who[0] && !cloud ? s->key.who
										    : NULL,
				 .message = buffer,
				 .held_back = s->held_back };
	/* A message has no name but its own first words. */
	if (!s->key.event[0] || cloud) {
		text_str(&t, ": ");
		text_str(&t, s->key.who);
	}
	emit(l, &line);
}

void log_tick(struct log *l, struct wall wall, struct mono now)
{
	struct limit_summary s;
	while (limit_take(l->limit, now, &s))
		emit_summary(l, &s, wall);
}

struct mono log_deadline(const struct log *l)
{
	return limit_deadline(l->limit);
}

/* Whether one more of a kind may be said; what is due is told first. */
static bool admit(struct log *l, const struct limit_key *key, enum node_level level,
		  struct wall wall, struct mono now)
{
	log_tick(l, wall, now);
	return limit_pass(l->limit, key, level, now);
}

/* The peer an event is about, or the cloud of one about names; "" when it names none. */
static void peer_of(const struct node_event *e, char *out, size_t size)
{
	struct text t = text_of(out, size);
	struct node_field f;
	/* A stranger calls itself what it likes, each time something else. */
	if (e->part == NODE_PART_GRAPH && e->graph.kind == GRAPH_EVENT_BAD_PEER)
		return;
	for (size_t at = 0; node_event_field(e, &at, &f);) {
		bool who = strcmp(f.name, "peer") == 0 ||
			   (e->part == NODE_PART_PNRP && strcmp(f.name, "cloud") == 0);
		if (!f.is_number && who) {
			text_str(&t, f.value.p);
			return;
		}
	}
}

void log_event(struct log *l, const struct node_event *e, struct wall wall, struct mono now)
{
	char message[1024], peer[LIMIT_TEXT_MAX];
	struct text t = TEXT_OF(message);
	struct limit_key key;
	struct log_line line = { .wall = wall,
				 .level = e->level,
				 .part = node_part_text(e->part),
				 .event = node_event_name(e),
				 .message = message,
				 .source = e };
	if (e->level > log_get(l, line.part))
		return;
	peer_of(e, peer, sizeof(peer));
	limit_key_init(&key, line.part, line.event, peer);
	/* Nothing is worded that is not said: a peer may cause many of these. */
	if (!admit(l, &key, e->level, wall, now))
		return;
	node_event_text(&t, e);
	emit(l, &line);
}

void log_message(struct log *l, enum node_level level, const char *part, const char *message,
		 struct wall wall, struct mono now)
{
	struct limit_key key;
	struct log_line line = { .wall = wall, .level = level, .part = part, .message = message };
	if (level > log_get(l, part))
		return;
	limit_key_init(&key, part, "", message);
	if (admit(l, &key, level, wall, now))
		emit(l, &line);
}

void log_flush(struct log *l, struct wall wall)
{
	struct limit_summary s;
	while (limit_take_any(l->limit, &s))
		emit_summary(l, &s, wall);
}

void log_free(struct log *l)
{
	if (!l)
		return;
	limit_free(l->limit);
	env_free(l->env, l);
}
