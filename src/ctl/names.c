/* resolve.sock: host names for every program of the machine (base/resolve.h). Whoever
 * asks is told at once that somebody works on it, and later what was found. */
#include "ctl/ctl_int.h"

#include "base/resolve.h"
#include "os/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Publishers of one name that are looked for, and for how long: a little less than who
 * asks is willing to wait. */
#define MOST	8
#define TIMEOUT (RESOLVE_ANSWER_MS * MONO_MS * 9 / 10)

/* Somebody who asks for one name. */
struct asker {
	struct list node; /* in ctl.names.askers */
	struct ctl *ctl;
	int fd;
	uid_t uid;
	struct event *read, *timer;
	bool asked;
	uint64_t ticket; /* of ops, 0 none */
	enum resolve_family family;
	struct resolve_answer answer;
};

static void asker_free(struct asker *k)
{
	list_take(&k->node);
	k->ctl->names.count--;
	if (k->ticket)
		ops_cancel(k->ctl->ops, k->ticket);
	if (k->read)
		event_free(k->read);
	if (k->timer)
		event_free(k->timer);
	(void)close(k->fd);
	env_free(k->ctl->env, k);
}

static bool say(const struct asker *k, const struct resolve_answer *a)
{
	uint8_t packet[RESOLVE_ANSWER_MAX];
	size_t n = resolve_answer_put(packet, a);
	return send(k->fd, packet, n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)n;
}

static void finish(struct asker *k, enum resolve_kind kind)
{
	k->answer.kind = k->answer.n ? RESOLVE_FOUND : kind;
	(void)say(k, &k->answer); /* or it is gone */
	asker_free(k);
}

static void set_timer(struct asker *k, int64_t us)
{
	struct timeval tv = { us / MONO_SEC, us % MONO_SEC };
	(void)event_add(k->timer, &tv);
}

/* No request came in time; or what was found first waited for more, and that is all. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct asker *k = arg;
	if (k->asked)
		finish(k, RESOLVE_NOT_FOUND);
	else
		asker_free(k);
}

static bool is_there(const struct resolve_answer *a, const struct resolve_address *what)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->at[i].family == what->family && a->at[i].scope == what->scope &&
		    memcmp(a->at[i].ip, what->ip, sizeof(what->ip)) == 0)
			return true;
	return false;
}

static void add_address(struct asker *k, const char *text)
{
	struct resolve_answer *a = &k->answer;
	struct addr at;
	if (addr_parse(span_str(text), 0, &at) != OK || addr_is_any(&at))
		return;
	struct resolve_address found = { .family = at.family, .scope = at.scope };
	memcpy(found.ip, at.ip, sizeof(found.ip));
	bool wanted = k->family == RESOLVE_ANY || k->family == at.family;
	if (wanted && a->n < RESOLVE_ADDRESSES_MAX && !is_there(a, &found))
		a->at[a->n++] = found;
}

/* After the first one, others (of another cloud, of the other family) have little time:
 * a search that finds all there are takes longer than a person likes to wait. */
static void on_found(void *arg, const struct ops_struct *type, const void *value)
{
	struct asker *k = arg;
	const struct ops_found *f = value;
	bool first = k->answer.n == 0;
	if (type != &ops_found_type)
		return;
	for (size_t i = 0; i < f->n_endpoints; i++)
		add_address(k, f->endpoints[i].address);
	if (first && k->answer.n)
		set_timer(k, k->ctl->limits.name_grace_us);
}

static void on_done(void *arg, const struct ops_answer *a)
{
	struct asker *k = arg;
	bool never = a->err == OK || a->err == ERR_NOT_FOUND || a->err == ERR_MALFORMED ||
		     a->err == ERR_RANGE || a->err == ERR_UNSUPPORTED;
	k->ticket = 0;
	finish(k, never ? RESOLVE_NOT_FOUND : RESOLVE_AGAIN);
}

