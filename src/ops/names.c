/* Names of this machine: listed, published, withdrawn; and converted. */
#include "ops/ops_int.h"

#include <stdio.h>

#define HELP "homestead help name publish"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

const char *ops_payload_type(enum pnrp_payload_type t)
{
	if (t == PNRP_PAYLOAD_STRING)
		return "text";
	return t == PNRP_PAYLOAD_BINARY ? "binary" : "none";
}

static void put_protocol(char *out, size_t size, uint16_t protocol)
{
	struct text t = text_of(out, size);
	if (protocol == PROTOCOL_TCP)
		text_str(&t, "tcp");
	else if (protocol == PROTOCOL_UDP)
		text_str(&t, "udp");
	else
		text_u64(&t, protocol);
}

struct ops_endpoint *ops_endpoints(const struct pnrp_app *app, size_t n, bool automatic,
				   uint32_t zone, struct arena *mem)
{
	struct ops_endpoint *list = arena_alloc(mem, (n + 1) * sizeof(*list));
	for (size_t i = 0; list && i < n; i++) {
		struct pnrp_endpoint e = { .port = 0 };
		memcpy(e.ip, app[i].ip, sizeof(e.ip));
		if (!automatic)
			ops_set_node(list[i].address, sizeof(list[i].address), &e, zone);
		list[i].port = app[i].port;
		put_protocol(list[i].protocol, sizeof(list[i].protocol), app[i].protocol);
	}
	return list;
}

