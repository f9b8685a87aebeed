/* Whether a database came whole: GRAPH-14.14. */
#include "lib/whole.h"

#define HEAD 12
#define SUM  32

void lib_whole_init(struct lib_whole *w)
{
	*w = (struct lib_whole){ .at = LIB_WHOLE_HEAD, .left = HEAD };
}

static void go_to(struct lib_whole *w, enum lib_whole_at at, uint64_t octets)
{
	w->at = at;
	w->left = octets;
	w->value = 0;
}

/* What is there has come. */
static void next(struct lib_whole *w)
{
	switch (w->at) {
	case LIB_WHOLE_HEAD:
		go_to(w, LIB_WHOLE_GRAPH_LENGTH, 2);
		return;
	case LIB_WHOLE_GRAPH_LENGTH:
		go_to(w, LIB_WHOLE_GRAPH, w->value);
		return;
	case LIB_WHOLE_GRAPH:
		go_to(w, LIB_WHOLE_CREATOR_LENGTH, 2);
		return;
	case LIB_WHOLE_CREATOR_LENGTH:
		go_to(w, LIB_WHOLE_CREATOR, w->value);
		return;
	case LIB_WHOLE_RECORD:
		w->records++;
		go_to(w, LIB_WHOLE_LENGTH, 4);
		return;
	case LIB_WHOLE_CREATOR:
		go_to(w, LIB_WHOLE_LENGTH, 4);
		return;
	case LIB_WHOLE_LENGTH:
		go_to(w, w->value ? LIB_WHOLE_RECORD : LIB_WHOLE_COUNT, w->value ? w->value : 8);
		return;
	case LIB_WHOLE_COUNT:
		go_to(w, w->value == w->records ? LIB_WHOLE_SUM : LIB_WHOLE_BAD, SUM);
		return;
	case LIB_WHOLE_SUM:
	case LIB_WHOLE_END:
	case LIB_WHOLE_BAD:
		go_to(w, LIB_WHOLE_END, 0);
		return;
	}
}

static bool is_number(enum lib_whole_at at)
{
	return at == LIB_WHOLE_GRAPH_LENGTH || at == LIB_WHOLE_CREATOR_LENGTH ||
	       at == LIB_WHOLE_LENGTH || at == LIB_WHOLE_COUNT;
}

static bool is_over(const struct lib_whole *w)
{
	return w->at == LIB_WHOLE_END || w->at == LIB_WHOLE_BAD;
}

void lib_whole_take(struct lib_whole *w, struct span octets)
{
	const uint8_t *p = octets.p;
	size_t at = 0;
	while (at < octets.n && !is_over(w)) {
		size_t rest = octets.n - at, n = rest < w->left ? rest : (size_t)w->left;
		for (size_t i = 0; i < n && is_number(w->at); i++)
			w->value = w->value << 8 | p[at + i];
		at += n;
		w->left -= n;
		while (!w->left && !is_over(w))
			next(w);
	}
	if (at < octets.n && w->at == LIB_WHOLE_END)
		w->at = LIB_WHOLE_BAD;
}

bool lib_whole_is(const struct lib_whole *w)
{
	return w->at == LIB_WHOLE_END;
}
