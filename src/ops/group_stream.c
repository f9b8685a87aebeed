/* What needs a passphrase, over a stream: a passphrase behind its length, then a document
 * where there is one to take in; the answer is one line. The passphrase lies in locked memory
 * and goes into no answer. */
#include "ops/group_int.h"
#include "ops/stream_int.h"

#include "crypto/seal.h"

#define HEAD 2

/* What is done with what comes. */
struct work {
	enum ops_kind kind;
	enum groups_command_kind command;
	bool document, passphrase; /* it takes one in; needs one that is not empty */
	const char *done, *would;
	const char *text; /* of what it gives; NULL: it makes something */
};

static const struct work works[] = {
	{ OPS_IDENTITY_EXPORT, GROUPS_ID_EXPORT, false, true, "is exported", "would be exported",
	  "an identity with its key, under the passphrase" },
	{ OPS_IDENTITY_IMPORT, GROUPS_ID_IMPORT, true, true, "is taken over", "would be taken over",
	  NULL },
	{ OPS_GROUP_OWNER, GROUPS_OWNER, false, true, "is exported with its key",
	  "would be exported with its key", "the group's own key, under the passphrase" },
	{ OPS_GROUP_PASSWORD, GROUPS_PASSWORD, false, false, "has its password",
	  "would have a password", NULL },
	{ OPS_GROUP_JOIN_SECRET, GROUPS_JOIN, false, false, "is joined", "would be joined", NULL },
	{ OPS_GROUP_IMPORT, GROUPS_IMPORT, true, false, "is taken over", "would be taken over",
	  NULL },
};

struct sealed {
	struct ops_stream stream; /* first */
	const struct work *work;
	char name[OPS_GRAPH_ID_MAX + 1]; /* identity or group; "": the document tells */
	char self[OPS_GRAPH_ID_MAX + 1]; /* of a group: which identity of ours is in it */
	char object[200];
	uint8_t *secret; /* length and passphrase, locked */
	size_t secret_n;
	uint8_t *document;
	size_t document_n, room;
	struct arena mem;
	struct ops_group_join *join; /* what is joined; NULL: nothing */
	uint64_t ticket;	     /* of the command; 0 none */
	bool finished;
	struct last_line line;
};

static struct sealed *sealed_of(struct ops_stream *s)
{
	return (struct sealed *)(void *)s;
}

static void answered(void *arg, const struct ops_answer *a)
{
	struct sealed *s = arg;
	s->ticket = 0;
	ops_line_answer(&s->line, a);
	ops_stream_wake(&s->stream);
}

static struct ops_call call_of(struct sealed *s)
{
	return (struct ops_call){ answered, s, NULL, &s->ticket };
}

static void fail(struct sealed *s, enum err e, const char *why, const char *hint)
{
	if (!s->line.there)
		ops_answer_error(call_of(s), e, why, hint);
}

/* Octets of the passphrase, as its head says; 0 before that is whole. */
static size_t passphrase_n(const struct sealed *s)
{
	return s->secret_n < HEAD ? 0 : (size_t)(s->secret[0] << 8 | s->secret[1]);
}

/* More of head and passphrase; what is left is the document's. */
static enum err take_secret(struct sealed *s, struct span octets, size_t *taken)
{
	while (*taken < octets.n) {
		size_t whole = HEAD + passphrase_n(s);
		if (s->secret_n >= HEAD && s->secret_n == whole)
			return OK;
		if (whole > HEAD + OPS_PASSPHRASE_MAX)
			return ERR_RANGE;
		s->secret[s->secret_n++] = octets.p[(*taken)++];
	}
	return HEAD + passphrase_n(s) > HEAD + OPS_PASSPHRASE_MAX ? ERR_RANGE : OK;
}

static enum err make_room(struct sealed *s, size_t n)
{
	const struct env *env = s->stream.ops->env;
	size_t room = s->room ? s->room : 4096;
	if (n > OPS_DOCUMENT_MAX - s->document_n)
		return ERR_FULL;
	while (room - s->document_n < n)
		room *= 2;
	if (room == s->room)
		return OK;
	if (!ops_stream_take_room(s->stream.ops, room - s->room))
		return ERR_NOMEM;
	uint8_t *p = env_zalloc(env, 1, room);
	if (!p) {
		ops_stream_give_room(s->stream.ops, room - s->room);
		return ERR_NOMEM;
	}
	if (s->document_n)
		memcpy(p, s->document, s->document_n);
	env_free(env, s->document);
	s->document = p;
	s->room = room;
	return OK;
}

static enum err take_document(struct sealed *s, struct span octets)
{
	if (!octets.n)
		return OK;
	if (!s->work->document)
		return ERR_MALFORMED;
	enum err e = make_room(s, octets.n);
	if (e)
		return e;
	memcpy(s->document + s->document_n, octets.p, octets.n);
	s->document_n += octets.n;
	return OK;
}

