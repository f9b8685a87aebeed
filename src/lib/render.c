/* Invitations in other forms. */
#include "lib/group_int.h"
#include "lib/qr.h"

#define LINK "homestead:join/"

/* GROUP-14.34 */
static int draw(struct hst_ctx *c, const char *link, char **out)
{
	struct lib_buffer b = { .env = c->env, .max = LIB_QR_TEXT_MAX };
	enum err e = lib_qr_put(&b, link);
	int r = HST_OK;
	if (!e)
		r = lib_give_text(c, lib_buffer_text(&b), out);
	else if (e == ERR_NOMEM)
		r = lib_fail_nomem(c);
	else
		r = lib_invalid(c, "the link is too long for a QR code");
	lib_buffer_fini(&b);
	return r;
}

/* GROUP-14.35: what this machine does not know is not made up. */
static int in_form(struct hst_ctx *c, const struct ops_paper *p, int form, char **out)
{
	const char *text = form == HST_FORM_WORDS ? p->code : p->link;
	bool code = strcmp(p->kind, "code") == 0, link = strcmp(p->kind, "link") == 0;
	if (!code && !link)
		return lib_invalid(c, "a document is XML, and has no other form");
	if (p->asks && form == HST_FORM_WORDS)
		return lib_invalid(c, "a link to a password has no words");
	if (!text[0])
		return lib_fail(c, HST_E_NOT_FOUND,
				form == HST_FORM_WORDS
					? "no group of this machine knows the first words of "
					  "this link"
					: "no group of this machine knows this code",
				"ask on the machine that made it, or another of its group");
	return form == HST_FORM_QR ? draw(c, text, out) : lib_give_text(c, text, out);
}

static int ask(struct hst_ctx *c, const char *text, int form, char **out)
{
	struct ops_paper_read body;
	struct ops_paper paper;
	struct arena mem;
	ops_clear(&ops_paper_read_type, &body);
	body.document = text;
	arena_init(&mem, c->env, 4096);
	int r = lib_local_get(c,
			      &(struct lib_ask){ .method = "POST",
						 .path = "/v1/papers/read",
						 .type = &ops_paper_read_type,
						 .body = &body },
			      &ops_paper_type, &paper, &mem);
	if (r >= 0)
		r = in_form(c, &paper, form, out);
	arena_free(&mem);
	return r;
}

int hst_invite_render(hst_ctx *c, const char *text, int form, char **out)
{
	bool good = text && out && form >= HST_FORM_QR && form <= HST_FORM_XML;
	if (!good)
		return lib_invalid(c, "an invitation, a form, and a place for it, are wanted");
	if (form == HST_FORM_QR && strncmp(text, LINK, strlen(LINK)) == 0)
		return draw(c, text, out);
	if (form != HST_FORM_XML)
		return ask(c, text, form, out);
	if (text[strspn(text, " \t\r\n")] == '<')
		return lib_give_text(c, text, out);
	return lib_invalid(c, "a code or a link is no document, and cannot be made one");
}
