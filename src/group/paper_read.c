/* Papers read (GROUP-4.4 to GROUP-4.8), in whatever form people and programs left them. */
#include "group/paper_int.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/number.h"
#include "crypto/cert.h"
#include "crypto/pfx.h"
#include "group/payload.h"
#include "wire/utf.h"

#define BLOCK	     4096
#define MAJOR_MOST   2
#define QUOTED	     40 /* octets of what a document says, in a sentence */
#define DEPTH_ROOT   1
#define DEPTH_FIELDS 2

static const struct xml_limits limits = { GROUP_PAPER_MAX, 64, 16, 16 };

struct reading {
	struct group_paper *paper;
	struct arena *arena;
	struct text *why;
	uint32_t depth;
	unsigned int seen; /* set of GROUP_FIELD_BIT() */
};

/* Begins the sentence about what stands there. */
static struct text *at_line(struct reading *r, struct xml_place at)
{
	text_str(r->why, "line ");
	text_u64(r->why, at.line);
	text_str(r->why, ": ");
	return r->why;
}

static enum err refuse(struct text *why, enum err e, const char *rest)
{
	text_str(why, rest);
	return e;
}

/* A field that is not as it should be. */
static enum err bad_field(struct reading *r, struct xml_place at, enum group_field f,
			  const char *rest)
{
	text_str(at_line(r, at), group_field_element[f]);
	return refuse(r->why, ERR_MALFORMED, rest);
}

static enum err keep(struct reading *r, struct span s, struct span *out)
{
	uint8_t *p = arena_alloc(r->arena, s.n + 1);
	if (!p)
		return ERR_NOMEM;
	if (s.n)
		memcpy(p, s.p, s.n);
	*out = span_of(p, s.n);
	return OK;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trimmed(struct span s)
{
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n && is_space(*s.p))
		s = span_of(s.p + 1, s.n - 1);
	return s;
}

/* What a field holds; `at` is for the sentence. */
typedef enum err take_fn(struct reading *r, enum group_field f, struct span text,
			 struct xml_place at);

static enum err take_cloud(struct reading *r, enum group_field f, struct span text,
			   struct xml_place at)
{
	text = trimmed(text);
	if (text.n > GROUP_CLOUD_OCTETS)
		return bad_field(r, at, f, " is too long for the name of a cloud");
	return keep(r, text, group_paper_slot(r->paper, f));
}

static enum err take_name(struct reading *r, enum group_field f, struct span text,
			  struct xml_place at)
{
	struct group_name n;
	if (group_name_parse(&n, text) != OK)
		return bad_field(r, at, f,
				 " is no secure peer name: 40 hexadecimal digits, a dot, and at "
				 "most 149 characters");
	return keep(r, text, group_paper_slot(r->paper, f));
}

static enum err take_friendly(struct reading *r, enum group_field f, struct span text,
			      struct xml_place at)
{
	size_t units;
	if (utf16_of(text, NULL, CRYPTO_CERT_FRIENDLY, &units) != OK)
		return bad_field(r, at, f, " has more than 255 characters");
	return keep(r, text, group_paper_slot(r->paper, f));
}

static enum err take_scope(struct reading *r, enum group_field f, struct span text,
			   struct xml_place at)
{
	for (size_t i = GRAPH_SCOPE_GLOBAL; i < GROUP_SCOPES; i++)
		if (span_eq(trimmed(text), span_str(group_scope_word[i]))) {
			r->paper->scope = (enum graph_scope)i;
			return OK;
		}
	return bad_field(r, at, f, " is none of GLOBAL, SITELOCAL and LINKLOCAL");
}

static enum err take_flags(struct reading *r, enum group_field f, struct span text,
			   struct xml_place at)
{
	uint64_t v;
	if (number_u64(trimmed(text), 1, &v) != OK)
		return bad_field(r, at, f, " is neither 0 nor 1");
	r->paper->cloud_private = v == 1;
	return OK;
}

/* Base64 may be broken into lines anywhere. */
static size_t without_spaces(struct span s, uint8_t *out)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (!is_space(s.p[i]))
			out[n++] = s.p[i];
	return n;
}

