/* Invitations in other forms. */
#include "lib/group_int.h"
#include "lib/qr.h"

#define LINK "homestead:join/"

/* GROUP-14.34 */
static int draw(struct hst_ctx *c, const char *link, char **out)
{
	struct lib_buffer b = { .env = c->env, .max = LIB_QR_TEXT_MAX };
	enum err e = lib_qr_put(&b, link);
	int r = !e		 ? lib_give_text(c, lib_buffer_text(&b), out)
		: e == ERR_NOMEM ? lib_fail_nomem(c)
				 : lib_invalid(c, "the link is too long for a QR code");
	lib_buffer_fini(&b);
	return r;
}

int hst_invite_render(hst_ctx *c, const char *text, int form, char **out)
{
	if (!text || !out || form != HST_FORM_QR)
		return lib_invalid(c, "an invitation, a form, and a place for it, are wanted");
	if (strncmp(text, LINK, strlen(LINK)) != 0)
		return lib_invalid(c, "only a link is drawn as a QR code");
	return draw(c, text, out);
}
