/* Papers: which elements they have, and how they are written (GROUP-4.1 to GROUP-4.3). */
#include "group/paper_int.h"

#include "base/base64.h"

#define LINE 57 /* octets that become 76 digits, as mail has it */

const char *const group_field_element[GROUP_FIELD_COUNT] = {
	[GROUP_FIELD_IDC] = "IDC",
	[GROUP_FIELD_CLOUD] = "CLOUDNAME",
	[GROUP_FIELD_SCOPE] = "SCOPE",
	[GROUP_FIELD_FLAGS] = "CLOUDFLAGS",
	[GROUP_FIELD_GMC] = "GMC",
	[GROUP_FIELD_GROUP] = "GROUPPEERNAME",
	[GROUP_FIELD_FRIENDLY] = "GROUPFRIENDLYNAME",
	[GROUP_FIELD_IDENTITY] = "IDENTITYPEERNAME",
	[GROUP_FIELD_PEER] = "PEERNAME",
	[GROUP_FIELD_DATA] = "DATA",
};

const char *const group_paper_element[GROUP_PAPER_KIND_COUNT] = {
#define X(kind, element, words) [GROUP_PAPER_##kind] = (element),
	GROUP_PAPERS(X)
#undef X
};

#define BIT(f)	 GROUP_FIELD_BIT(GROUP_FIELD_##f)
#define IN_CLOUD (BIT(CLOUD) | BIT(SCOPE) | BIT(FLAGS))

const struct group_paper_row group_paper_rows[GROUP_PAPER_KIND_COUNT] = {
	[GROUP_PAPER_CARD] = { 0, BIT(IDC), 1, { GROUP_FIELD_IDC } },
	[GROUP_PAPER_INVITATION] = { 1,
				     IN_CLOUD,
				     6,
				     { GROUP_FIELD_CLOUD, GROUP_FIELD_SCOPE, GROUP_FIELD_FLAGS,
				       GROUP_FIELD_GMC, GROUP_FIELD_GROUP, GROUP_FIELD_FRIENDLY } },
	[GROUP_PAPER_IDENTITY] = { 0,
				   BIT(PEER) | BIT(DATA),
				   2,
				   { GROUP_FIELD_PEER, GROUP_FIELD_DATA } },
	[GROUP_PAPER_MEMBERSHIP] = { 1,
				     BIT(IDENTITY) | BIT(GROUP) | IN_CLOUD | BIT(GMC),
				     6,
				     { GROUP_FIELD_IDENTITY, GROUP_FIELD_GROUP, GROUP_FIELD_CLOUD,
				       GROUP_FIELD_SCOPE, GROUP_FIELD_FLAGS, GROUP_FIELD_GMC } },
	[GROUP_PAPER_OWNER] = { 1,
				BIT(GROUP) | BIT(DATA),
				2,
				{ GROUP_FIELD_GROUP, GROUP_FIELD_DATA } },
};

const char *const group_scope_word[GROUP_SCOPES] = {
	[GRAPH_SCOPE_GLOBAL] = "GLOBAL",
	[GRAPH_SCOPE_SITE] = "SITELOCAL",
	[GRAPH_SCOPE_LINK] = "LINKLOCAL",
};

struct span *group_paper_slot(struct group_paper *p, enum group_field f)
{
	struct span *const slots[GROUP_FIELD_COUNT] = {
		[GROUP_FIELD_IDC] = &p->octets,	       [GROUP_FIELD_CLOUD] = &p->cloud,
		[GROUP_FIELD_GMC] = &p->octets,	       [GROUP_FIELD_GROUP] = &p->group,
		[GROUP_FIELD_FRIENDLY] = &p->friendly, [GROUP_FIELD_IDENTITY] = &p->identity,
		[GROUP_FIELD_PEER] = &p->identity,     [GROUP_FIELD_DATA] = &p->octets,
	};
	return slots[f];
}

typedef enum err put_fn(struct text *t, const struct group_paper *p, enum group_field f);

static struct span value_of(const struct group_paper *p, enum group_field f)
{
	struct group_paper copy = *p;
	return *group_paper_slot(&copy, f);
}

static enum err put_text(struct text *t, const struct group_paper *p, enum group_field f)
{
	text_char(t, '>');
	return xml_escape(t, value_of(p, f));
}

static enum err put_scope(struct text *t, const struct group_paper *p, enum group_field f)
{
	text_char(t, '>');
	text_str(t, group_scope_word[p->scope]);
	return OK;
}

static enum err put_flags(struct text *t, const struct group_paper *p, enum group_field f)
{
	text_str(t, p->cloud_private ? ">1" : ">0");
	return OK;
}

static enum err put_octets(struct text *t, const struct group_paper *p, enum group_field f)
{
	struct span s = value_of(p, f);
	text_str(t, " xmlns:dt=\"urn:schemas-microsoft-com:datatypes\" dt:dt=\"bin.base64\">\n");
	for (size_t i = 0; i < s.n; i += LINE) {
		base64_put(t, span_of(s.p + i, s.n - i < LINE ? s.n - i : LINE));
		text_char(t, '\n');
	}
	return OK;
}

static enum err put_field(struct text *t, const struct group_paper *p, enum group_field f)
{
	static put_fn *const put[GROUP_FIELD_COUNT] = {
		[GROUP_FIELD_IDC] = put_octets,	   [GROUP_FIELD_CLOUD] = put_text,
		[GROUP_FIELD_SCOPE] = put_scope,   [GROUP_FIELD_FLAGS] = put_flags,
		[GROUP_FIELD_GMC] = put_octets,	   [GROUP_FIELD_GROUP] = put_text,
		[GROUP_FIELD_FRIENDLY] = put_text, [GROUP_FIELD_IDENTITY] = put_text,
		[GROUP_FIELD_PEER] = put_text,	   [GROUP_FIELD_DATA] = put_octets,
	};
	text_str(t, "  <");
	text_str(t, group_field_element[f]);
	enum err e = put[f](t, p, f);
	text_str(t, "</");
	text_str(t, group_field_element[f]);
	text_str(t, ">\n");
	return e;
}

/* GROUP-4.3: of an invitation either the certificates, or what names the group. */
static bool has_field(const struct group_paper *p, enum group_field f)
{
	if (group_paper_rows[p->kind].must & GROUP_FIELD_BIT(f))
		return true;
	return (f == GROUP_FIELD_GMC) == (p->octets.n > 0);
}

static enum err put_fields(struct text *t, const struct group_paper *p)
{
	const struct group_paper_row *row = &group_paper_rows[p->kind];
	enum err e = OK;
	for (size_t i = 0; i < row->n && !e; i++)
		if (has_field(p, row->fields[i]))
			e = put_field(t, p, row->fields[i]);
	return e;
}

enum err group_paper_write(struct text *t, const struct group_paper *p)
{
	const char *element = group_paper_element[p->kind];
	text_char(t, '<');
	text_str(t, element);
	text_str(t, " VERSION=\"");
	text_u64(t, p->major);
	text_char(t, '.');
	text_u64(t, p->minor);
	text_str(t, "\">\n");
	enum err e = put_fields(t, p);
	text_str(t, "</");
	text_str(t, element);
	text_str(t, ">\n");
	return e;
}