static enum err decode(struct reading *r, struct span text, size_t most, struct span *out)
{
	uint8_t *digits = arena_alloc(r->arena, text.n + 1);
	if (!digits)
		return ERR_NOMEM;
	size_t n = without_spaces(text, digits), got;
	uint8_t *octets = arena_alloc(r->arena, n + 1);
	if (!octets)
		return ERR_NOMEM;
	enum err e = base64_take(span_of(digits, n), octets, n, &got);
	if (!e && (got == 0 || got > most))
		e = ERR_RANGE;
	if (!e)
		*out = span_of(octets, got);
	return e;
}

static enum err take_octets(struct reading *r, enum group_field f, struct span text,
			    struct xml_place at)
{
	size_t most = f == GROUP_FIELD_DATA ? CRYPTO_PFX_MAX : CRYPTO_CHAIN_MAX;
	enum err e = decode(r, text, most, group_paper_slot(r->paper, f));
	if (e == ERR_MALFORMED)
		return bad_field(r, at, f, " is not base64; perhaps a part of it was lost");
	return e == ERR_RANGE ? bad_field(r, at, f, " is empty, or too long") : e;
}

static enum err take(struct reading *r, enum group_field f, struct span text, struct xml_place at)
{
	static take_fn *const takes[GROUP_FIELD_COUNT] = {
		[GROUP_FIELD_IDC] = take_octets,	[GROUP_FIELD_CLOUD] = take_cloud,
		[GROUP_FIELD_SCOPE] = take_scope,	[GROUP_FIELD_FLAGS] = take_flags,
		[GROUP_FIELD_GMC] = take_octets,	[GROUP_FIELD_GROUP] = take_name,
		[GROUP_FIELD_FRIENDLY] = take_friendly, [GROUP_FIELD_IDENTITY] = take_name,
		[GROUP_FIELD_PEER] = take_name,		[GROUP_FIELD_DATA] = take_octets,
	};
	if (r->seen & GROUP_FIELD_BIT(f))
		return bad_field(r, at, f, " stands there twice");
	r->seen |= GROUP_FIELD_BIT(f);
	return takes[f](r, f, text, at);
}

/* The outermost element: kind and version. */

static bool find_kind(struct span name, enum group_paper_kind *kind)
{
	for (enum group_paper_kind k = 0; k < GROUP_PAPER_KIND_COUNT; k++)
		if (span_eq(name, span_str(group_paper_element[k]))) {
			*kind = k;
			return true;
		}
	return false;
}

static enum err read_number(struct span s, uint8_t *out)
{
	uint64_t v;
	enum err e = number_u64(s, UINT8_MAX, &v);
	if (!e)
		*out = (uint8_t)v;
	return e;
}

static enum err read_version(struct group_paper *p, struct span s)
{
	const uint8_t *dot = s.n ? memchr(s.p, '.', s.n) : NULL;
	size_t n = dot ? (size_t)(dot - s.p) : s.n;
	enum err e = dot ? read_number(span_of(s.p, n), &p->major) : ERR_MALFORMED;
	return e ? e : read_number(span_of(dot + 1, s.n - n - 1), &p->minor);
}

/* GROUP-4.5 */
static enum err take_version(struct reading *r, struct span s)
{
	struct group_paper *p = r->paper;
	enum err e = read_version(p, trimmed(s));
	bool known = !e && p->major && p->major <= MAJOR_MOST &&
		     p->minor <= group_paper_rows[p->kind].minor;
	if (known)
		return OK;
	text_str(r->why, "VERSION ");
	text_quoted(r->why, s, QUOTED);
	text_str(r->why, " of ");
	text_str(r->why, group_paper_text(p->kind));
	if (e)
		return refuse(r->why, ERR_MALFORMED, " is no version");
	return refuse(r->why, ERR_UNSUPPORTED, " is not known here: a newer program wrote it");
}

