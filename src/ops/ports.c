/* Who holds Homestead's ports, and what that means: the judgment that the
 * daemon's answer and the library's own look share. */
#include "ops/types.h"

#include "os/ports.h"

#include <stdio.h>
#include <sys/stat.h>

/* Owners of one port that are told; more than that many is one problem. */
#define OWNERS_MAX 8
#define PORTS_MAX  4

const struct ops_well_known ops_well_known_ports[] = {
	{ "tcp", 2587, "MASC", "masc.listen" },
	{ "udp", 2535, "MADCAP", "" },
	{ "udp", 3540, "PNRP", "pnrp.port" },
	{ "tcp", 3587, "grouping", "graph.port" },
	{ 0 },
};

static const char *const verdict_texts[] = {
	[OPS_PORT_FREE] = "free",
	[OPS_PORT_OURS] = "ours",
	[OPS_PORT_ANOTHER] = "another-homestead",
	[OPS_PORT_SQUATTER] = "squatter",
	[OPS_PORT_HIDDEN] = "hidden",
};

/* Whether two processes run the same file, under whatever name. */
static bool same_program(int a, int b)
{
	char path[2][32];
	struct stat st[2];
	(void)snprintf(path[0], sizeof(path[0]), "/proc/%d/exe", a);
	(void)snprintf(path[1], sizeof(path[1]), "/proc/%d/exe", b);
	if (stat(path[0], &st[0]) < 0 || stat(path[1], &st[1]) < 0)
		return false;
	return st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino;
}

enum ops_verdict ops_port_verdict(const struct os_port_owner *owner, int daemon_pid)
{
	if (!owner)
		return OPS_PORT_FREE;
	if (owner->pid == 0)
		return OPS_PORT_HIDDEN;
	if (owner->pid == daemon_pid)
		return OPS_PORT_OURS;
	if (strcmp(owner->program, "homesteadd") == 0)
		return OPS_PORT_ANOTHER;
	if (daemon_pid && same_program(owner->pid, daemon_pid))
		return OPS_PORT_ANOTHER;
	return OPS_PORT_SQUATTER;
}

static void elsewhere(struct text *t, const struct ops_well_known *port)
{
	if (!port->setting[0])
		return;
	text_str(t, ", or give Homestead another address with ");
	text_str(t, port->setting);
}

static void advise_stop(struct text *t, const struct ops_well_known *port,
			const struct os_port_owner *owner)
{
	text_str(t, "; stop it (kill ");
	text_i64(t, owner->pid);
	text_str(t, ")");
	elsewhere(t, port);
}

static void advise_hidden(struct text *t, const struct os_port_owner *owner)
{
	text_str(t, "held by a process of user ");
	text_str(t, owner->user);
	text_str(t, " that is hidden from us; ask again as that user or as root: "
		    "sudo homestead doctor ports");
}

static void advise(struct text *t, const struct ops_well_known *port,
		   const struct os_port_owner *owner, enum ops_verdict v)
{
	switch (v) {
	case OPS_PORT_FREE:
		text_str(t, "free: nobody listens, a daemon can take it");
		break;
	case OPS_PORT_OURS:
		text_str(t, "held by this daemon, as it should be");
		break;
	case OPS_PORT_ANOTHER:
		text_str(t, "held by another Homestead daemon (pid ");
		text_i64(t, owner->pid);
		text_str(t, ", user ");
		text_str(t, owner->user);
		text_str(t, ")");
		if (!addr_is_any(&owner->local))
			text_str(t, " on this address alone: fine, unless it is wanted here");
		advise_stop(t, port, owner);
		break;
	case OPS_PORT_SQUATTER:
		text_str(t, "held by ");
		text_quoted(t, span_str(owner->program), 64);
		text_str(t, " (pid ");
		text_i64(t, owner->pid);
		text_str(t, ", user ");
		text_str(t, owner->user);
		text_str(t, "), which is not Homestead");
		advise_stop(t, port, owner);
		break;
	case OPS_PORT_HIDDEN:
		advise_hidden(t, owner);
		break;
	}
}

static const char *keep(struct arena *mem, const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = arena_alloc(mem, n);
	return p ? memcpy(p, s, n) : NULL;
}

static void describe_owner(struct ops_port *row, const struct os_port_owner *owner)
{
	struct text address = TEXT_OF(row->address);
	addr_text(&address, &owner->local);
	ops_set_text(row->program, sizeof(row->program), owner->program);
	ops_set_text(row->user, sizeof(row->user), owner->user);
	row->pid = (uint64_t)owner->pid;
}

enum err ops_port_row(struct ops_port *row, const struct ops_well_known *port,
		      const struct os_port_owner *owner, int daemon_pid, struct arena *mem)
{
	enum ops_verdict v = ops_port_verdict(owner, daemon_pid);
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	ops_clear(&ops_port_type, row);
	ops_set_text(row->proto, sizeof(row->proto), port->proto);
	ops_set_text(row->service, sizeof(row->service), port->service);
	ops_set_text(row->verdict, sizeof(row->verdict), verdict_texts[v]);
	row->port = port->port;
	row->ours = v == OPS_PORT_OURS || v == OPS_PORT_ANOTHER;
	if (owner)
		describe_owner(row, owner);
	advise(&t, port, owner, v);
	row->path = keep(mem, owner ? owner->path : "");
	row->advice = keep(mem, buffer);
	return row->path && row->advice ? OK : ERR_NOMEM;
}

/* Appends the rows of one port. */
static enum err look_at(struct ops_ports *out, const struct ops_well_known *port, struct arena *mem)
{
	struct os_port_owner owners[OWNERS_MAX];
	size_t n = 0;
	enum os_proto proto = port->proto[0] == 't' ? OS_TCP : OS_UDP;
	enum err e = os_ports_find(proto, port->port, owners, OWNERS_MAX, &n);
	if (e)
		return e;
	if (n > OWNERS_MAX)
		n = OWNERS_MAX;
	for (size_t i = 0; i < (n ? n : 1); i++) {
		e = ops_port_row(&out->ports[out->n_ports++], port, n ? &owners[i] : NULL,
				 (int)out->daemon_pid, mem);
		if (e)
			return e;
	}
	return OK;
}

enum err ops_ports_look(struct ops_ports *out, int daemon_pid, struct arena *mem)
{
	ops_clear(&ops_ports_type, out);
	out->daemon_pid = (uint64_t)daemon_pid;
	out->ports = arena_alloc(mem, PORTS_MAX * OWNERS_MAX * sizeof(*out->ports));
	if (!out->ports)
		return ERR_NOMEM;
	for (const struct ops_well_known *p = ops_well_known_ports; p->port; p++) {
		enum err e = look_at(out, p, mem);
		if (e)
			return e;
	}
	return OK;
}
