#include "sim/pipe.h"

struct pipe_mark {
	uint64_t upto; /* counted like `put` */
	int64_t arrival;
};

void pipe_free(struct pipe *p)
{
	env_free(p->env, p->octets);
	env_free(p->env, p->marks);
	*p = (struct pipe){ .env = p->env };
}

static enum err reserve_octets(struct pipe *p, size_t n)
{
	if (p->head + p->n + n <= p->room)
		return OK;
	if (p->head) {
		memmove(p->octets, p->octets + p->head, p->n);
		p->head = 0;
	}
	if (p->n + n <= p->room)
		return OK;
	size_t room = 2 * (p->n + n) < 256 ? 256 : 2 * (p->n + n);
	uint8_t *octets = env_resize(p->env, p->octets, room);
	if (!octets)
		return ERR_NOMEM;
	p->octets = octets;
	p->room = room;
	return OK;
}

static enum err reserve_mark(struct pipe *p)
{
	if (p->first_mark + p->n_marks < p->mark_room)
		return OK;
	if (p->first_mark) {
		memmove(p->marks, p->marks + p->first_mark, p->n_marks * sizeof(*p->marks));
		p->first_mark = 0;
		return OK;
	}
	size_t room = p->mark_room ? 2 * p->mark_room : 8;
	struct pipe_mark *marks = env_resize(p->env, p->marks, room * sizeof(*marks));
	if (!marks)
		return ERR_NOMEM;
	p->marks = marks;
	p->mark_room = room;
	return OK;
}

enum err pipe_put(struct pipe *p, struct span bytes, int64_t arrival)
{
	if (p->end != PIPE_OPEN)
		return ERR_STATE;
	if (!bytes.n)
		return OK;
	enum err e = reserve_octets(p, bytes.n);
	if (!e)
		e = reserve_mark(p);
	if (e)
		return e;
	if (arrival > p->newest)
		p->newest = arrival;
	memcpy(p->octets + p->head + p->n, bytes.p, bytes.n);
	p->n += bytes.n;
	p->put += bytes.n;
	p->marks[p->first_mark + p->n_marks++] = (struct pipe_mark){ p->put, p->newest };
	return OK;
}

void pipe_finish(struct pipe *p, enum pipe_end how, int64_t arrival)
{
	if (p->end != PIPE_OPEN)
		return;
	if (arrival > p->newest)
		p->newest = arrival;
	p->end = how;
	p->end_at = p->newest;
}

int64_t pipe_next(const struct pipe *p)
{
	if (p->n_marks)
		return p->marks[p->first_mark].arrival;
	return p->end == PIPE_OPEN ? SIM_NEVER : p->end_at;
}

size_t pipe_arrived(const struct pipe *p, int64_t now)
{
	uint64_t upto = p->taken;
	for (size_t i = 0; i < p->n_marks; i++) {
		const struct pipe_mark *m = &p->marks[p->first_mark + i];
		if (m->arrival > now)
			break;
		upto = m->upto;
	}
	return (size_t)(upto - p->taken);
}

struct span pipe_take(struct pipe *p, size_t n)
{
	struct span s = { p->octets + p->head, n };
	p->head += n;
	p->n -= n;
	p->taken += n;
	while (p->n_marks && p->marks[p->first_mark].upto <= p->taken) {
		p->first_mark++;
		p->n_marks--;
	}
	return s;
}

bool pipe_ended(const struct pipe *p, int64_t now)
{
	if (p->end == PIPE_OPEN || now < p->end_at)
		return false;
	return p->end == PIPE_RESET || p->n == 0;
}
