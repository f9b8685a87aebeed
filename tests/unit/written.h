/* written.h - an object as its settings are written back: a line a key. */
#ifndef UNIT_WRITTEN_H
#define UNIT_WRITTEN_H

#include "base/setting.h"

static inline void written(const struct setting *table, const void *object, struct text *t)
{
	for (; table->name; table++) {
		char buffer[256];
		struct text value = TEXT_OF(buffer);
		if (!setting_write(table, object, &value))
			continue;
		assert_false(value.cut);
		text_str(t, table->name);
		text_str(t, " = ");
		text_span(t, span_of(value.p, value.n));
		text_char(t, '\n');
	}
}

#endif
