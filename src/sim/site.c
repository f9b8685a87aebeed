#include "sim/scenario_int.h"

/* Blocks that describe a node or a raw peer. A node's holds the simulator's
 * own keys at the top, and groups, which are the node's configuration. */

static enum err range_read(const struct setting *s, struct span value, void *field,
			   struct text *why)
{
	struct scn_range r;
	enum err e = scn_range_of(value, &r);
	if (!e && (r.low < s->min || r.high > s->max))
		e = ERR_RANGE;
	if (e) {
		text_str(why,
			 "accepted is a time such as 5ms, or a range such as 1ms..20ms, up to ");
		text_duration(why, s->max);
		return e;
	}
	memcpy(field, &r, sizeof(r));
	return OK;
}

static void range_write(const struct setting *s, const void *field, struct text *t)
{
	struct scn_range r;
	memcpy(&r, field, sizeof(r));
	text_duration(t, r.low);
	text_str(t, "..");
	text_duration(t, r.high);
}

static const struct setting_kind setting_range = { "time range", range_read, range_write };

static enum err offset_read(const struct setting *s, struct span value, void *field,
			    struct text *why)
{
	int64_t us;
	enum err e = scn_signed_duration(value, &us);
	if (e) {
		text_str(why, "accepted is a time ahead or behind, such as +5s or -2h");
		return e;
	}
	memcpy(field, &us, sizeof(us));
	return OK;
}

static void offset_write(const struct setting *s, const void *field, struct text *t)
{
	int64_t us;
	memcpy(&us, field, sizeof(us));
	text_duration(t, us);
}

static const struct setting_kind setting_offset = { "time offset", offset_read, offset_write };

static enum err rate_read(const struct setting *s, struct span value, void *field, struct text *why)
{
	int32_t ppm;
	enum err e = scn_rate_of(value, &ppm);
	if (e) {
		text_str(why, "accepted is a rate such as +200ppm, up to 100000ppm either way");
		return e;
	}
	memcpy(field, &ppm, sizeof(ppm));
	return OK;
}

static void rate_write(const struct setting *s, const void *field, struct text *t)
{
	int32_t ppm;
	memcpy(&ppm, field, sizeof(ppm));
	text_i64(t, ppm);
	text_str(t, "ppm");
}

static const struct setting_kind setting_rate = { "rate", rate_read, rate_write };

#define FIELD(name) offsetof(struct scn_site, name), sizeof(((struct scn_site *)0)->name)

const struct setting scn_node_settings[] = {
	{ "store-delay", &setting_range, FIELD(store_delay), "1ms..5ms", 0, MONO_HOUR, NULL,
	  "How long a commit takes.", false },
	{ "job-delay", &setting_range, FIELD(job_delay), "0", 0, MONO_HOUR, NULL,
	  "How long a job takes; 0: it is done at once.", false },
	{ "timer-slack", &setting_range, FIELD(timer_slack), "0..1ms", 0, MONO_MIN, NULL,
	  "How late the node hears of its deadlines.", false },
	{ "rate", &setting_rate, FIELD(rate), "0ppm", 0, 0, NULL, "How fast its crystal runs.",
	  false },
	{ "wall-offset", &setting_offset, FIELD(wall_offset), "0", 0, 0, NULL,
	  "How far its wall clock is off.", false },
	{ "synchronised", &setting_bool, FIELD(synchronised), "true", 0, 0, NULL,
	  "Whether it believes its wall clock.", false },
	{ "memory", &setting_size, FIELD(memory), "16MiB", 4096, INT64_MAX, NULL,
	  "More than this is a broken invariant.", false },
	{ "rogue", &setting_bool, FIELD(rogue), "false", 0, 0, NULL,
	  "Whether it lies to its groups, by command of the story.", false },
	{ NULL, NULL, 0, 0, NULL, 0, 0, NULL, NULL, false },
};

static enum err add_address(struct scn_site *site, struct span value, struct text *why)
{
	struct addr a;
	uint32_t interface;
	if (scn_address_of(value, &a, &interface)) {
		text_str(why, "address ");
		text_quoted(why, value, 64);
		text_str(why, " is not accepted; accepted is an IPv4 or IPv6 address without a "
			      "port, and with %N when it is not on interface 1");
		return ERR_MALFORMED;
	}
	if (site->n_addrs == SCN_ADDRS_MAX) {
		text_str(why, "at most 8 addresses are accepted");
		return ERR_FULL;
	}
	site->interfaces[site->n_addrs] = interface;
	site->addrs[site->n_addrs++] = a;
	return OK;
}

static enum err set_key(struct scn_site *site, struct span key, struct span value, struct text *why)
{
	if (span_eq(key, span_str("address")))
		return add_address(site, value, why);
	if (site->raw)
		return scn_open_set(&site->open, key, value, why);
	return setting_set(scn_node_settings, site, key, value, why);
}