static bool set_name(struct ops_name *to, const struct pnrp_published_info *from, struct draft *d)
{
	char none[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(none);
	ops_clear(&ops_name_type, to);
	ops_name_put(&from->name, to->name, to->host, &why);
	to->secure = from->name.secure;
	ops_set_text(to->cloud, sizeof(to->cloud), from->cloud);
	to->temporary = from->temporary;
	to->automatic = from->automatic;
	to->endpoints = ops_endpoints(from->app, from->n_apps, from->automatic, 0, d->mem);
	to->n_endpoints = from->n_apps;
	struct text comment = TEXT_OF(to->comment);
	text_span(&comment, span_of(from->comment, from->comment_n));
	ops_set_text(to->payload_type, sizeof(to->payload_type),
		     ops_payload_type(from->payload_type));
	to->payload_octets = from->payload_n;
	to->clouds = from->clouds;
	to->announced = from->announced;
	return to->endpoints != NULL;
}

static size_t count_published(const struct pnrp_clouds *p)
{
	struct pnrp_published_info info;
	size_t n = 0;
	for (size_t at = 0; pnrp_clouds_published(p, &at, &info);)
		n++;
	return n;
}

static bool list_names(const struct pnrp_clouds *p, struct ops_names *out, struct draft *d)
{
	struct pnrp_published_info info;
	uint8_t authority[20];
	size_t n = count_published(p);
	out->names = arena_alloc(d->mem, (n + 1) * sizeof(*out->names));
	if (!out->names)
		return false;
	for (size_t at = 0; out->n_names < n && pnrp_clouds_published(p, &at, &info);)
		if (!set_name(&out->names[out->n_names++], &info, d))
			return false;
	if (pnrp_clouds_authority(p, authority) == OK) {
		struct text t = TEXT_OF(out->authority);
		text_hex(&t, span_of(authority, sizeof(authority)));
	}
	return true;
}

enum err ops_run_names(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct pnrp_clouds *p = node_pnrp(engine_node(o->engine));
	struct draft d = { &o->mem, false };
	struct ops_names names;
	ops_clear(&ops_names_type, &names);
	ops_pnrp_part(o, &d, &names.part);
	if (d.failed || (p && !list_names(p, &names, &d)))
		return ERR_NOMEM;
	ops_answer_value(call, &ops_names_type, &names);
	return OK;
}

/* Publishing */

/* A change that the engine is asked for, and what its answer is about. */
struct wish {
	struct asking asking; /* first */
	struct pnrp_command command;
	bool in_full;			  /* typed with its authority, that of a key */
	char name[OPS_PEER_NAME_MAX + 1]; /* for people */
	uint8_t payload[OPS_PAYLOAD_MAX];
};

/* Why a request is not even tried. */
struct refusal {
	struct text why, hint;
	char buffer[2][OPS_MESSAGE_MAX + 1];
};

static enum err refuse(struct refusal *f, enum err e, const char *why, const char *hint)
{
	text_str(&f->why, why);
	text_str(&f->hint, hint);
	return e;
}

/* "printer" under our key is the classifier alone: its authority is not typed. */
static enum err read_name(struct wish *w, const char *typed, bool secure, struct refusal *f)
{
	struct pnrp_name *n = &w->command.name;
	enum err e = ops_name_read(typed, n, &f->why);
	if (e)
		return refuse(f, e, "", HELP);
	w->in_full = n->secure;
	w->command.own_key = secure || n->secure;
	struct text t = TEXT_OF(w->name);
	if (secure && !n->secure)
		text_span(&t, span_of(n->classifier, n->classifier_n));
	else
		pnrp_name_text(&t, n);
	n->secure = n->secure || secure;
	return OK;
}

static enum err read_protocol(const char *s, uint16_t *out, struct refusal *f)
{
	unsigned number = 0;
	char end;
	if (strcmp(s, "") == 0 || strcmp(s, "tcp") == 0)
		*out = PROTOCOL_TCP;
	else if (strcmp(s, "udp") == 0)
		*out = PROTOCOL_UDP;
	else if (sscanf(s, "%3u%c", &number, &end) == 1 && number && number < 256)
		*out = (uint16_t)number;
	else {
		text_quoted(&f->why, span_str(s), 15);
		return refuse(f, ERR_MALFORMED, " is no protocol: tcp, udp, or its number", HELP);
	}
	return OK;
}

static enum err read_endpoint(const struct ops_endpoint *e, struct pnrp_app *out, struct refusal *f)
{
	struct addr a;
	if (e->port > UINT16_MAX)
		return refuse(f, ERR_RANGE, "a port is a number up to 65535", HELP);
	out->port = (uint16_t)e->port;
	enum err bad = read_protocol(e->protocol, &out->protocol, f);
	if (bad || !e->address[0])
		return bad;
	if (addr_parse(span_str(e->address), 0, &a) != OK || a.port) {
		text_quoted(&f->why, span_str(e->address), ADDR_TEXT_MAX);
		return refuse(f, ERR_MALFORMED, " is no address such as 192.0.2.1 or 2001:db8::1",
			      HELP);
	}
	struct pnrp_endpoint at = pnrp_endpoint_of(&a);
	memcpy(out->ip, at.ip, sizeof(out->ip));
	return OK;
}

static bool same_app(const struct pnrp_app *a, const struct pnrp_app *b)
{
	return a->port == b->port && a->protocol == b->protocol &&
	       memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static enum err add_endpoint(struct pnrp_command *c, const struct ops_endpoint *e,
			     struct refusal *f)
{
	struct pnrp_app *app = &c->app[c->n_apps];
	enum err bad = read_endpoint(e, app, f);
	if (bad)
		return bad;
	for (size_t i = 0; i < c->n_apps; i++)
		if (same_app(app, &c->app[i]))
			return refuse(f, ERR_EXISTS, "the same endpoint is given twice", HELP);
	c->n_apps++;
	return OK;
}

static enum err read_endpoints(struct pnrp_command *c, const struct ops_publish *r,
			       struct refusal *f)
{
	static const struct ops_endpoint here = { .port = 0 };
	size_t addressed = 0;
	for (size_t i = 0; i < r->n_endpoints; i++)
		addressed += r->endpoints[i].address[0] != 0;
	if (r->n_endpoints > PNRP_ENDPOINTS_MAX)
		return refuse(f, ERR_RANGE, "a name leads to at most 10 endpoints", HELP);
	if (addressed && addressed < r->n_endpoints)
		return refuse(f, ERR_MALFORMED, "either every endpoint has an address, or none has",
			      "without addresses, those of this machine are kept current");
	c->automatic = addressed == 0;
	if (!r->n_endpoints)
		return add_endpoint(c, &here, f);
	for (size_t i = 0; i < r->n_endpoints; i++) {
		enum err e = add_endpoint(c, &r->endpoints[i], f);
		if (e)
			return e;
	}
	return OK;
}

/* UTF-16 code units of UTF-8: two where four octets stand. */
static size_t units_of(const char *s)
{
	size_t n = 0;
	for (; *s; s++) {
		unsigned char octet = (unsigned char)*s;
		n += (octet & 0xc0) != 0x80;
		n += octet >= 0xf0;
	}
	return n;
}

static enum err read_comment(struct pnrp_command *c, const char *s, struct refusal *f)
{
	char buffer[OPS_COMMENT_MAX + 1];
	struct text made = TEXT_OF(buffer);
	enum err e = ops_text_nfc(s, &made);
	if (e == ERR_NOMEM)
		return e;
	if (e || units_of(buffer) > PNRP_COMMENT_UNITS)
		return refuse(f, ERR_RANGE, "a comment is text of at most 39 characters", HELP);
	c->comment_n = (uint16_t)made.n;
	memcpy(c->comment, buffer, made.n);
	return OK;
}

static enum err read_payload(struct wish *w, const struct ops_publish *r, struct refusal *f)
{
	struct pnrp_command *c = &w->command;
	size_t n = strlen(r->payload);
	bool text = strcmp(r->payload_type, "text") == 0;
	if (!r->payload_type[0] || strcmp(r->payload_type, "none") == 0)
		return n ? refuse(f, ERR_MALFORMED, "a payload needs its type: text, binary", "")
			 : OK;
	if (!text && strcmp(r->payload_type, "binary") != 0)
		return refuse(f, ERR_MALFORMED, "types of payload are text, binary, none", "");
	c->payload_type = text ? PNRP_PAYLOAD_STRING : PNRP_PAYLOAD_BINARY;
	enum err e = OK;
	if (!text)
		e = ops_base64_take(r->payload, w->payload, sizeof(w->payload), &n);
	else if (n > sizeof(w->payload))
		e = ERR_RANGE;
	else
		memcpy(w->payload, r->payload, n);
	if (e == ERR_MALFORMED)
		return refuse(f, e, "a binary payload is written in base64", "");
	if (e || !n)
		return refuse(f, ERR_RANGE, "a payload has 1 to 4096 octets", "");
	c->payload = span_of(w->payload, n);
	return OK;
}

/* Whether a name was typed with a key's digits, and whether these are ours. */
static enum err check_owner(const struct wish *w, struct refusal *f)
{
	uint8_t ours[20];
	const struct pnrp_clouds *p = node_pnrp(engine_node(w->asking.ops->engine));
	const struct pnrp_name *n = &w->command.name;
	if (!w->in_full ||
	    (pnrp_clouds_authority(p, ours) == OK && memcmp(ours, n->authority, sizeof(ours)) == 0))
		return OK;
	text_quoted(&f->why, span_str(w->name), 100);
	return refuse(f, ERR_DENIED, " belongs to a key that this machine does not have",
		      "give what stands behind the dot alone, with --secure: then it is under "
		      "this machine's key");
}

static enum err read_publish(struct wish *w, const struct ops_publish *r, struct refusal *f)
{
	struct pnrp_command *c = &w->command;
	c->kind = PNRP_PUBLISH;
	c->temporary = r->temporary;
	ops_set_text(c->cloud, sizeof(c->cloud), r->cloud);
	enum err e = read_name(w, r->name, r->secure, f);
	if (e == OK)
		e = check_owner(w, f);
	if (e == OK && !c->name.classifier_n && !c->name.secure)
		e = refuse(f, ERR_MALFORMED, "a name without a key has something behind its dot",
			   HELP);
	if (e == OK)
		e = read_endpoints(c, r, f);
	if (e == OK)
		e = read_comment(c, r->comment, f);
	return e ? e : read_payload(w, r, f);
}

static void put_done(const struct wish *w, struct text *t, bool dry)
{
	bool publishes = w->command.kind == PNRP_PUBLISH;
	text_str(t, w->name);
	text_str(t, dry ? " would be " : " is ");
	text_str(t, publishes ? "published" : "withdrawn");
	if (publishes && w->command.cloud[0]) {
		text_str(t, " in ");
		text_str(t, w->command.cloud);
	}
	if (publishes && w->command.temporary)
		text_str(t, ", until the daemon ends");
}

/* The name under our key is known once it is published: then it is told in full. */
static void learn_name(struct wish *w)
{
	uint8_t authority[20];
	const struct pnrp_clouds *p = node_pnrp(engine_node(w->asking.ops->engine));
	if (!w->command.own_key || w->in_full || !p || pnrp_clouds_authority(p, authority) != OK)
		return;
	memcpy(w->command.name.authority, authority, sizeof(authority));
	struct text t = TEXT_OF(w->name);
	pnrp_name_text(&t, &w->command.name);
}

static void answer_done(const struct wish *w, struct ops_call call, bool dry)
{
	char buffer[OPS_PEER_NAME_MAX + 200];
	struct text t = TEXT_OF(buffer);
	put_done(w, &t, dry);
	const struct ops_change change = { !dry, buffer, 0 };
	ops_answer_value(call, &ops_change_type, &change);
}

static const struct {
	enum pnrp_command_kind kind;
	enum err err;
	const char *words, *hint;
} reasons[] = {
	{ PNRP_UNPUBLISH, ERR_NOT_FOUND, "it is not published here", "homestead name list" },
	{ PNRP_PUBLISH, ERR_FULL, "no more names can be published here",
	  "homestead name unpublish one, or raise names_max (man homestead.conf)" },
	{ PNRP_PUBLISH, ERR_RANGE, "its endpoints, comment and payload do not fit into one proof",
	  "give fewer endpoints, a shorter comment or a smaller payload" },
	{ PNRP_PUBLISH, ERR_STATE,
	  "resolve_only is on for it: names are looked up and none are published",
	  "homestead cloud list" },
};

static void answer_refused(const struct wish *w, enum err e)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	bool publishes = w->command.kind == PNRP_PUBLISH;
	const char *words = err_text(e), *hint = "homestead status";
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].kind == w->command.kind && reasons[i].err == e) {
			words = reasons[i].words;
			hint = reasons[i].hint;
		}
	text_quoted(&t, span_str(w->name), 100);
	text_str(&t, publishes ? " is not published: " : " cannot be withdrawn: ");
	text_str(&t, words);
	ops_answer_error(w->asking.call, e, buffer, hint);
}