static enum err complain_of(struct sealed *s, enum err e)
{
	static const struct {
		enum err err;
		const char *why;
	} words[] = {
		{ ERR_RANGE, "the passphrase is longer than 1024 octets" },
		{ ERR_FULL, "the document is too large for what it should be" },
		{ ERR_MALFORMED, "something came behind the passphrase" },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].err == e)
			fail(s, e, words[i].why, "doc/api.md says what goes over the stream");
	if (!s->line.there)
		fail(s, e, err_text(e), "try again when the machine has memory");
	return ERR_CLOSED;
}

static enum err sealed_write(struct ops_stream *stream, struct span octets, size_t *taken)
{
	struct sealed *s = sealed_of(stream);
	if (s->line.there)
		return ERR_CLOSED;
	enum err e = take_secret(s, octets, taken);
	if (!e)
		e = take_document(s, span_of(octets.p + *taken, octets.n - *taken));
	if (e)
		return complain_of(s, e);
	*taken = octets.n;
	return OK;
}

static enum err sealed_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	return ops_line_read(&sealed_of(s)->line, p, size, n);
}

/* The answers */

static void answer_document(struct group_wish *w, const struct engine_result *r)
{
	struct draft d = { &w->asking.mem, false };
	const struct ops_document out = { true, w->next, ops_draft_span(&d, r->document) };
	if (d.failed)
		ops_answer_error(w->asking.call, ERR_NOMEM, err_text(ERR_NOMEM), "");
	else
		ops_answer_value(w->asking.call, &ops_document_type, &out);
}

/* What people type, and will type on other keyboards (GROUP-13.10). */
static bool read_password(struct sealed *s, struct text *nfc)
{
	char typed[OPS_PASSPHRASE_MAX + 1];
	size_t n = passphrase_n(s);
	memcpy(typed, s->secret + HEAD, n);
	typed[n] = '\0';
	enum err e = strlen(typed) == n ? ops_text_nfc(typed, nfc) : ERR_MALFORMED;
	crypto_wipe(typed, sizeof(typed));
	if (e)
		fail(s, e, "the password is no text, or too long", "1 to 1,024 octets of UTF-8");
	return !e;
}

static bool take_password(struct sealed *s, struct group_wish *w, struct text *nfc)
{
	w->command.role = GROUP_ROLE_MEMBER;
	if (!passphrase_n(s)) {
		w->done = "has no password any more";
		w->would = "would lose its password";
	}
	bool good = read_password(s, nfc);
	w->command.passphrase = span_of(nfc->p, nfc->n);
	return good;
}

static void no_memory(struct sealed *s)
{
	fail(s, ERR_NOMEM, err_text(ERR_NOMEM), "try again when the machine has memory");
}

/* GROUP-14.36 */
static void join(struct sealed *s)
{
	char typed[OPS_PASSPHRASE_MAX + 1];
	struct text nfc = TEXT_OF(typed);
	if (read_password(s, &nfc) &&
	    ops_join(s->stream.ops, s->join, span_of(nfc.p, nfc.n), call_of(s)) != OK)
		no_memory(s);
	crypto_wipe(typed, sizeof(typed));
}

static void send(struct sealed *s)
{
	struct ops_complaint c;
	char typed[OPS_PASSPHRASE_MAX + 1];
	struct text nfc = TEXT_OF(typed);
	ops_complaint_init(&c);
	struct group_wish *w = ops_group_wish(s->stream.ops, call_of(s), s->work->command, false);
	if (!w) {
		no_memory(s);
		return;
	}
	struct groups_command *k = &w->command;
	k->passphrase = span_of(s->secret + HEAD, passphrase_n(s));
	k->document = span_of(s->document, s->document_n);
	bool person = k->kind == GROUPS_ID_EXPORT || k->kind == GROUPS_ID_IMPORT;
	k->identity = span_str(person ? s->name : s->self);
	k->group = span_str(person ? "" : s->name);
	ops_set_text(w->object, sizeof(w->object), s->object);
	w->done = s->work->done;
	w->would = s->work->would;
	w->next = s->work->text;
	if (s->work->text)
		w->answer = answer_document;
	if (k->kind == GROUPS_PASSWORD && !take_password(s, w, &nfc))
		ops_asking_free(&w->asking);
	else if (ops_group_send(w, OK, &c) != OK)
		no_memory(s);
	crypto_wipe(typed, sizeof(typed));
}

