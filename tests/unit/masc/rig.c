#include "rig.h"

#include <stdio.h>

#include "base/number.h"
#include "base/text.h"

static void set_words(const struct setting *table, void *object, const char *settings)
{
	char copy[1024];
	assert_true(strlen(settings) < sizeof(copy));
	memcpy(copy, settings, strlen(settings) + 1);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " ")) {
		char why[256];
		struct text t = TEXT_OF(why);
		char *eq = strchr(w, '=');
		assert_non_null(eq);
		struct span name = span_of(w, (size_t)(eq - w));
		if (setting_set(table, object, name, span_str(eq + 1), &t) != OK)
			fail_msg("%s: %s", w, why);
	}
}

void rig_init(struct rig *r, const char *settings)
{
	memset(r, 0, sizeof(*r));
	failing_env_init(&r->f, 1);
	r->now = (struct mono){ 5 * MONO_SEC };
	assert_int_equal(store_mem_new(&r->mem, &r->f.env), OK);
	masc_config_init(&r->config, &r->f.env);
	set_words(masc_settings, &r->config, settings);
}

void rig_peer(struct rig *r, const char *name, const char *settings)
{
	struct masc_peer_config *p;
	assert_int_equal(masc_config_peer(&r->config, span_str(name), &p), OK);
	set_words(masc_peer_settings, p, settings);
}

void rig_scope(struct rig *r, const char *name_and_settings)
{
	struct masc_scope_config *s;
	size_t n = strcspn(name_and_settings, " ");
	assert_int_equal(masc_config_scope(&r->config, span_of(name_and_settings, n), &s), OK);
	set_words(masc_scope_settings, s, name_and_settings + n);
}

void rig_set(struct rig *r, const char *settings)
{
	set_words(masc_settings, &r->config, settings);
}

enum err rig_try_start(struct rig *r)
{
	return masc_new(&r->m, &r->config, &r->f.env, store_mem_store(r->mem), r->now,
			(struct wall){ RIG_WALL, true });
}

void rig_start(struct rig *r)
{
	char why[256];
	struct text t = TEXT_OF(why);
	if (masc_config_check(&r->config, &t) != OK)
		fail_msg("%s", why);
	assert_int_equal(rig_try_start(r), OK);
}

void rig_fini(struct rig *r)
{
	masc_free(r->m);
	masc_config_free(&r->config);
	store_mem_free(r->mem);
	failing_env_assert_clean(&r->f);
}

static void send_text(struct rig *r, struct text *t, const struct masc_out *o)
{
	static const char *const names[] = { "?", "OPEN", "UPDATE", "NOTIFICATION", "KEEPALIVE" };
	assert_true(o->bytes.n >= WIRE_HEADER && o->bytes.n <= WIRE_MESSAGE_MAX);
	struct wire_header h = wire_header_read(o->bytes.p);
	assert_int_equal(h.length, o->bytes.n);
	memcpy(r->last, o->bytes.p, o->bytes.n);
	r->last_n = o->bytes.n;
	if (h.type != MASC_MSG_NOTIFICATION) {
		text_str(t, names[h.type]);
		return;
	}
	text_char(t, 'N');
	text_u64(t, o->bytes.p[4] & 0x7f);
	text_char(t, '/');
	text_u64(t, o->bytes.p[5]);
	if (o->bytes.p[4] & 0x80)
		text_char(t, '+');
	if (o->bytes.n == 6)
		return;
	text_char(t, ' ');
	text_hex(t, span_of(o->bytes.p + 6, o->bytes.n - 6));
}

static void error_text(struct text *t, const struct masc_error *e)
{
	text_u64(t, e->code);
	text_char(t, '/');
	text_u64(t, e->subcode);
	if (e->stay_open)
		text_char(t, '+');
}

static void collision_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "collision ");
	text_u64(t, ev->link);
	text_str(t, " for ");
	text_u64(t, ev->kept);
	text_str(t, ev->ours ? " ours " : " theirs ");
	text_str(t, masc_keep_text(ev->keep));
}

static void state_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "state ");
	text_str(t, masc_state_text(ev->from));
	text_char(t, '>');
	text_str(t, masc_state_text(ev->to));
}

static void lost_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "down ");
	if (ev->err != OK)
		text_str(t, err_name(ev->err));
	else
		error_text(t, &ev->error);
}

static void up_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "up");
}

static void sent_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "sent ");
	error_text(t, &ev->error);
}

static void heard_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "heard ");
	error_text(t, &ev->error);
}

static void refused_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "refused");
}

static void dial_failed_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "dial-failed ");
	text_str(t, err_name(ev->err));
}

static void admin_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, ev->up ? "admin up" : "admin down");
}

static void stopped_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "stopped ");
	text_str(t, err_name(ev->err));
}

static void store_failed_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "store-failed ");
	text_str(t, err_name(ev->err));
}

