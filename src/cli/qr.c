/* invite --qr: a link for the camera of whoever comes in. */
#include "cli/cli_int.h"

#include <string.h>

/* White on black, whatever the terminal's own colours are. */
#define WHITE_ON_BLACK "\033[40;37;1m"
#define AS_BEFORE      "\033[0m"

/* Columns of its first line, and so of each. */
static int columns_of(const char *qr)
{
	int n = 0;
	for (; *qr && *qr != '\n'; qr++)
		n += ((unsigned char)*qr & 0xc0) != 0x80;
	return n;
}

static void draw(struct cli *c, const char *qr)
{
	FILE *f = c->place->out;
	while (*qr) {
		size_t n = strcspn(qr, "\n");
		fputs(c->place->colour ? WHITE_ON_BLACK : "", f);
		fwrite(qr, 1, n, f);
		fputs(c->place->colour ? AS_BEFORE : "", f);
		fputc('\n', f);
		qr += n + (qr[n] == '\n');
	}
}

/* GROUP-14.34 */
static void say_too_narrow(struct cli *c, int columns, int wide)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "the QR code is ");
	text_i64(&t, columns);
	text_str(&t, " columns wide, and here are ");
	text_i64(&t, wide);
	text_str(&t, ": the link says the same");
	cli_wrap(c, buffer, 0);
}

int cli_qr_print(struct cli *c, const char *link)
{
	int wide = c->place->wide ? c->place->wide : c->place->width;
	char *qr = NULL;
	if (hst_invite_render(c->ctx, link, HST_FORM_QR, &qr) < 0)
		return cli_complain_last(c);
	int columns = columns_of(qr);
	if (!c->place->utf8)
		cli_wrap(c,
			 "a QR code is drawn where the locale is one of UTF-8, as LANG says: the "
			 "link says the same",
			 0);
	else if (columns > wide)
		say_too_narrow(c, columns, wide);
	else
		draw(c, qr);
	hst_free(qr);
	return CLI_OK;
}
