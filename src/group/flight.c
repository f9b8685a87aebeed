/* Which messages belong together (GROUP-8.6). */
#include "group/session_int.h"

#define MOST 3

static const struct {
	enum group_session_event event;
	size_t n;
	enum group_message_type types[MOST];
} kinds[] = {
	{ GROUP_SESSION_HELLO, 1, { GROUP_HELLO } },
	{ GROUP_SESSION_HELLO_GMC, 2, { GROUP_HELLO, GROUP_MY_GMC } },
	{ GROUP_SESSION_HELLO_PASSWORD, 2, { GROUP_HELLO, GROUP_PASSWORD } },
	{ GROUP_SESSION_HELLO_GMC_PASSWORD, 3, { GROUP_HELLO, GROUP_MY_GMC, GROUP_PASSWORD } },
	{ GROUP_SESSION_PASSWORD, 1, { GROUP_PASSWORD } },
	{ GROUP_SESSION_PASSWORD_GMC, 2, { GROUP_PASSWORD, GROUP_YOUR_GMC } },
	{ GROUP_SESSION_YOUR_GMC, 1, { GROUP_YOUR_GMC } },
	{ GROUP_SESSION_TOLD, 3, { GROUP_HELLO, GROUP_MY_GMC, GROUP_REMOVED } },
};

static bool is_kind(size_t k, const struct group_message *m, size_t n)
{
	if (kinds[k].n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (m[i].type != kinds[k].types[i])
			return false;
	return true;
}

/* GROUP-13.1: a Password says which step it is, and must be at its place. `classic` has none. */
static enum err name_step(struct group_flight *f, struct span body)
{
	static const enum group_session_event at[] = {
		[GROUP_STEP_ASK] = GROUP_SESSION_HELLO_PASSWORD,
		[GROUP_STEP_SHARE] = GROUP_SESSION_HELLO_GMC_PASSWORD,
		[GROUP_STEP_PROVE] = GROUP_SESSION_PASSWORD,
		[GROUP_STEP_CONFIRM] = GROUP_SESSION_PASSWORD_GMC,
	};
	enum err e = group_password_read(&f->password, body);
	if (e)
		return e;
	if (f->password.step != GROUP_STEP_REFUSE)
		return at[f->password.step] == f->event ? OK : ERR_MALFORMED;
	bool alone = f->event == GROUP_SESSION_PASSWORD;
	f->event = GROUP_SESSION_REFUSED;
	return alone ? OK : ERR_MALFORMED;
}

static void name(struct group_flight *f, const struct group_message *m, size_t n)
{
	*f = (struct group_flight){ .event = GROUP_SESSION_OTHER };
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (is_kind(k, m, n))
			f->event = kinds[k].event;
	for (size_t i = 0; i < n; i++) {
		if (m[i].type == GROUP_HELLO)
			f->binding = m[i].binding;
		if (m[i].type == GROUP_MY_GMC || m[i].type == GROUP_YOUR_GMC)
			f->gmc = m[i].body;
		if (m[i].type == GROUP_REMOVED)
			f->removal = m[i].body;
	}
}

enum err group_flight_read(const struct group_profile *p, struct span octets,
			   struct group_flight *out)
{
	struct group_message m[MOST];
	struct span all = octets;
	size_t n = 0;
	while (octets.n) {
		size_t used;
		if (n == MOST)
			return ERR_MALFORMED;
		enum err e = group_message_read(&m[n], p, octets, &used);
		if (e)
			return e;
		octets = span_of(octets.p + used, octets.n - used);
		n++;
	}
	name(out, m, n);
	out->octets = all;
	for (size_t i = 0; i < n; i++)
		if (m[i].type == GROUP_PASSWORD && !p->password &&
		    out->event != GROUP_SESSION_OTHER)
			return name_step(out, m[i].body);
	return OK;
}