static void with_prefix(struct text *t, const char *what, const struct masc_prefix *p)
{
	text_str(t, what);
	if (!p->family)
		return;
	text_char(t, ' ');
	masc_prefix_text(t, p);
}

static void range_text(struct text *t, const struct masc_event *ev)
{
	with_prefix(t, ev->up ? "range" : "range gone", &ev->prefix);
}

static void with_reason(struct text *t, const struct masc_event *ev, const char *what)
{
	with_prefix(t, what, &ev->prefix);
	text_char(t, ' ');
	text_str(t, masc_reason_word(ev->why));
}

static void denied_text(struct text *t, const struct masc_event *ev)
{
	with_reason(t, ev, "denied");
}

static void quota_text(struct text *t, const struct masc_event *ev)
{
	with_prefix(t, "quota", &ev->prefix);
}

static void wait_differs_text(struct text *t, const struct masc_event *ev)
{
	with_prefix(t, "wait-differs", &ev->prefix);
}

static void full_text(struct text *t, const struct masc_event *ev)
{
	with_prefix(t, "full", &ev->prefix);
}

static void damped_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "damped ");
	if (ev->ours)
		text_str(t, "ourselves");
	else
		masc_id_text(t, &ev->domain);
}

static void synced_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "synced");
}

static void claim_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, "claim ");
	text_str(t, masc_life_text(ev->life_from));
	text_char(t, '>');
	text_str(t, masc_life_text(ev->life));
}

static void clash_text(struct text *t, const struct masc_event *ev)
{
	text_str(t, ev->up ? "clash over" : ev->won ? "clash won" : "clash lost");
}

static void event_text(struct text *t, const struct masc_event *ev)
{
	static void (*const texts[MASC_EVENT_COUNT])(struct text *, const struct masc_event *) = {
		[MASC_EVENT_STATE] = state_text,
		[MASC_EVENT_ESTABLISHED] = up_text,
		[MASC_EVENT_LOST] = lost_text,
		[MASC_EVENT_NOTIFIED] = sent_text,
		[MASC_EVENT_NOTIFICATION] = heard_text,
		[MASC_EVENT_COLLISION] = collision_text,
		[MASC_EVENT_WRONG_SOURCE] = refused_text,
		[MASC_EVENT_DIAL_FAILED] = dial_failed_text,
		[MASC_EVENT_ADMIN] = admin_text,
		[MASC_EVENT_STOPPED] = stopped_text,
		[MASC_EVENT_STORE_FAILED] = store_failed_text,
		[MASC_EVENT_DENIED] = denied_text,
		[MASC_EVENT_RANGE] = range_text,
		[MASC_EVENT_WAIT_DIFFERS] = wait_differs_text,
		[MASC_EVENT_DAMPED] = damped_text,
		[MASC_EVENT_FULL] = full_text,
		[MASC_EVENT_QUOTA] = quota_text,
		[MASC_EVENT_SYNC] = synced_text,
		[MASC_EVENT_CLAIM] = claim_text,
		[MASC_EVENT_CLASH] = clash_text,
	};
	assert_true(ev->kind < MASC_EVENT_COUNT && texts[ev->kind]);
	texts[ev->kind](t, ev);
	if (ev->peer[0] && strcmp(ev->peer, "north") != 0) {
		text_char(t, ' ');
		text_str(t, ev->peer);
	}
}

static void link_text(struct text *t, const char *verb, uint32_t link)
{
	text_str(t, verb);
	text_char(t, ' ');
	text_u64(t, link);
}

static void out_text(struct rig *r, struct text *t, const struct masc_out *o)
{
	switch (o->kind) {
	case MASC_OUT_DIAL:
		link_text(t, "dial", o->link);
		r->dialled = o->link;
		break;
	case MASC_OUT_SEND:
		link_text(t, "send", o->link);
		text_char(t, ' ');
		send_text(r, t, o);
		break;
	case MASC_OUT_CLOSE:
		link_text(t, "close", o->link);
		break;
	case MASC_OUT_EVENT:
		r->event = *o->event;
		event_text(t, o->event);
		break;
	case MASC_OUT_REPLY:
		text_str(t, "reply ");
		text_u64(t, o->call);
		text_char(t, ' ');
		text_str(t, err_name(o->result));
		break;
	}
	if (o->after) {
		text_char(t, '@');
		text_u64(t, o->after);
	}
}

const char *rig_out(struct rig *r)
{
	struct text t = TEXT_OF(r->line);
	struct masc_out o;
	while (masc_poll(r->m, &o)) {
		if (t.n)
			text_str(&t, "; ");
		out_text(r, &t, &o);
	}
	assert_false(t.cut);
	return r->line;
}

void rig_discard(struct rig *r)
{
	(void)rig_out(r);
}

void rig_tick(struct rig *r)
{
	masc_tick(r->m, r->now);
}

