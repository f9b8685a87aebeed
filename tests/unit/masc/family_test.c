/* A family of domains, every part real: a top-level domain 7, its children 8 and
 * 9, two nodes of 8. What is claimed, handed down and heard among them goes on
 * without one attribute being refused. Octets go from machine to machine at once;
 * commits are as quick. */
#include "rig.h"

#include <stdio.h>

#include "masc/claims_int.h"

#define NODES 4
#define LINKS 64

struct end {
	size_t node;
	uint32_t link;
};

struct wire {
	struct end ends[2];
	bool open;
};

struct family {
	struct rig nodes[NODES];
	uint8_t host[NODES]; /* the last octet of its address */
	struct wire wires[LINKS];
	size_t n_wires;
	uint32_t accepted[NODES]; /* last number given to a caller */
	struct mono now;
	size_t refusals;
	char last_refusal[128];
};

static size_t node_at(const struct family *f, const struct addr *a)
{
	for (size_t i = 0; i < NODES; i++)
		if (a->ip[3] == f->host[i])
			return i;
	fail_msg("nobody is there");
	return 0;
}

static struct addr address_of(const struct family *f, size_t i)
{
	char s[32];
	snprintf(s, sizeof(s), "192.0.2.%u", f->host[i]);
	return rig_addr(s);
}

static struct end *other_end(struct family *f, size_t node, uint32_t link)
{
	for (size_t i = 0; i < f->n_wires; i++)
		for (size_t k = 0; k < 2; k++)
			if (f->wires[i].open && f->wires[i].ends[k].node == node &&
			    f->wires[i].ends[k].link == link)
				return &f->wires[i].ends[1 - k];
	return NULL;
}

static void dial(struct family *f, size_t from, const struct masc_out *o)
{
	size_t to = node_at(f, &o->remote);
	uint32_t link = o->link;
	assert_true(f->n_wires < LINKS);
	f->accepted[to] += 2;
	f->wires[f->n_wires++] = (struct wire){ { { from, link }, { to, f->accepted[to] } }, true };
	struct addr a = address_of(f, from), b = address_of(f, to);
	masc_link_accepted(f->nodes[to].m, f->accepted[to], &b, &a, f->now);
	masc_link_up(f->nodes[from].m, link, &a, &b, f->now);
}

static void hang_up(struct family *f, size_t node, uint32_t link)
{
	struct end *e = other_end(f, node, link);
	if (!e)
		return;
	struct end there = *e;
	for (size_t i = 0; i < f->n_wires; i++)
		if (&f->wires[i].ends[0] == e || &f->wires[i].ends[1] == e)
			f->wires[i].open = false;
	masc_link_down(f->nodes[there.node].m, there.link, ERR_CLOSED, f->now);
}

static void note_event(struct family *f, size_t node, const struct masc_event *ev)
{
	if (ev->kind != MASC_EVENT_NOTIFIED || ev->error.code == WIRE_CEASE)
		return;
	f->refusals++;
	snprintf(f->last_refusal, sizeof(f->last_refusal), "%u to %s: %u/%u of type %u",
		 f->host[node], ev->peer, ev->error.code, ev->error.subcode, ev->data[2]);
}

static void carry(struct family *f, size_t node, const struct masc_out *o)
{
	uint8_t copy[WIRE_MESSAGE_MAX];
	struct end *to;
	switch (o->kind) {
	case MASC_OUT_DIAL:
		dial(f, node, o);
		break;
	case MASC_OUT_SEND:
		assert_true(o->bytes.n <= sizeof(copy));
		memcpy(copy, o->bytes.p, o->bytes.n);
		to = other_end(f, node, o->link);
		if (to)
			masc_input(f->nodes[to->node].m, to->link, span_of(copy, o->bytes.n),
				   f->now);
		if (o->drain)
			masc_link_drained(f->nodes[node].m, o->link, f->now);
		break;
	case MASC_OUT_CLOSE:
		hang_up(f, node, o->link);
		break;
	case MASC_OUT_EVENT:
		note_event(f, node, o->event);
		break;
	case MASC_OUT_REPLY:
		assert_int_equal(o->result, OK);
		break;
	}
}

static void settle(struct family *f)
{
	struct masc_out o;
	for (bool busy = true; busy;) {
		busy = false;
		for (size_t i = 0; i < NODES; i++)
			while (masc_poll(f->nodes[i].m, &o)) {
				struct masc_out taken = o;
				carry(f, i, &taken);
				busy = true;
			}
	}
}

