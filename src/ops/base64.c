/* Octets in JSON. */
#include "base/base64.h"
#include "ops/types.h"

void ops_base64_put(struct text *t, struct span s)
{
	base64_put(t, s);
}

enum err ops_base64_take(const char *s, uint8_t *out, size_t size, size_t *n)
{
	return base64_take(span_str(s), out, size, n);
}
