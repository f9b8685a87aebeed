#include "node/describe_int.h"

/* Inputs and outputs of the part pnrp, and of sockets for datagrams. */

static void put_word(struct text *t, const char *word)
{
	text_char(t, ' ');
	text_str(t, word);
}

static void put_name(struct text *t, const struct pnrp_name *n)
{
	char buffer[PNRP_NAME_TEXT_MAX + 1];
	struct text name = TEXT_OF(buffer);
	pnrp_name_text(&name, n);
	text_char(t, ' ');
	text_quoted(t, span_of(name.p, name.n), PNRP_NAME_TEXT_MAX);
}

static bool names_one(enum pnrp_command_kind k)
{
	return k == PNRP_PUBLISH || k == PNRP_UNPUBLISH || k == PNRP_RESOLVE;
}

void node_put_pnrp_command(struct text *t, const struct pnrp_command *c)
{
	static const char *const words[] = {
		[PNRP_PUBLISH] = "publish", [PNRP_UNPUBLISH] = "unpublish",
		[PNRP_RESOLVE] = "resolve", [PNRP_CANCEL] = "cancel",
		[PNRP_PING] = "ping",	    [PNRP_REPAIR] = "repair",
		[PNRP_FLUSH] = "flush",
	};
	put_word(t, "pnrp");
	put_word(t, words[c->kind]);
	if (names_one(c->kind))
		put_name(t, &c->name);
	if (c->kind == PNRP_CANCEL)
		node_put_number(t, "call", c->other);
	node_put_addr(t, "at", &c->at);
	if (c->cloud[0]) {
		put_word(t, "in");
		put_word(t, c->cloud);
	}
}

void node_put_interfaces(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "addresses", in->interfaces.n);
	for (size_t i = 0; i < in->interfaces.n; i++)
		node_put_addr(t, in->interfaces.at[i].name, &in->interfaces.at[i].addr);
}

void node_put_bound(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "socket", in->socket);
	node_put_addr(t, "at", &in->local);
	if (in->kind == NODE_IN_BIND_FAILED)
		node_put_err(t, in->err);
}

void node_put_datagram_in(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "socket", in->socket);
	node_put_addr(t, "from", &in->remote);
	node_put_addr(t, "to", &in->local);
	node_put_octets(t, in->bytes, max_octets);
}

void node_put_hosts(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "number", in->number);
	if (!in->hosts.n)
		node_put_err(t, in->err);
	for (size_t i = 0; i < in->hosts.n; i++)
		node_put_addr(t, "at", &in->hosts.at[i]);
}

void node_put_bind(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "socket", out->socket);
	node_put_addr(t, "at", &out->local);
	if (out->local.scope)
		node_put_number(t, "on", out->local.scope);
	text_str(t, out->shared ? " shared" : "");
	text_str(t, out->any_port ? " any-port" : "");
}

void node_put_datagram_out(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "socket", out->socket);
	node_put_addr(t, "from", &out->local);
	node_put_addr(t, "to", &out->remote);
	if (out->hops)
		node_put_number(t, "hops", out->hops);
	node_put_octets(t, out->bytes, max_octets);
}

void node_put_host(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "number", out->number);
	text_char(t, ' ');
	text_quoted(t, out->bytes, PNRP_SEED_NAME_MAX);
}

static void put_endpoint(struct text *t, const char *word, const struct pnrp_endpoint *e)
{
	struct addr a = pnrp_endpoint_addr(e, 0);
	node_put_addr(t, word, &a);
}

void node_put_found(struct text *t, const struct node_out *out, size_t max_octets)
{
	const struct pnrp_result *r = out->found.result;
	node_put_number(t, "call", out->number);
	put_word(t, out->found.cloud);
	put_name(t, &r->name);
	text_str(t, r->local ? " local" : "");
	text_str(t, r->secure ? " secure" : "");
	for (size_t i = 0; i < r->n_apps; i++) {
		struct pnrp_endpoint e = { .port = r->app[i].port };
		memcpy(e.ip, r->app[i].ip, sizeof(e.ip));
		put_endpoint(t, "at", &e);
	}
	node_put_number(t, "hops", r->hops);
}

void node_put_step(struct text *t, const struct node_out *out, size_t max_octets)
{
	const struct pnrp_hop *h = out->found.step;
	node_put_number(t, "call", out->number);
	put_word(t, out->found.cloud);
	put_endpoint(t, "node", &h->node);
	put_word(t, pnrp_step_text(h->step));
	node_put_number(t, "common", h->common);
}