static void pass(struct family *f, int64_t us)
{
	struct mono end = mono_add(f->now, us);
	for (;;) {
		struct mono next = MONO_NEVER;
		settle(f);
		for (size_t i = 0; i < NODES; i++)
			next = mono_min(next, masc_deadline(f->nodes[i].m));
		if (next.us > end.us)
			break;
		if (next.us > f->now.us)
			f->now = next;
		for (size_t i = 0; i < NODES; i++)
			masc_tick(f->nodes[i].m, f->now);
	}
	f->now = end;
}

static void node(struct family *f, size_t i, uint8_t host, const char *settings)
{
	f->host[i] = host;
	rig_init(&f->nodes[i], settings);
	rig_set(&f->nodes[i], "profile=lab");
}

static void node9(struct family *f)
{
	node(f, 3, 9, "domain=9 node=90");
	rig_peer(&f->nodes[3], "up", "address=192.0.2.7 role=child domain=7");
	rig_peer(&f->nodes[3], "s8", "address=192.0.2.8 role=sibling domain=8 parent_domain=7");
}

static void begin(struct family *f)
{
	memset(f, 0, sizeof(*f));
	f->now = (struct mono){ 5 * MONO_SEC };
	node(f, 0, 7, "domain=7 node=70");
	rig_peer(&f->nodes[0], "a8", "address=192.0.2.8 role=parent domain=8");
	rig_peer(&f->nodes[0], "b8", "address=192.0.2.88 role=parent domain=8");
	rig_peer(&f->nodes[0], "a9", "address=192.0.2.9 role=parent domain=9");
	node(f, 1, 8, "domain=8 node=80");
	rig_peer(&f->nodes[1], "up", "address=192.0.2.7 role=child domain=7");
	rig_peer(&f->nodes[1], "in", "address=192.0.2.88 role=internal domain=8");
	rig_peer(&f->nodes[1], "s9", "address=192.0.2.9 role=sibling domain=9 parent_domain=7");
	node(f, 2, 88, "domain=8 node=81");
	rig_peer(&f->nodes[2], "up", "address=192.0.2.7 role=child domain=7");
	rig_peer(&f->nodes[2], "in", "address=192.0.2.8 role=internal domain=8");
	node9(f);
	for (size_t i = 0; i < NODES; i++)
		rig_start(&f->nodes[i]);
	pass(f, 10 * MONO_SEC);
}

static void end(struct family *f)
{
	for (size_t i = 0; i < NODES; i++)
		rig_fini(&f->nodes[i]);
}

static void demand(struct family *f, size_t i, uint64_t addresses)
{
	const struct masc_command c = { .kind = MASC_COMMAND_DEMAND, .addresses = addresses };
	masc_command(f->nodes[i].m, 1, &c, f->now);
}

static size_t known(struct family *f, size_t i, uint8_t type, enum masc_role role, uint8_t domain,
		    bool below)
{
	struct masc_claim_at at = { 0 };
	struct masc_claim_info c;
	size_t n = 0;
	while (masc_claim_next(f->nodes[i].m, &at, NULL, &c))
		n += c.type == type && c.role == role && c.domain.octets[15] == domain &&
		     c.below == below && !c.stale;
	return n;
}

static void expect_no_refusals(struct family *f)
{
	if (f->refusals)
		fail_msg("%zu refusals, the last by %s", f->refusals, f->last_refusal);
}

/* Asked for below, claimed above, handed down, claimed below, heard by all. */
static void a_range_comes_down(void **state)
{
	static struct family f;
	begin(&f);
	demand(&f, 1, 200);
	pass(&f, 20 * MONO_SEC);
	expect_no_refusals(&f);
	/* The parent holds a range, and its children know it. */
	for (size_t i = 1; i < NODES; i++)
		assert_true(known(&f, i, WIRE_PREFIX_MANAGED, MASC_PARENT, 7, false) > 0);
	/* The child holds one in it: told above, aside and inside. */
	assert_true(known(&f, 0, WIRE_PREFIX_IN_USE, MASC_CHILD, 8, true) > 0);
	assert_true(known(&f, 2, WIRE_PREFIX_MANAGED, MASC_INTERNAL_PEER, 8, false) > 0);
	assert_true(known(&f, 3, WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, false) > 0);
	end(&f);
}