void rig_pass(struct rig *r, int64_t us)
{
	r->now = mono_add(r->now, us);
	rig_tick(r);
}

void rig_next(struct rig *r)
{
	struct mono at = masc_deadline(r->m);
	assert_false(mono_is_never(at));
	if (at.us > r->now.us)
		r->now = at;
	rig_tick(r);
}

struct addr rig_addr(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(text), MASC_PORT, &a), OK);
	return a;
}

struct masc_id rig_id(uint32_t v)
{
	struct masc_id id = { { 0 } };
	for (size_t i = 0; i < 4; i++)
		id.octets[15 - i] = (uint8_t)(v >> 8 * i);
	return id;
}

void rig_accept(struct rig *r, uint32_t link, const char *remote)
{
	struct addr from = rig_addr(remote);
	struct addr to = rig_addr(from.family == ADDR_IPV6 ? "2001:db8::99" : "192.0.2.99");
	masc_link_accepted(r->m, link, &to, &from, r->now);
}

void rig_up(struct rig *r, uint32_t link)
{
	struct addr to = rig_addr("192.0.2.1");
	struct addr from = rig_addr("192.0.2.99:40000");
	masc_link_up(r->m, link, &from, &to, r->now);
}

void rig_down(struct rig *r, uint32_t link, enum err why)
{
	masc_link_down(r->m, link, why, r->now);
}

void rig_in(struct rig *r, uint32_t link, const void *p, size_t n)
{
	uint8_t *copy = rig_exact(span_of(p, n));
	masc_input(r->m, link, span_of(copy, n), r->now);
	free(copy);
}

size_t rig_octets(const char *hex, uint8_t *out, size_t size)
{
	char digits[2 * WIRE_MESSAGE_MAX];
	size_t n = 0;
	for (const char *p = hex; *p; p++)
		if (*p != ' ')
			digits[n++] = *p;
	size_t got;
	assert_int_equal(number_hex(span_of(digits, n), out, size, &got), OK);
	return got;
}

void rig_assert_octets(struct span s, const char *hex)
{
	uint8_t want[WIRE_MESSAGE_MAX];
	size_t n = rig_octets(hex, want, sizeof(want));
	assert_int_equal(s.n, n);
	assert_memory_equal(s.p, want, n);
}

struct masc_id rig_wide_id(const char *text)
{
	struct masc_id id;
	assert_int_equal(masc_id_parse(span_str(text), &id), OK);
	return id;
}

uint8_t *rig_exact(struct span s)
{
	uint8_t *p = malloc(s.n ? s.n : 1);
	assert_non_null(p);
	memcpy(p, s.p, s.n);
	return p;
}

void rig_hex(struct rig *r, uint32_t link, const char *hex)
{
	uint8_t m[WIRE_MESSAGE_MAX];
	size_t n = rig_octets(hex, m, sizeof(m));
	rig_in(r, link, m, n);
}

void rig_open(struct rig *r, uint32_t link, enum masc_role role, uint16_t hold, uint32_t domain,
	      uint32_t node, uint32_t parent)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	struct wire_open o = { .version = 1,
			       .family = MASC_IPV4,
			       .role = (uint8_t)role,
			       .hold_time = hold,
			       .domain = rig_id(domain),
			       .node = rig_id(node),
			       .parent = rig_id(parent) };
	struct span s = wire_open_write(&o, room);
	rig_in(r, link, s.p, s.n);
}

void rig_keepalive(struct rig *r, uint32_t link)
{
	rig_hex(r, link, "0004 04 00");
}

void rig_notify(struct rig *r, uint32_t link, uint8_t code, uint8_t subcode, bool stay)
{
	const uint8_t m[] = { 0, 6, 3, 0, (uint8_t)((stay ? 0x80 : 0) | code), subcode };
	rig_in(r, link, m, sizeof(m));
}

void rig_command(struct rig *r, uint64_t call, enum masc_command_kind kind, const char *peer,
		 int64_t for_us)
{
	const struct masc_command c = { kind, span_str(peer), for_us };
	masc_command(r->m, call, &c, r->now);
}

struct masc_peer_info rig_info(struct rig *r, size_t peer)
{
	struct masc_peer_info info;
	assert_true(peer < masc_peer_count(r->m));
	masc_peer_info(r->m, peer, &info);
	return info;
}

void rig_usual(struct rig *r)
{
	rig_init(r, "domain=100 node=10 profile=lab");
	rig_peer(r, "north", "address=192.0.2.1 role=child domain=7");
	rig_start(r);
}

void rig_establish(struct rig *r, uint32_t node)
{
	rig_tick(r);
	rig_up(r, 1);
	rig_open(r, 1, MASC_PARENT, 9, 7, node, 0);
	rig_keepalive(r, 1);
	rig_keepalive(r, 1);
	rig_discard(r);
	assert_int_equal(rig_info(r, 0).state, MASC_ESTABLISHED);
}