static enum err begin_paper(struct reading *r, struct span name, const struct xml_attribute *a,
			    size_t n)
{
	if (!find_kind(name, &r->paper->kind)) {
		text_str(r->why, "it begins with ");
		text_quoted(r->why, name, QUOTED);
		return refuse(r->why, ERR_MALFORMED,
			      ", which is no card, invitation or export of a group");
	}
	for (size_t i = 0; i < n; i++)
		if (span_eq(a[i].name, span_str("VERSION")))
			return take_version(r, a[i].value);
	text_str(r->why, group_paper_text(r->paper->kind));
	return refuse(r->why, ERR_MALFORMED, " must tell its VERSION");
}

/* Inside; what is unknown there, and all below, is passed over (GROUP-4.4). */

static enum err on_begin(void *ctx, struct span name, const struct xml_attribute *a, size_t n,
			 struct xml_place at)
{
	struct reading *r = ctx;
	return ++r->depth == DEPTH_ROOT ? begin_paper(r, name, a, n) : OK;
}

static enum err on_end(void *ctx, struct span name, struct span text, struct xml_place at)
{
	struct reading *r = ctx;
	const struct group_paper_row *row = &group_paper_rows[r->paper->kind];
	if (r->depth-- != DEPTH_FIELDS)
		return OK;
	for (size_t i = 0; i < row->n; i++)
		if (span_eq(name, span_str(group_field_element[row->fields[i]])))
			return take(r, row->fields[i], text, at);
	return OK;
}

/* GROUP-4.6 */
static enum err complete(struct reading *r)
{
	const struct group_paper_row *row = &group_paper_rows[r->paper->kind];
	unsigned int missing = row->must & ~r->seen;
	unsigned int either = GROUP_FIELD_BIT(GROUP_FIELD_GMC) | GROUP_FIELD_BIT(GROUP_FIELD_GROUP);
	if (!missing && r->paper->kind == GROUP_PAPER_INVITATION && !(r->seen & either))
		missing = GROUP_FIELD_BIT(GROUP_FIELD_GMC);
	for (enum group_field f = 0; f < GROUP_FIELD_COUNT; f++) {
		if (!(missing & GROUP_FIELD_BIT(f)))
			continue;
		text_str(r->why, group_paper_text(r->paper->kind));
		text_str(r->why, " without ");
		return refuse(r->why, ERR_MALFORMED, group_field_element[f]);
	}
	return OK;
}

/* GROUP-4.3: people are shown what the chain says, and nothing that stands beside it. */
static void drop_what_the_chain_says(struct group_paper *p)
{
	if (p->kind != GROUP_PAPER_INVITATION || !p->octets.n)
		return;
	p->group = span_of(NULL, 0);
	p->friendly = span_of(NULL, 0);
}

static void put_fault(struct text *why, const struct xml_fault *fault)
{
	text_str(why, "no well-formed XML: line ");
	text_u64(why, fault->at.line);
	text_str(why, ", column ");
	text_u64(why, fault->at.column);
	text_str(why, ": ");
	text_str(why, fault->text);
}

static enum err read_all(struct reading *r, struct span document, const struct env *env)
{
	const struct xml_reader reader = { on_begin, on_end, r };
	struct xml_fault fault = { .text = "" };
	text_clear(r->why);
	enum err e = xml_read(document, &limits, env, &reader, &fault);
	if (*fault.text)
		put_fault(r->why, &fault);
	if (e == ERR_FULL)
		return ERR_MALFORMED;
	if (!e)
		e = complete(r);
	if (!e)
		drop_what_the_chain_says(r->paper);
	return e;
}

void group_paper_free(struct group_paper *p, const struct env *env)
{
	struct arena *arena = p->memory;
	if (!arena)
		return;
	arena_free(arena);
	env_free(env, arena);
	p->memory = NULL;
}

enum err group_paper_read(struct group_paper *out, struct span document, const struct env *env,
			  struct text *why)
{
	struct arena *arena = env_zalloc(env, 1, sizeof *arena);
	if (!arena)
		return ERR_NOMEM;
	arena_init(arena, env, BLOCK);
	struct group_paper paper = { .memory = arena };
	struct reading r = { .paper = &paper, .arena = arena, .why = why };
	enum err e = read_all(&r, document, env);
	if (e)
		group_paper_free(&paper, env);
	else
		*out = paper;
	return e;
}
