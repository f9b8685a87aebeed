#include "masc/table_slot.h"

#include "masc/wire.h"

#define FIRST_PAGES 4

void slots_init(struct slots *s, const struct env *env, enum masc_family f)
{
	*s = (struct slots){ .env = env, .id_size = (uint8_t)wire_id_size(f) };
	size_t n = offsetof(struct slot, ids) + 2 * (size_t)s->id_size;
	s->stride = (n + 7) / 8 * 8;
}

static void free_options(struct slots *s, struct slot_page *p)
{
	for (size_t i = 0; p->options && i < SLOTS_PAGE; i++)
		env_free(s->env, p->options[i]);
	env_free(s->env, p->options);
}

void slots_fini(struct slots *s)
{
	for (uint32_t i = 0; i < s->n_pages; i++) {
		free_options(s, &s->pages[i]);
		env_free(s->env, s->pages[i].slots);
	}
	env_free(s->env, s->pages);
	*s = (struct slots){ .env = s->env };
}

bool slots_used(const struct slots *s, uint32_t r)
{
	return r != 0 && slots_page_of(r) < s->n_pages &&
	       (s->pages[slots_page_of(r)].used & slots_bit_of(r)) != 0;
}

uint32_t slots_after(const struct slots *s, uint32_t after)
{
	uint32_t page = after / SLOTS_PAGE;
	uint64_t wanted = ~UINT64_C(0) << after % SLOTS_PAGE;
	for (; page < s->n_pages; page++, wanted = ~UINT64_C(0)) {
		uint64_t used = s->pages[page].used & wanted;
		if (used)
			return page * SLOTS_PAGE + (uint32_t)__builtin_ctzll(used) + 1;
	}
	return 0;
}

static void push_roomy(struct slots *s, uint32_t page)
{
	struct slot_page *p = &s->pages[page];
	if (p->roomy)
		return;
	p->roomy = true;
	p->next_roomy = s->roomy;
	s->roomy = page + 1;
}

static enum err grow_directory(struct slots *s, uint32_t n)
{
	if (n <= s->room_pages)
		return OK;
	uint32_t room = s->room_pages ? s->room_pages : FIRST_PAGES;
	while (room < n)
		room *= 2;
	struct slot_page *pages = env_resize(s->env, s->pages, room * sizeof(*pages));
	if (!pages)
		return ERR_NOMEM;
	s->octets += (room - s->room_pages) * sizeof(*pages);
	s->pages = pages;
	s->room_pages = room;
	return OK;
}

/* The lowest of the new pages comes first in the list. */
enum err slots_extend(struct slots *s, uint32_t n)
{
	if (n > SLOTS_PAGES_MAX)
		return ERR_FULL;
	enum err e = grow_directory(s, n);
	if (e)
		return e;
	uint32_t had = s->n_pages;
	if (n <= had)
		return OK;
	memset(s->pages + had, 0, (n - had) * sizeof(*s->pages));
	s->n_pages = n;
	while (n > had)
		push_roomy(s, --n);
	return OK;
}

static enum err need_slots(struct slots *s, struct slot_page *p)
{
	if (p->slots)
		return OK;
	p->slots = env_zalloc(s->env, SLOTS_PAGE, s->stride);
	if (!p->slots)
		return ERR_NOMEM;
	s->octets += SLOTS_PAGE * s->stride;
	return OK;
}

static bool is_full(const struct slot_page *p)
{
	return p->used == ~UINT64_C(0);
}

/* Pages that filled up are dropped from the list when they come to its head. */
enum err slots_reserve(struct slots *s, uint32_t *out)
{
	while (s->roomy && is_full(&s->pages[s->roomy - 1])) {
		struct slot_page *full = &s->pages[s->roomy - 1];
		full->roomy = false;
		s->roomy = full->next_roomy;
	}
	if (!s->roomy) {
		enum err e = slots_extend(s, s->n_pages + 1);
		if (e)
			return e;
	}
	struct slot_page *p = &s->pages[s->roomy - 1];
	enum err e = need_slots(s, p);
	if (e)
		return e;
	*out = (s->roomy - 1) * SLOTS_PAGE + (uint32_t)__builtin_ctzll(~p->used) + 1;
	return OK;
}

enum err slots_reserve_at(struct slots *s, uint32_t r)
{
	uint32_t page = slots_page_of(r);
	enum err e = slots_extend(s, page + 1);
	if (e)
		return e;
	return need_slots(s, &s->pages[page]);
}

void slots_take(struct slots *s, uint32_t r)
{
	s->pages[slots_page_of(r)].used |= slots_bit_of(r);
}

static void drop_options(struct slots *s, struct slot_page *p, size_t i)
{
	struct slot_options *o = p->options ? p->options[i] : NULL;
	if (!o)
		return;
	s->octets -= sizeof(*o) + o->n;
	s->option_octets -= o->n;
	env_free(s->env, o);
	p->options[i] = NULL;
}

void slots_release(struct slots *s, uint32_t r)
{
	struct slot_page *p = &s->pages[slots_page_of(r)];
	drop_options(s, p, (r - 1) % SLOTS_PAGE);
	p->used &= ~slots_bit_of(r);
	push_roomy(s, slots_page_of(r));
}

enum err slots_put_options(struct slots *s, uint32_t r, struct span options)
{
	struct slot_page *p = &s->pages[slots_page_of(r)];
	if (options.n == 0)
		return OK;
	if (!p->options) {
		p->options = env_zalloc(s->env, SLOTS_PAGE, sizeof(*p->options));
		if (!p->options)
			return ERR_NOMEM;
		s->octets += SLOTS_PAGE * sizeof(*p->options);
	}
	struct slot_options *o = env_resize(s->env, NULL, sizeof(*o) + options.n);
	if (!o)
		return ERR_NOMEM;
	o->n = options.n;
	memcpy(o->octets, options.p, options.n);
	p->options[(r - 1) % SLOTS_PAGE] = o;
	s->octets += sizeof(*o) + o->n;
	s->option_octets += o->n;
	return OK;
}

struct span slots_options(const struct slots *s, uint32_t r)
{
	const struct slot_page *p = &s->pages[slots_page_of(r)];
	const struct slot_options *o = p->options ? p->options[(r - 1) % SLOTS_PAGE] : NULL;
	return o ? span_of(o->octets, o->n) : span_of(NULL, 0);
}

void slots_touch(struct slots *s, uint32_t page)
{
	struct slot_page *p = &s->pages[page];
	if (p->dirty)
		return;
	p->dirty = true;
	p->next_dirty = s->dirty;
	s->dirty = page + 1;
}

bool slots_take_dirty(struct slots *s, uint32_t *page)
{
	if (!s->dirty)
		return false;
	*page = s->dirty - 1;
	struct slot_page *p = &s->pages[*page];
	s->dirty = p->next_dirty;
	p->dirty = false;
	return true;
}
