/* QR codes: libqrencode makes the modules, here they become blocks. */
#include "lib/qr.h"

#include <errno.h>
#include <qrencode.h>

/* Light is what is drawn: not the module, or beside all modules. */
static bool is_light(const QRcode *q, int x, int y)
{
	if (x < 0 || y < 0 || x >= q->width || y >= q->width)
		return true;
	return !(q->data[y * q->width + x] & 1);
}

static enum err put_line(struct lib_buffer *out, const QRcode *q, int y)
{
	static const char *const blocks[] = { " ", "▄", "▀", "█" };
	for (int x = -LIB_QR_QUIET; x < q->width + LIB_QR_QUIET; x++) {
		const char *block = blocks[2 * is_light(q, x, y) + is_light(q, x, y + 1)];
		enum err e = lib_buffer_add(out, block, strlen(block));
		if (e)
			return e;
	}
	return lib_buffer_add(out, "\n", 1);
}

/* A screen is never torn or dirty: the least correction, and so the fewest modules. */
enum err lib_qr_put(struct lib_buffer *out, const char *text)
{
	enum err e = OK;
	QRcode *q = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	if (!q)
		return errno == ENOMEM ? ERR_NOMEM : ERR_RANGE;
	for (int y = -LIB_QR_QUIET; !e && y < q->width + LIB_QR_QUIET; y += 2)
		e = put_line(out, q, y);
	QRcode_free(q);
	return e;
}
