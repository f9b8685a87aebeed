/* Names as people write them: read, brought into NFC, and given back in every form. */
#include "ops/types.h"

#include "pnrp/id.h"

#include <stdlib.h>
#include <strings.h>
#include <utf8proc.h>

#define SUFFIX	   ".pnrp.net"
#define AUTHORITY  ((size_t)CRYPTO_AUTHORITY * 2)
#define TYPED_MOST 60 /* of what was typed, told back */

enum err ops_text_nfc(const char *s, struct text *out)
{
	utf8proc_uint8_t *made = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s, 0, &made,
					  UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n == UTF8PROC_ERROR_NOMEM)
		return ERR_NOMEM;
	if (n < 0)
		return ERR_MALFORMED;
	text_clear(out);
	text_span(out, span_of(made, (size_t)n));
	free(made); /* from utf8proc */
	return out->cut ? ERR_RANGE : OK;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Whether what stands before the first dot, or the whole, is an authority. */
static bool has_authority(const char *s)
{
	size_t n = strcspn(s, ".");
	if (n == 1)
		return s[0] == '0';
	for (size_t i = 0; i < n; i++)
		if (!is_hex(s[i]))
			return false;
	return n == AUTHORITY;
}

/* Octets of a host name of ours without the dot at its end; 0: it is none. */
static size_t host_length(const char *s)
{
	size_t n = strlen(s), tail = strlen(SUFFIX);
	if (n && s[n - 1] == '.')
		n--;
	return n > tail && strncasecmp(s + n - tail, SUFFIX, tail) == 0 ? n : 0;
}

static enum err read_word(const char *s, struct pnrp_name *out, struct text *why)
{
	char buffer[OPS_PEER_NAME_MAX + 3];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "0.");
	text_str(&t, s);
	return pnrp_name_parse(span_of(t.p, t.n), out, why);
}

static enum err refuse(const char *s, enum err e, struct text *why, const char *reason)
{
	text_quoted(why, span_str(s), TYPED_MOST);
	text_str(why, " is no name: ");
	text_str(why, reason);
	return e;
}

/* PNRP-12.1: by what it begins or ends with: a peer name, a host name, or a word alone. */
static enum err read_form(const char *s, struct pnrp_name *out, struct text *why)
{
	size_t host = host_length(s);
	if (has_authority(s))
		return pnrp_name_parse(span_str(s), out, why);
	if (host)
		return pnrp_name_of_host(span_of(s, host), out, why);
	if (!strchr(s, '.'))
		return read_word(s, out, why);
	text_str(why, "before its first dot stands 0 (then it is 0.");
	text_quoted(why, span_str(s), TYPED_MOST);
	text_str(why, "), or the 40 digits of a key");
	return ERR_MALFORMED;
}

enum err ops_name_read(const char *s, struct pnrp_name *out, struct text *why)
{
	char typed[OPS_PEER_NAME_MAX + 1], buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(typed), reason = TEXT_OF(buffer);
	if (!s[0])
		return refuse(s, ERR_MALFORMED, why, "it is empty");
	enum err e = ops_text_nfc(s, &t);
	if (e == ERR_NOMEM)
		return e;
	if (e)
		return refuse(s, e, why, e == ERR_RANGE ? "it is too long" : "it is no UTF-8");
	e = read_form(typed, out, &reason);
	return e ? refuse(typed, e, why, buffer) : OK;
}

void ops_name_put(const struct pnrp_name *n, char name[OPS_PEER_NAME_MAX + 1],
		  char host[OPS_HOST_NAME_MAX + 1], struct text *why)
{
	struct text t = text_of(name, OPS_PEER_NAME_MAX + 1);
	struct text h = text_of(host, OPS_HOST_NAME_MAX + 1);
	pnrp_name_text(&t, n);
	if (pnrp_host_name(n, &h, why) != OK)
		text_clear(&h);
}

enum err ops_name_convert(const char *s, struct ops_conversion *out, struct arena *mem,
			  struct text *why)
{
	struct pnrp_name n;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text none = TEXT_OF(buffer);
	enum err e = ops_name_read(s, &n, why);
	if (e)
		return e;
	ops_clear(&ops_conversion_type, out);
	ops_name_put(&n, out->name, out->host, &none);
	out->secure = n.secure;
	if (out->host[0])
		return OK;
	out->why = arena_copy(mem, span_of(none.p, none.n + 1));
	return out->why ? OK : ERR_NOMEM;
}
