#include "os/ports_int.h"

#include <pwd.h>
#include <stdlib.h>

#define TCP_LISTENING	0x0a
#define UDP_UNCONNECTED 0x07

/* The kernel prints each 32-bit word of an address as a number of the host. */
static bool read_words(const char *hex, size_t words, uint8_t *ip)
{
	for (size_t i = 0; i < words; i++) {
		char digits[9] = { 0 };
		char *end;
		uint32_t v;
		memcpy(digits, hex + 8 * i, 8);
		v = (uint32_t)strtoul(digits, &end, 16);
		if (end != digits + 8)
			return false;
		memcpy(ip + 4 * i, &v, 4);
	}
	return true;
}

static bool read_addr(const char *hex, unsigned port, struct addr *out)
{
	size_t n = strlen(hex);
	struct addr a = { .family = n == 8 ? ADDR_IPV4 : ADDR_IPV6 };

	if ((n != 8 && n != 32) || port > UINT16_MAX || !read_words(hex, n / 8, a.ip))
		return false;
	a.port = (uint16_t)port;
	*out = a;
	return true;
}

bool os_ports_line_read(const char *line, enum os_proto proto, struct os_port_owner *out)
{
	struct os_port_owner o = { .proto = proto };
	char hex[33];
	unsigned port, state;
	unsigned long long inode;

	if (sscanf(line,
		   "%*u: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x %*x:%*x %*x %u %*d %llu",
		   hex, &port, &state, &o.uid, &inode) != 5)
		return false;
	if (state != (proto == OS_TCP ? TCP_LISTENING : UDP_UNCONNECTED))
		return false;
	if (!read_addr(hex, port, &o.local))
		return false;
	o.inode = inode;
	*out = o;
	return true;
}

void os_ports_table_read(FILE *f, enum os_proto proto, uint16_t port, struct os_port_owner *out,
			 size_t max, size_t *n)
{
	struct os_port_owner o;
	char line[512];

	while (fgets(line, sizeof(line), f)) {
		if (!os_ports_line_read(line, proto, &o) || o.local.port != port)
			continue;
		if (*n < max)
			out[*n] = o;
		++*n;
	}
}

static void name_user(struct os_port_owner *o)
{
	struct text t = TEXT_OF(o->user);
	struct passwd pw, *found = NULL;
	char buf[4096];

	if (getpwuid_r(o->uid, &pw, buf, sizeof(buf), &found) || !found)
		text_u64(&t, o->uid);
	else
		text_str(&t, pw.pw_name);
}

/* The thread's own table: /proc/net is that of the process's first thread. */
static const char *const tables[2][2] = {
	[OS_TCP] = { "/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6" },
	[OS_UDP] = { "/proc/thread-self/net/udp", "/proc/thread-self/net/udp6" },
};

enum err os_ports_find(enum os_proto proto, uint16_t port, struct os_port_owner *out, size_t max,
		       size_t *n)
{
	size_t count = 0, kept;
	bool any = false;

	for (size_t i = 0; i < 2; i++) {
		FILE *f = fopen(tables[proto][i], "re");
		/* A kernel without IPv6 has the first only. */
		if (!f)
			continue;
		any = true;
		os_ports_table_read(f, proto, port, out, max, &count);
		(void)fclose(f);
	}
	if (!any)
		return ERR_IO;
	kept = count < max ? count : max;
	for (size_t i = 0; i < kept; i++)
		name_user(&out[i]);
	os_ports_owners_find(out, kept);
	*n = count;
	return OK;
}

void os_port_owner_text(struct text *t, const struct os_port_owner *o)
{
	struct addr host = o->local;

	host.port = 0;
	text_str(t, o->proto == OS_TCP ? "tcp port " : "udp port ");
	text_u64(t, o->local.port);
	text_str(t, " on ");
	addr_text(t, &host);
	if (o->pid) {
		text_str(t, " is held by ");
		text_str(t, o->program);
		text_str(t, " (pid ");
		text_i64(t, o->pid);
		text_str(t, ", user ");
	} else {
		text_str(t, " is held by a program that only root can tell (user ");
	}
	text_str(t, o->user);
	text_char(t, ')');
}
