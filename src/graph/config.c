#include "graph/config.h"

/* Keys of the part; what fits together. */

#define FIELD(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)NULL)->member)
#define PART(member)	    FIELD(struct graph_part_config, member)
#define KIB		    INT64_C(1024)
#define MIB		    (1024 * KIB)
#define TIB		    (1024 * 1024 * MIB)

/* Where to listen: addresses separated by commas, read with their count as one field. */
struct listen_field {
	struct addr listen[GRAPH_LISTEN_MAX];
	size_t n;
};
_Static_assert(offsetof(struct graph_part_config, n_listen) -
			       offsetof(struct graph_part_config, listen) ==
		       offsetof(struct listen_field, n),
	       "listen and n_listen are read as one field");

static struct span trimmed(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static struct span take_item(struct span *list)
{
	const uint8_t *comma = list->n ? memchr(list->p, ',', list->n) : NULL;
	size_t n = comma ? (size_t)(comma - list->p) : list->n;
	struct span item = trimmed(span_of(list->p, n));
	*list = comma ? span_of(comma + 1, list->n - n - 1) : span_of(NULL, 0);
	return item;
}

static enum err add_listen(struct listen_field *f, struct span item)
{
	struct addr a;
	if (addr_parse(item, 0, &a) != OK || addr_is_multicast(&a))
		return ERR_MALFORMED;
	if (f->n == GRAPH_LISTEN_MAX)
		return ERR_FULL;
	f->listen[f->n++] = addr_unmapped(a);
	return OK;
}

static enum err listen_read(const struct setting *s, struct span value, void *field,
			    struct text *why)
{
	struct listen_field got = { .n = 0 };
	struct span rest = value;
	while (rest.n) {
		enum err e = add_listen(&got, take_item(&rest));
		if (!e)
			continue;
		text_str(why, "accepted are at most 16 IPv4 or IPv6 addresses of this machine, "
			      "each with or without a port, separated by commas");
		return e;
	}
	memcpy(field, &got, sizeof(got));
	return OK;
}

static void listen_write(const struct setting *s, const void *field, struct text *t)
{
	const struct listen_field *f = field;
	for (size_t i = 0; i < f->n; i++) {
		text_str(t, i ? ", " : "");
		addr_text(t, &f->listen[i]);
	}
}

static const struct setting_kind setting_listen = { "addresses", listen_read, listen_write };

static const char *const loopbacks[] = { "auto", "yes", "no", NULL };

const struct setting graph_settings[] = {
	{ "enabled", &setting_bool, PART(enabled), .fallback = "true",
	  .help = "Whether this machine may be a node of graphs at all." },
	{ "port", &setting_u32, PART(port), .fallback = "3587", .min = 0, .max = UINT16_MAX,
	  .help = "TCP port that all graphs of this machine share; 0: one that is free." },
	{ "any_port", &setting_bool, PART(any_port), .fallback = "true",
	  .help = "Whether another port is taken, and told to the other nodes, when somebody "
		  "holds this one." },
	{ .name = "listen",
	  .offset = offsetof(struct graph_part_config, listen),
	  .size = sizeof(struct listen_field),
	  .kind = &setting_listen,
	  .fallback = "",
	  .help = "Addresses to listen on, with `port` unless they have one of their own. None: "
		  "all of this machine, IPv4 and IPv6. May be a list." },
	{ "loopback", &setting_choice, PART(loopback), .fallback = "auto", .choices = loopbacks,
	  .help = "Whether loopback addresses are told to other nodes: auto means when no other "
		  "interface has an address, so that two daemons of one machine find each "
		  "other." },
	{ "links_max", &setting_u32, PART(links_max), .fallback = "1024", .min = 8, .max = 16384,
	  .help = "Connections of all graphs together; more are closed as they come." },
	{ "per_source", &setting_u32, PART(per_source), .fallback = "16", .min = 1, .max = 16384,
	  .help = "Connections from one address that have not said yet which graph they are "
		  "for, and a quarter of those from one IPv6 /64; more are closed as they come." },
	{ "memory_max", &setting_size, PART(memory_max), .fallback = "512MiB", .min = 8 * MIB,
	  .max = TIB, .help = "Memory that all peers together may make this machine hold." },
	{ "link_memory", &setting_size, PART(limits.link_memory), .fallback = "72MiB", .min = MIB,
	  .max = TIB,
	  .help = "Memory that one connection may make this machine hold: no less than the "
		  "largest record." },
	{ "link_unsent", &setting_size, PART(limits.link_unsent), .fallback = "1MiB",
	  .min = 64 * KIB, .max = 8 * MIB,
	  .help = "Octets on their way to one node before what follows waits in the database." },
	{ "database_max", &setting_size, PART(limits.db.octets), .fallback = "8GiB", .min = MIB,
	  .max = 1024 * TIB, .help = "Octets of the records of one graph." },
	{ "creator_max", &setting_size, PART(limits.db.creator_octets), .fallback = "4GiB",
	  .min = MIB, .max = 1024 * TIB,
	  .help = "Octets of the records of one creator in one graph." },
	{ "records_max", &setting_u32, PART(limits.db.records), .fallback = "10000000", .min = 16,
	  .max = INT32_MAX, .help = "Records of one graph, deleted ones too." },
	{ "direct_max", &setting_u32, PART(limits.direct), .fallback = "256", .min = 0,
	  .max = 16384, .help = "Direct connections of one graph." },
	{ "held_max", &setting_u32, PART(limits.held), .fallback = "10000", .min = 1,
	  .max = 10000000,
	  .help = "Changes of ours that wait until neighbors have read those before; more are "
		  "refused." },
	{ "life_max", &setting_duration, PART(limits.life_max), .fallback = "366d",
	  .min = MONO_HOUR, .max = 36500 * MONO_DAY,
	  .help = "How far ahead a record of another node may expire; later ones are refused." },
	{ "silence", &setting_duration, PART(silence), .fallback = "30s", .min = 3 * MONO_SEC,
	  .max = MONO_HOUR,
	  .help = "After how long without any sign of life of the machine on the other side a "
		  "connection is over." },
	{ "lab", &setting_bool, PART(lab), .fallback = "false",
	  .help = "Short times, for tests and demonstrations." },
	{ .name = NULL },
};

void graph_config_init(struct graph_part_config *c)
{
	memset(c, 0, sizeof(*c));
	c->limits = graph_limits_default;
	setting_defaults(graph_settings, c);
	c->enabled = false;
}

/* Each `listen` adds to those before: a list stands in a file as several. */
static enum err more_listen(struct graph_part_config *c, struct span value, struct text *why)
{
	struct graph_part_config given = { .n_listen = 0 };
	enum err e = setting_set(graph_settings, &given, span_str("listen"), value, why);
	if (!e && c->n_listen + given.n_listen > GRAPH_LISTEN_MAX) {
		text_str(why, "listen: at most 16 addresses are accepted");
		e = ERR_FULL;
	}
	if (e)
		return e;
	memcpy(c->listen + c->n_listen, given.listen, given.n_listen * sizeof(given.listen[0]));
	c->n_listen += given.n_listen;
	return OK;
}

enum err graph_config_set(struct graph_part_config *c, struct span key, struct span value,
			  struct text *why)
{
	if (span_eq(key, span_str("listen")))
		return more_listen(c, value, why);
	return setting_set(graph_settings, c, key, value, why);
}

enum err graph_config_check(const struct graph_part_config *c, struct text *why)
{
	if (!c->enabled)
		return OK;
	if (c->limits.link_memory > c->memory_max) {
		text_str(why, "graph: link_memory is more than memory_max, which is what all "
			      "connections share; raise memory_max or lower link_memory");
		return ERR_CONFIG;
	}
	if (c->per_source > c->links_max) {
		text_str(why, "graph: per_source is more than links_max, which counts all "
			      "connections; raise links_max or lower per_source");
		return ERR_CONFIG;
	}
	return OK;
}