/* Renewed for as long as it is wanted. */
static void a_range_is_renewed(void **state)
{
	static struct family f;
	begin(&f);
	demand(&f, 1, 200);
	demand(&f, 3, 200);
	pass(&f, 400 * MONO_SEC);
	expect_no_refusals(&f);
	assert_true(known(&f, 0, WIRE_PREFIX_IN_USE, MASC_CHILD, 8, true) > 0);
	assert_true(known(&f, 0, WIRE_PREFIX_IN_USE, MASC_CHILD, 9, true) > 0);
	assert_true(known(&f, 1, WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, false) > 0);
	end(&f);
}

static void cut(struct family *f, size_t i)
{
	for (size_t k = 0; k < f->n_wires; k++) {
		struct wire *w = &f->wires[k];
		if (!w->open || (w->ends[0].node != i && w->ends[1].node != i))
			continue;
		w->open = false;
		for (size_t e = 0; e < 2; e++)
			masc_link_down(f->nodes[w->ends[e].node].m, w->ends[e].link, ERR_RESET,
				       f->now);
	}
}

/* Sessions come and go: what is dumped anew is taken, and nothing is lost. */
static void sessions_come_and_go(void **state)
{
	static struct family f;
	begin(&f);
	demand(&f, 1, 200);
	demand(&f, 3, 1000);
	pass(&f, 20 * MONO_SEC);
	for (size_t i = 0; i < NODES; i++) {
		cut(&f, i);
		pass(&f, 15 * MONO_SEC);
	}
	expect_no_refusals(&f);
	assert_true(known(&f, 0, WIRE_PREFIX_IN_USE, MASC_CHILD, 8, true) > 0);
	assert_true(known(&f, 3, WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, false) > 0);
	assert_true(known(&f, 1, WIRE_PREFIX_IN_USE, MASC_SIBLING, 9, false) > 0);
	end(&f);
}

static struct masc_prefix held_by(struct family *f, size_t i)
{
	struct masc_own_info own;
	for (size_t k = 0; k < masc_own_count(f->nodes[i].m); k++) {
		masc_own_info(f->nodes[i].m, k, &own);
		if (own.ours && own.life == MASC_LIFE_HELD)
			return own.prefix;
	}
	fail_msg("nothing is held");
	return (struct masc_prefix){ .family = 0 };
}

static void command(struct family *f, size_t i, struct masc_command c)
{
	masc_command(f->nodes[i].m, 1, &c, f->now);
	settle(f);
}

/* A machine that has lost its disk. */
static void reborn(struct family *f, size_t i)
{
	for (size_t k = 0; k < f->n_wires; k++)
		for (size_t e = 0; e < 2; e++) {
			const struct end *there = &f->wires[k].ends[1 - e];
			if (!f->wires[k].open || f->wires[k].ends[e].node != i)
				continue;
			f->wires[k].open = false;
			masc_link_down(f->nodes[there->node].m, there->link, ERR_RESET, f->now);
		}
	rig_fini(&f->nodes[i]);
	node9(f);
	f->nodes[i].now = f->now;
	rig_start(&f->nodes[i]);
}

/* Given back: everybody forgets it, and who comes later does not mind. */
static void a_range_is_given_back(void **state)
{
	static struct family f;
	begin(&f);
	demand(&f, 3, 10);
	command(&f, 1, (struct masc_command){ .kind = MASC_COMMAND_CLAIM, .addresses = 256 });
	pass(&f, 20 * MONO_SEC);
	assert_true(known(&f, 3, WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, false) > 0);
	command(&f, 1,
		(struct masc_command){ .kind = MASC_COMMAND_WITHDRAW, .prefix = held_by(&f, 1) });
	pass(&f, MONO_SEC);
	assert_int_equal(known(&f, 0, WIRE_PREFIX_IN_USE, MASC_CHILD, 8, true), 0);
	assert_int_equal(known(&f, 2, WIRE_PREFIX_MANAGED, MASC_INTERNAL_PEER, 8, false), 0);
	assert_int_equal(known(&f, 3, WIRE_PREFIX_IN_USE, MASC_SIBLING, 8, false), 0);
	assert_true(known(&f, 3, WIRE_WITHDRAW, MASC_SIBLING, 8, false) > 0);
	reborn(&f, 3);
	pass(&f, 30 * MONO_SEC);
	expect_no_refusals(&f);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_comes_down),
		cmocka_unit_test(a_range_is_renewed),
		cmocka_unit_test(sessions_come_and_go),
		cmocka_unit_test(a_range_is_given_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