/* The asker may be gone when this returns. */
static void ask(struct asker *k, const char *name)
{
	const struct resolve_answer working = { .kind = RESOLVE_WORKING };
	const struct ops_asker who = { on_found, on_done, k };
	struct ops_request r = { .kind = OPS_NAME_RESOLVE };
	ops_clear(&ops_lookup_type, &r.lookup);
	ops_set_text(r.lookup.name, sizeof(r.lookup.name), name);
	r.lookup.most = MOST;
	r.lookup.timeout = TIMEOUT;
	(void)event_del(k->timer);
	k->asked = true;
	if (!say(k, &working))
		asker_free(k);
	else if (ops_ask(k->ctl->ops, &r, &who, &k->ticket) != OK) {
		k->ticket = 0;
		finish(k, RESOLVE_AGAIN);
	}
}

/* A request; or the end, which a second packet is, too. */
static void on_read(evutil_socket_t fd, short what, void *arg)
{
	struct asker *k = arg;
	uint8_t packet[RESOLVE_REQUEST_MAX + 1];
	char name[RESOLVE_NAME_MAX + 1];
	ssize_t n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || k->asked || !resolve_request_take(packet, (size_t)n, &k->family, name))
		asker_free(k);
	else
		ask(k, name);
}

static size_t count_of(const struct ctl *c, uid_t uid)
{
	size_t n = 0;
	LIST_EACH(node, tmp, &c->names.askers)
	{
		n += LIST_ENTRY(node, struct asker, node)->uid == uid;
	}
	return n;
}

static bool may_ask(const struct ctl *c, int fd, uid_t *uid)
{
	struct ucred who;
	socklen_t n = sizeof(who);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		return false;
	*uid = who.uid;
	return c->names.count < c->limits.name_clients &&
	       count_of(c, who.uid) < c->limits.name_clients_uid;
}

/* The descriptor is the asker's from now on; false: it is still the caller's. */
static bool begin(struct ctl *c, int fd, uid_t uid)
{
	struct asker *k = env_zalloc(c->env, 1, sizeof(*k));
	if (!k)
		return false;
	*k = (struct asker){ .ctl = c, .fd = fd, .uid = uid };
	list_push_back(&c->names.askers, &k->node);
	c->names.count++;
	k->read = event_new(c->base, fd, EV_READ | EV_PERSIST, on_read, k);
	k->timer = event_new(c->base, -1, 0, on_timer, k);
	if (!k->read || !k->timer || event_add(k->read, NULL) < 0)
		asker_free(k);
	else
		set_timer(k, c->limits.name_request_us);
	return true;
}

/* Whoever is one too many sees the end of the connection, as if nobody were there. */
static void on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct ctl *c = arg;
	uid_t uid;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (!may_ask(c, fd, &uid) || !begin(c, fd, uid))
		(void)close(fd);
}

static enum err open_socket(struct ctl *c, const char *control, struct text *why)
{
	char path[4096];
	struct text t = TEXT_OF(path);
	const char *slash = strrchr(control, '/');
	if (slash)
		text_span(&t, span_of(control, (size_t)(slash - control) + 1));
	text_str(&t, RESOLVE_SOCKET);
	return ctl_socket_bind(path, &ctl_socket_names, &c->names.place, &c->names.fd, why);
}

/* Not to have it is no reason not to serve the rest. */
void ctl_names_init(struct ctl *c, const char *control)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	c->names.fd = -1;
	enum err e = open_socket(c, control, &why);
	if (!e) {
		c->names.accept =
			event_new(c->base, c->names.fd, EV_READ | EV_PERSIST, on_accept, c);
		e = c->names.accept && event_add(c->names.accept, NULL) == 0 ? OK : ERR_NOMEM;
	}
	if (!e)
		return;
	text_str(&why, "; other programs do not find names through this daemon");
	ops_message(c->ops, NODE_WARNING, "node", buffer, os_wall());
}

void ctl_names_fini(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->names.askers)
	{
		asker_free(LIST_ENTRY(node, struct asker, node));
	}
	if (c->names.accept)
		event_free(c->names.accept);
	if (c->names.fd < 0)
		return;
	ctl_socket_remove(&c->names.place);
	(void)close(c->names.fd);
}
