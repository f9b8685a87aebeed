#include "node/config.h"

/* Reads the text form of a configuration: tokens first, then groups. */

#define VALUE_MAX 512
#define GROUP_MAX (MASC_NAME_MAX + 16)

enum token {
	TOKEN_END,
	TOKEN_BREAK, /* a line's end or a semicolon */
	TOKEN_WORD,
	TOKEN_EQUAL,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_BAD
};

struct parser {
	struct node_config *config;
	struct span text;
	size_t at;
	uint32_t line;	     /* where the next token begins */
	uint32_t token_line; /* where the present one does */
	struct span word;    /* of the present token, where it is a word */
	char unquoted[VALUE_MAX];
	struct text *why;
};

static enum err fail(struct parser *p, const char *what)
{
	text_str(p->why, what);
	return ERR_CONFIG;
}

static bool is_sign(uint8_t c)
{
	return c == '{' || c == '}' || c == '=' || c == ';' || c == '#' || c == '"';
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_space(struct parser *p)
{
	while (p->at < p->text.n && is_space(p->text.p[p->at]))
		p->at++;
	if (p->at < p->text.n && p->text.p[p->at] == '#')
		while (p->at < p->text.n && p->text.p[p->at] != '\n')
			p->at++;
}

static enum token bare_word(struct parser *p)
{
	size_t from = p->at;
	while (p->at < p->text.n) {
		uint8_t c = p->text.p[p->at];
		if (is_sign(c) || is_space(c) || c == '\n')
			break;
		p->at++;
	}
	p->word = span_of(p->text.p + from, p->at - from);
	return TOKEN_WORD;
}

static enum token quoted_word(struct parser *p)
{
	size_t n = 0;
	for (p->at++; p->at < p->text.n && p->text.p[p->at] != '\n'; p->at++) {
		uint8_t c = p->text.p[p->at];
		if (c == '"') {
			p->at++;
			p->word = span_of(p->unquoted, n);
			return TOKEN_WORD;
		}
		if (c == '\\' && p->at + 1 < p->text.n)
			c = p->text.p[++p->at];
		if (n == sizeof(p->unquoted)) {
			text_str(p->why, "a quoted value is too long; accepted are 512 octets");
			return TOKEN_BAD;
		}
		p->unquoted[n++] = (char)c;
	}
	text_str(p->why, "a quoted value does not end on its line; a \" is missing");
	return TOKEN_BAD;
}

static enum token next_token(struct parser *p)
{
	skip_space(p);
	p->token_line = p->line;
	if (p->at == p->text.n)
		return TOKEN_END;
	switch (p->text.p[p->at]) {
	case '\n':
		p->line++;
		p->at++;
		return TOKEN_BREAK;
	case ';':
		p->at++;
		return TOKEN_BREAK;
	case '=':
		p->at++;
		return TOKEN_EQUAL;
	case '{':
		p->at++;
		return TOKEN_OPEN;
	case '}':
		p->at++;
		return TOKEN_CLOSE;
	case '"':
		return quoted_word(p);
	}
	return bare_word(p);
}

/* After "key =": the value and the end of the setting. A closing brace ends
 * it too and is left for the group. */
static enum err parse_setting(struct parser *p, struct span group, struct span key)
{
	uint32_t line = p->token_line;
	enum token t = next_token(p);
	if (t == TOKEN_BAD)
		return ERR_CONFIG;
	if (t != TOKEN_WORD || p->token_line != line) {
		p->token_line = line;
		return fail(p, "a value is missing after the =");
	}
	enum err e = node_config_set(p->config, group, key, p->word, p->why);
	if (e == ERR_NOMEM)
		return e;
	if (e)
		return ERR_CONFIG;
	size_t before = p->at;
	t = next_token(p);
	if (t == TOKEN_CLOSE)
		p->at = before;
	else if (t != TOKEN_BREAK && t != TOKEN_END)
		return fail(p, "a setting ends with its line or a semicolon; a value with spaces "
			       "is quoted");
	return OK;
}

/* Makes the peer or scope of that name, so that one without keys is seen. */
static enum err make(struct masc_config *m, struct span kind, struct span name)
{
	struct masc_peer_config *peer;
	struct masc_scope_config *scope;
	if (span_eq(kind, span_str("peer")))
		return masc_config_peer(m, name, &peer);
	if (span_eq(kind, span_str("scope")))
		return masc_config_scope(m, name, &scope);
	return ERR_NOT_FOUND;
}

static enum err no_group(struct parser *p, struct span kind, struct span name)
{
	text_str(p->why, "there is no group ");
	text_quoted(p->why, kind, 64);
	if (name.n) {
		text_char(p->why, ' ');
		text_quoted(p->why, name, 64);
	}
	text_str(
		p->why,
		" here; accepted are masc, pnrp, graph and group at the top, peer NAME and scope NAME "
		"inside masc, the name made of 1 to 63 letters, digits, dots, dashes and "
		"underscores, and link, site and global inside pnrp");
	return ERR_CONFIG;
}

/* A group that has a name of its own: a peer or a scope of masc. */
static enum err enter_named(struct parser *p, struct span kind, struct span name,
			    struct text *inner)
{
	enum err e = make(&p->config->masc, kind, name);
	if (e != OK)
		return e == ERR_NOMEM ? e : no_group(p, kind, name);
	text_str(inner, "masc.");
	text_span(inner, kind);
	text_char(inner, ' ');
	text_span(inner, name);
	return OK;
}

static bool is_pnrp_scope(struct span kind)
{
	for (int i = 0; i < PNRP_SCOPE_COUNT; i++)
		if (span_eq(kind, span_str(pnrp_scope_text((enum pnrp_scope)i))))
			return true;
	return false;
}

/* A part: its group switches it on; `enabled` inside may switch it off again. */
static bool switch_on(struct node_config *c, struct span kind)
{
	bool pnrp = span_eq(kind, span_str("pnrp"));
	bool graph = span_eq(kind, span_str("graph"));
	bool group = span_eq(kind, span_str("group"));
	c->pnrp.enabled |= pnrp;
	c->graph.enabled |= graph;
	c->group.enabled |= group;
	return pnrp || graph || group || span_eq(kind, span_str("masc"));
}

/* The name of a group inside another: "" > "masc" > "masc.peer north". */
static enum err enter(struct parser *p, struct span outer, struct span kind, struct span name,
		      struct text *inner)
{
	if (!outer.n && !name.n && switch_on(p->config, kind)) {
		text_span(inner, kind);
		return OK;
	}
	if (span_eq(outer, span_str("masc")) && name.n && name.n <= MASC_NAME_MAX)
		return enter_named(p, kind, name, inner);
	if (!span_eq(outer, span_str("pnrp")) || name.n || !is_pnrp_scope(kind))
		return no_group(p, kind, name);
	text_str(inner, "pnrp.");
	text_span(inner, kind);
	return OK;
}

struct frame {
	char buffer[GROUP_MAX + 1];
	struct text name;
	uint32_t line; /* where it was opened */
};

static struct span frame_name(const struct frame *f)
{
	return span_of(f->name.p, f->name.n);
}

/* After a word at the start of an item: "= value", "{" or "NAME {". */
static enum err parse_item(struct parser *p, struct frame *stack, size_t *depth)
{
	struct span first = p->word, name = { NULL, 0 };
	uint32_t line = p->token_line;
	/* A quoted word lives in the one buffer that the next may take. */
	if ((const char *)first.p == p->unquoted)
		return fail(p, "a key or group is not quoted");
	enum token t = next_token(p);
	if (t == TOKEN_EQUAL) {
		if (*depth == 0)
			return fail(p, "settings stand in a group; accepted are masc { ... }, "
				       "pnrp { ... }, graph { ... } and group { ... }");
		return parse_setting(p, frame_name(&stack[*depth]), first);
	}
	if (t == TOKEN_WORD) {
		name = p->word;
		t = next_token(p);
	}
	if (t != TOKEN_OPEN) {
		p->token_line = line;
		return t == TOKEN_BAD ? ERR_CONFIG
				      : fail(p, "a key is followed by =, a group by {");
	}
	struct text inner = TEXT_OF(stack[*depth + 1].buffer);
	enum err e = enter(p, frame_name(&stack[*depth]), first, name, &inner);
	if (e)
		return e;
	++*depth;
	stack[*depth].name = inner;
	stack[*depth].line = line;
	return OK;
}

static enum err parse_items(struct parser *p)
{
	/* The top, masc, a peer, and room for the name that is refused. */
	struct frame stack[4];
	size_t depth = 0;
	stack[0].name = TEXT_OF(stack[0].buffer);
	for (;;) {
		enum token t = next_token(p);
		enum err e = OK;
		if (t == TOKEN_END && depth == 0)
			return OK;
		if (t == TOKEN_END) {
			p->token_line = stack[depth].line;
			return fail(p, "a group is not closed; a } is missing");
		}
		if (t == TOKEN_CLOSE && depth == 0)
			return fail(p, "a } closes no group");
		if (t == TOKEN_CLOSE)
			depth--;
		else if (t == TOKEN_WORD)
			e = parse_item(p, stack, &depth);
		else if (t == TOKEN_BAD)
			e = ERR_CONFIG;
		else if (t != TOKEN_BREAK)
			e = fail(p, "a key or a group is missing");
		if (e)
			return e;
	}
}

enum err node_config_parse(struct node_config *c, struct span text, uint32_t *line,
			   struct text *why)
{
	struct parser p = { .config = c, .text = text, .line = 1, .why = why };
	enum err e = parse_items(&p);
	*line = p.token_line;
	if (e)
		return e;
	*line = 0;
	e = node_config_complete(c);
	return e == OK ? node_config_check(c, why) : e;
}