static void wish_done(struct asking *a, const struct engine_result *r)
{
	struct wish *w = (struct wish *)(void *)a;
	if (r->err) {
		answer_refused(w, r->err);
		return;
	}
	learn_name(w);
	answer_done(w, a->call, false);
}

static struct wish *wish_new(struct ops *o, struct ops_call call)
{
	struct asking *a = ops_asking_new(o, call, sizeof(struct wish));
	if (a)
		a->done = wish_done;
	return (struct wish *)(void *)a;
}

/* Ends a wish that was only read: a dry run, or one that is refused. */
static enum err give_up(struct wish *w, enum err e, struct refusal *f)
{
	struct ops_call call = w->asking.call;
	if (e && e != ERR_NOMEM)
		ops_answer_error(call, e, f->buffer[0], f->buffer[1]);
	ops_asking_free(&w->asking);
	return e == ERR_NOMEM ? e : OK;
}

static struct refusal *refusal_init(struct refusal *f)
{
	f->why = TEXT_OF(f->buffer[0]);
	f->hint = TEXT_OF(f->buffer[1]);
	return f;
}

/* The rest of a request that was read: `e` is how that went. */
static enum err finish(struct wish *w, enum err e, bool dry, struct refusal *f)
{
	const struct pnrp_clouds *p = node_pnrp(engine_node(w->asking.ops->engine));
	bool named = w->command.cloud[0] != 0;
	if (e)
		return give_up(w, e, f);
	if (named && !ops_cloud_check(p, w->command.cloud, w->asking.call))
		return give_up(w, OK, f);
	if (!dry)
		return ops_asking_send(&w->asking, &w->command);
	answer_done(w, w->asking.call, true);
	return give_up(w, OK, f);
}