static void sealed_finish(struct ops_stream *stream)
{
	struct sealed *s = sealed_of(stream);
	size_t n = passphrase_n(s);
	if (s->line.there || s->finished)
		return;
	s->finished = true;
	if (s->secret_n < HEAD || s->secret_n < HEAD + n)
		fail(s, ERR_MALFORMED, "the passphrase is cut short", "doc/api.md");
	else if (!n && s->work->passphrase)
		fail(s, ERR_MALFORMED, "an empty passphrase protects nothing", "choose one");
	else if (s->work->document && !s->document_n)
		fail(s, ERR_MALFORMED, "there is no document", "name the file of the export");
	else if (s->join)
		join(s);
	else
		send(s);
	crypto_wipe(s->secret, HEAD + OPS_PASSPHRASE_MAX);
	s->secret_n = 0;
}

static void sealed_end(struct ops_stream *stream)
{
	struct sealed *s = sealed_of(stream);
	if (s->ticket)
		ops_cancel(stream->ops, s->ticket);
	crypto_secret_free(s->secret);
	env_free(stream->ops->env, s->document);
	ops_stream_give_room(stream->ops, s->room);
	arena_free(&s->mem);
	ops_line_fini(&s->line);
}

static const struct stream_kind kind_sealed = {
	.size = sizeof(struct sealed),
	.read = sealed_read,
	.write = sealed_write,
	.finish = sealed_finish,
	.end = sealed_end,
};

static const struct work *work_of(enum ops_kind kind)
{
	size_t i = 0;
	while (works[i].kind != kind)
		i++;
	return &works[i];
}

/* NULL without memory. */
static struct sealed *sealed_new(struct ops *o, const struct work *work)
{
	struct ops_stream *s = ops_stream_new(o, &kind_sealed);
	if (!s)
		return NULL;
	struct sealed *p = sealed_of(s);
	p->work = work;
	arena_init(&p->mem, o->env, 1024);
	p->secret = crypto_secret_new(HEAD + OPS_PASSPHRASE_MAX);
	if (p->secret)
		return p;
	ops_stream_close(s);
	return NULL;
}

/* What a stream is about; "": its document tells. self: as whom, of a group. */
struct about {
	const char *name, *self, *object;
};

/* Leave to begin, or what would be done. */
static enum err open_stream(struct ops *o, const struct ops_request *r, struct ops_call call,
			    const struct about *what)
{
	const struct work *work = work_of(r->kind);
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, what->object);
	text_char(&t, ' ');
	text_str(&t, work->would);
	if (r->write.dry_run) {
		ops_stream_answer_dry(buffer, call);
		return OK;
	}
	struct sealed *p = sealed_new(o, work);
	if (!p)
		return ERR_NOMEM;
	ops_set_text(p->name, sizeof(p->name), what->name);
	ops_set_text(p->self, sizeof(p->self), what->self);
	ops_set_text(p->object, sizeof(p->object), what->object);
	ops_stream_answer(&p->stream, 0, call);
	return OK;
}

/* Whether it can be joined is told when its password is there; a dry one goes the same way. */
enum err ops_run_group_join_secret(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	if (!ops_groups_of(o, call))
		return OK;
	struct sealed *p = sealed_new(o, work_of(r->kind));
	if (!p)
		return ERR_NOMEM;
	p->join = ops_join_copy(&r->group_join, &p->mem);
	if (!p->join) {
		ops_stream_close(&p->stream);
		return ERR_NOMEM;
	}
	ops_stream_answer(&p->stream, 0, call);
	return OK;
}

enum err ops_run_identity_export(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	char object[200];
	struct text t = TEXT_OF(object);
	struct groups_identity id;
	if (!ops_identity_find(o, r, call, &id))
		return OK;
	text_str(&t, "identity ");
	text_quoted(&t, span_str(id.label && id.label[0] ? id.label : id.name), 80);
	return open_stream(o, r, call, &(struct about){ id.name, "", object });
}

enum err ops_run_identity_import(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct about what = { "", "", "the identity in the document" };
	return ops_groups_of(o, call) ? open_stream(o, r, call, &what) : OK;
}

enum err ops_run_group_import(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct about what = { "", "", "what is in the document" };
	return ops_groups_of(o, call) ? open_stream(o, r, call, &what) : OK;
}

enum err ops_run_group_owner(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	char object[200], buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(object), why = TEXT_OF(buffer);
	struct groups_info g;
	if (!ops_group_find(o, r, call, &g))
		return OK;
	ops_put_group(&t, &g);
	if (g.owner)
		return open_stream(o, r, call, &(struct about){ g.id, g.self, object });
	text_str(&why, "the key of ");
	text_str(&why, object);
	text_str(&why, " is not on this machine");
	ops_answer_error(call, ERR_DENIED, buffer,
			 "only who created the group, or was given its key, can export it");
	return OK;
}

enum err ops_run_group_password(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	char object[200];
	struct text t = TEXT_OF(object);
	struct groups_info g;
	if (!ops_group_find_open(o, r, call, &g))
		return OK;
	ops_put_group(&t, &g);
	return open_stream(o, r, call, &(struct about){ g.id, g.self, object });
}
