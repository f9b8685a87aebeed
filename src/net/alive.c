/* Links whose other side may vanish without a word: a machine that lost its power, a cable
 * that was pulled. TCP itself would try for a quarter of an hour. The kernel asks for a
 * sign of life when a link is quiet, and any acknowledgement is one, also of a side that
 * does not read; TCP_USER_TIMEOUT would end that one too. */
#include "net/net_int.h"

#include "os/clock.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define PROBES 5

static void set(const struct link *l, int level, int option, int64_t us)
{
	int value = us < MONO_SEC ? 1 : (int)(us / MONO_SEC);

	(void)setsockopt(l->fd, level, option, &value, sizeof(value));
}

void net_mind(struct net *n, uint32_t number, int64_t silence)
{
	struct link *l = net_link_find(n, number);

	if (!l || l->fd < 0)
		return;
	set(l, SOL_SOCKET, SO_KEEPALIVE, MONO_SEC);
	set(l, IPPROTO_TCP, TCP_KEEPIDLE, silence / 3);
	set(l, IPPROTO_TCP, TCP_KEEPINTVL, silence / 6);
	set(l, IPPROTO_TCP, TCP_KEEPCNT, PROBES * MONO_SEC);
	l->silence = silence;
	l->minded = os_mono();
	n->alive_due = mono_min(n->alive_due, mono_add(l->minded, silence));
	net_timer_update(n);
}

/* What is sent again, or asked for, with ever longer pauses is answered after each by a
 * side that is there: only what two of them left unanswered tells. */
static bool is_silent(const struct link *l, struct mono now)
{
	struct tcp_info info = { .tcpi_last_ack_recv = 0 };
	socklen_t size = sizeof(info);

	if (mono_since(now, l->minded) < l->silence ||
	    getsockopt(l->fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		return false;
	int64_t age = info.tcpi_last_ack_recv * MONO_MS;
	bool lost = info.tcpi_unacked && age > info.tcpi_rto + MONO_SEC;
	return age >= l->silence && (lost || info.tcpi_probes >= 2);
}

void net_alive_due(struct net *n, struct mono now)
{
	n->alive_due = MONO_NEVER;
	LIST_EACH(at, tmp, &n->links)
	{
		struct link *l = LIST_ENTRY(at, struct link, all);
		if (!l->silence || (l->state != LINK_OPEN && l->state != LINK_CONNECTING))
			continue;
		if (l->state == LINK_OPEN && is_silent(l, now))
			net_link_break(l, ERR_TIMEOUT);
		else
			n->alive_due = mono_min(n->alive_due, mono_add(now, l->silence / 3));
	}
}