enum err ops_run_name_publish(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct refusal f;
	if (!ops_pnrp_of(o, call))
		return OK;
	struct wish *w = wish_new(o, call);
	if (!w)
		return ERR_NOMEM;
	enum err e = read_publish(w, &r->publish, refusal_init(&f));
	return finish(w, e, r->publish.dry_run, &f);
}

/* A name under our key is withdrawn as it is listed. */
static enum err read_unpublish(struct wish *w, const struct ops_unpublish *r, struct refusal *f)
{
	w->command.kind = PNRP_UNPUBLISH;
	enum err e = read_name(w, r->name, r->secure, f);
	if (e == OK)
		learn_name(w);
	return e;
}

enum err ops_run_name_unpublish(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct refusal f;
	if (!ops_pnrp_of(o, call))
		return OK;
	struct wish *w = wish_new(o, call);
	if (!w)
		return ERR_NOMEM;
	enum err e = read_unpublish(w, &r->unpublish, refusal_init(&f));
	return finish(w, e, r->unpublish.dry_run, &f);
}

enum err ops_run_name_convert(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_conversion out;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	enum err e = ops_name_convert(r->convert.name, &out, &o->mem, &why);
	if (e == ERR_NOMEM)
		return e;
	if (e)
		ops_answer_error(call, e, buffer, "homestead help name convert");
	else
		ops_answer_value(call, &ops_conversion_type, &out);
	return OK;
}
