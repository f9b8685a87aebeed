/* mono.h - monotonic time and wall time, two types that never mix.
 * Both count microseconds; mono from an arbitrary start, wall from 1970 UTC. */
#ifndef BASE_MONO_H
#define BASE_MONO_H

#include <stdbool.h>
#include <stdint.h>

#define MONO_US	  INT64_C(1)
#define MONO_MS	  INT64_C(1000)
#define MONO_SEC  INT64_C(1000000)
#define MONO_MIN  (60 * MONO_SEC)
#define MONO_HOUR (3600 * MONO_SEC)
#define MONO_DAY  (86400 * MONO_SEC)

struct mono {
	int64_t us;
};

/* The deadline of whoever has none. */
#define MONO_NEVER ((struct mono){ INT64_MAX })

static inline bool mono_is_never(struct mono t)
{
	return t.us == INT64_MAX;
}

/* t + us, stuck at MONO_NEVER. */
static inline struct mono mono_add(struct mono t, int64_t us)
{
	int64_t r;
	if (mono_is_never(t) || __builtin_add_overflow(t.us, us, &r))
		return MONO_NEVER;
	return (struct mono){ r };
}

static inline int64_t mono_since(struct mono now, struct mono then)
{
	return now.us - then.us;
}

static inline bool mono_reached(struct mono deadline, struct mono now)
{
	return deadline.us <= now.us;
}

static inline struct mono mono_min(struct mono a, struct mono b)
{
	return a.us < b.us ? a : b;
}

/* Wall time as an input: what the clock says and whether it can be believed. */
struct wall {
	int64_t us;	   /* since 1970-01-01T00:00:00Z */
	bool synchronised; /* the operating system says so */
};

#endif