/* Over the body of a block, with a parser of its own. */
struct body {
	struct scn_parser in;
	uint8_t *copy; /* of the same octets; what is ours becomes blank in it */
	struct scn_site *site;
};

static void blank(struct body *b, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (b->copy[i] != '\n')
			b->copy[i] = ' ';
}

/* "key = value", with or without blanks around the sign; `first` was read. */
static enum err read_key(struct body *b, struct span first, size_t from)
{
	struct scn_parser *p = &b->in;
	const uint8_t *equal = memchr(first.p, '=', first.n);
	struct span key = first, value = { NULL, 0 };
	if (equal) {
		key.n = (size_t)(equal - first.p);
		value = span_of(equal + 1, first.n - key.n - 1);
	} else {
		struct span sign = scn_word(p);
		if (!sign.n || sign.p[0] != '=')
			return scn_fail(p, "after a key", sign, "= and a value");
		value = span_of(sign.p + 1, sign.n - 1);
	}
	if (!value.n)
		value = scn_word(p);
	if (value.n && value.p[value.n - 1] == ';')
		value.n--;
	if (!value.n)
		return scn_fail(p, "value", value, "one after the =");
	blank(b, from, p->at);
	return set_key(b->site, key, value, p->why) ? ERR_MALFORMED : OK;
}

/* A group of a node's configuration stays as it is. */
static enum err skip_group(struct scn_parser *p)
{
	struct span body;
	uint32_t line;
	return scn_block(p, &body, &line);
}

static enum err read_body(struct body *b)
{
	struct scn_parser *p = &b->in;
	while (scn_next_line(p)) {
		size_t from = p->at;
		struct span word = scn_word(p);
		enum err e;
		if (span_eq(word, span_str(";")))
			e = OK;
		else if (span_eq(scn_peek(p), span_str("{")) && !b->site->raw)
			e = skip_group(p);
		else
			e = read_key(b, word, from);
		if (e)
			return e;
	}
	return OK;
}

static enum err read_config(struct scn_parser *p, struct body *b, size_t n, uint32_t first_line)
{
	uint32_t line = 0;
	enum err e = node_config_parse(&b->site->config, span_of(b->copy, n), &line, p->why);
	p->line = line ? first_line + line - 1 : b->site->line;
	return e == OK || e == ERR_NOMEM ? e : ERR_MALFORMED;
}

static enum err read_block(struct scn_parser *p, struct scn_site *site)
{
	struct span text;
	uint32_t first_line;
	enum err e = scn_block(p, &text, &first_line);
	if (e)
		return e;
	struct body b = { .in = { p->s, text, 0, first_line, p->why, 0 }, .site = site };
	b.copy = arena_copy(&p->s->arena, text);
	if (!b.copy)
		return text.n ? ERR_NOMEM : OK;
	uint32_t end_line = p->line;
	e = read_body(&b);
	p->line = b.in.line;
	if (!e && !site->raw)
		e = read_config(p, &b, text.n, first_line);
	if (e)
		return e;
	p->line = end_line;
	return scn_line_end(p);
}

static bool good_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i] | 0x20;
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		if (!(c >= 'a' && c <= 'z') && !digit && s.p[i] != '-' && s.p[i] != '_')
			return false;
	}
	return s.n > 0 && s.n <= SCN_NAME_MAX;
}

static struct scn_site *add_site(struct scenario *s)
{
	if (s->n_sites == s->room_sites) {
		size_t room = s->room_sites ? 2 * s->room_sites : 8;
		struct scn_site *sites = env_resize(s->env, s->sites, room * sizeof(*sites));
		if (!sites)
			return NULL;
		s->sites = sites;
		s->room_sites = room;
	}
	struct scn_site *site = &s->sites[s->n_sites++];
	memset(site, 0, sizeof(*site));
	node_config_init(&site->config, s->env);
	setting_defaults(scn_node_settings, site);
	scn_open_defaults(&site->open);
	return site;
}

enum err scn_read_site(struct scn_parser *p, bool raw)
{
	struct span name = scn_word(p);
	if (!good_name(name))
		return scn_fail(p, "name", name, "1 to 63 letters, digits, dashes and underscores");
	if (scn_find(p->s, name) != SCN_NO_SITE)
		return scn_fail(p, "name", name, "one that is not taken");
	struct scn_site *site = add_site(p->s);
	if (!site || map_put(&p->s->names, name, (void *)(uintptr_t)p->s->n_sites))
		return ERR_NOMEM;
	memcpy(site->name, name.p, name.n);
	site->line = p->line;
	site->raw = raw;
	enum err e = read_block(p, site);
	if (!e && !site->n_addrs) {
		p->line = site->line;
		return scn_fail(p, "address", (struct span){ NULL, 0 },
				"address = A in every node and peer");
	}
	return e;
}
