/* group_session.c - a connection with somebody who is no member: a stranger
 * with an identity of its own, who may have somebody's chain. Never is it let
 * in, never does a word of it leave memory behind.
 *
 * The first octet: bit 0 the classic profile, bit 1 our session is the
 * requestor's, bit 2 octets come from outside instead of inside TLS, bit 3 the
 * handshake is taken as done, and each piece is the other side's flight, without
 * TLS; bit 4 secrets let in, or, at a requestor's, it has one (modern, inside TLS). Then pieces: a length of two octets, big-endian, and that many
 * octets; FFFF is a good Hello and MyGMC with a member's chain, FFFE a good Hello, FFFD
 * the latter with a share, FFFC the former with one: nobody has proved anything, nobody is let
 * in. */
#include "crypto/tls.h"
#include "fuzz_env.h"
#include "group/name.h"
#include "group/session_int.h"
#include "wire/rd.h"

#define NOW   INT64_C(1700000000000000)
#define GOOD  0xffff
#define LONE  0xfffe
#define ASKS  0xfffd
#define GIVES 0xfffc

enum how {
	CLASSIC = 1,
	REQUESTOR = 2,
	OUTSIDE = 4,
	SECURED = 8,
	JOINS = 16
};

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

struct person {
	struct crypto_key *key;
	uint8_t idc[CRYPTO_CERT_MAX], chain[CRYPTO_CHAIN_MAX];
	size_t idc_n, chain_n;
};

/* A connection after its handshake, which takes many times as long as all that comes then:
 * it is used again and again, its session as it was before each time. */
struct line {
	struct group_session *session;
	struct group_session fresh;
	struct crypto_tls *tls;
	size_t blocks, grown; /* of memory: after the handshake, since then */
	unsigned int left;    /* times it will be used */
};
#define LINE_USES  1000
#define LINE_GROWS 4 /* octets that TLS keeps */

/* Made once: keys take longer than connections. */
static struct world {
	struct crypto *c;
	const struct group_profile *p;
	struct person group, ann, stranger;
	char name[GROUP_NAME_OCTETS + 1];
	struct group_session_home home;
	struct group_door door;
	struct group_knock knock;
	struct line lines[2]; /* our session the authenticator's, the requestor's */
	unsigned int told;
	bool begun;
} worlds[CRYPTO_PROFILE_COUNT];

static const char info[] = "AUTH_INFO";

static void person(struct world *w, struct person *who)
{
	hold(crypto_key_make(w->c, &fuzz.env, w->p->crypto, &who->key) == OK);
	hold(group_identity_issue(w->c, &fuzz.env, who->key, span_str("who"), span_str("Who"), NOW,
				  true, who->idc, sizeof who->idc, &who->idc_n) == OK);
}

static void admit(struct world *w)
{
	char name[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(name), g = TEXT_OF(w->name);
	enum group_chain_fault why;
	struct span public = crypto_key_public(w->ann.key);
	hold(group_name_make(w->c, w->p->crypto, public, span_str("who"), &t) == OK);
	hold(group_name_make(w->c, w->p->crypto, crypto_key_public(w->group.key), span_str("g"),
			     &g) == OK);
	hold(group_root_issue(w->c, &fuzz.env, w->group.key, span_str("g"), span_str("G"), NOW,
			      w->group.chain, sizeof w->group.chain, &w->group.chain_n) == OK);
	const struct group_grant grant = { .public = public,
					   .name = span_str(name),
					   .friendly = span_str("Ann"),
					   .roles = CRYPTO_ROLE_ADMIN,
					   .from = NOW };
	hold(group_chain_issue(w->c, &fuzz.env, w->p, span_of(w->group.chain, w->group.chain_n),
			       w->group.key, &grant, w->ann.chain, sizeof w->ann.chain,
			       &w->ann.chain_n, &why) == OK);
}

static struct span home_name(void *ctx)
{
	return span_str(((struct world *)ctx)->name);
}

static const struct crypto_key *home_key(void *ctx)
{
	return ((struct world *)ctx)->ann.key;
}

static struct span home_certificate(void *ctx)
{
	const struct world *w = ctx;
	return span_of(w->ann.idc, w->ann.idc_n);
}

static struct span home_chain(void *ctx)
{
	const struct world *w = ctx;
	return span_of(w->ann.chain, w->ann.chain_n);
}

static int64_t home_now(void *ctx)
{
	return NOW;
}

static bool home_no(void *ctx, struct span name, struct span public)
{
	return false;
}

static void home_learned(void *ctx, struct crypto_chain *chain)
{
	abort();
}

static void home_failed(void *ctx, const struct graph_parties *who, enum group_session_fault why,
			enum group_chain_fault chain, int64_t off, bool proved)
{
	hold(why > GROUP_FAULT_NONE && why < GROUP_SESSION_FAULT_COUNT);
	((struct world *)ctx)->told++;
}

static enum group_door_answer door_find(void *ctx, const struct group_secret_name *name,
					struct span source, uint8_t prs[GROUP_SECRET_PRS],
					uint32_t *wait_s)
{
	memset(prs, 7, GROUP_SECRET_PRS);
	*wait_s = name->id[0];
	return name->id[0] < 0xf0 ? GROUP_DOOR_OPEN : GROUP_DOOR_WAIT;
}

static void door_wrong(void *ctx, const struct group_secret_name *name, struct span source)
{
}

/* Nobody can have a proof. */
static enum group_door_answer door_admit(void *ctx, const struct group_secret_name *name,
					 const struct crypto_cert *idc, uint64_t *ticket)
{
	abort();
}

static enum err door_admitted(void *ctx, uint64_t ticket, struct span *chain, uint64_t *after)
{
	abort();
}

static void door_drop(void *ctx, uint64_t ticket)
{
	abort();
}

static bool knock_prove(void *ctx, struct span public)
{
	return true;
}

static void knock_let_in(void *ctx, struct span chain)
{
	abort();
}

static void knock_refused(void *ctx, enum group_door_answer why, uint32_t wait_s)
{
	hold(why > GROUP_DOOR_OPEN && why < GROUP_DOOR_ANSWERS);
}

static struct world *world(enum crypto_profile_id id)
{
	struct world *w = &worlds[id];
	if (w->c || !group_profile(id))
		return w->c ? w : NULL;
	w->p = group_profile(id);
	hold(crypto_new(&w->c, &fuzz.env) == OK);
	hold(crypto_remember(w->c, 256) == OK);
	person(w, &w->group);
	person(w, &w->ann);
	person(w, &w->stranger);
	admit(w);
	w->home = (struct group_session_home){
		.ctx = w,
		.env = &fuzz.env,
		.crypto = w->c,
		.profile = w->p,
		.name = home_name,
		.key = home_key,
		.certificate = home_certificate,
		.chain = home_chain,
		.now = home_now,
		.known = home_no,
		.learned = home_learned,
		.may = home_no,
		.failed = home_failed,
	};
	w->door = (struct group_door){ w,	   door_find,	  door_wrong,
				       door_admit, door_admitted, door_drop };
	w->knock = (struct group_knock){
		.ctx = w, .prove = knock_prove, .let_in = knock_let_in, .refused = knock_refused
	};
	return w;
}

static enum err like_anybody(void *ctx, struct span cert)
{
	return OK;
}

struct call {
	struct world *w;
	void *session;
	struct crypto_tls *tls; /* the stranger's */
	bool over, secured;
	uint8_t said[4096]; /* of the session's last step */
	size_t n;
};

/* The session takes octets; what it says is for the stranger. */
static void give(struct call *c, struct span octets)
{
	struct graph_session_out out;
	c->n = 0;
	for (bool more = true; more && !c->over; octets = span_of(NULL, 0)) {
		enum err e = group_session_step(c->session, octets, &out);
		hold(!out.done);
		more = out.more;
		c->over = e != OK;
		if (!c->secured && out.bytes.n <= sizeof c->said - c->n) {
			memcpy(c->said + c->n, out.bytes.p ? out.bytes.p : (const uint8_t *)"",
			       out.bytes.n);
			c->n += out.bytes.n;
		}
	}
}

static void shake(struct call *c, bool initiator)
{
	struct span said;
	hold(initiator == (c->n == 0));
	while (!c->over && !c->secured) {
		hold(crypto_tls_step(c->tls, span_of(c->said, c->n), &said, &c->secured) == OK);
		uint8_t octets[8192];
		hold(said.n <= sizeof octets);
		memcpy(octets, said.p ? said.p : (const uint8_t *)"", said.n);
		if (said.n)
			give(c, span_of(octets, said.n));
	}
}

/* The group's generator: a share that is one, of nobody's. */
static void put_share(struct wr *wr, const struct world *w, bool asks)
{
	static const uint8_t point[GROUP_SHARE] = {
		0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9,
		0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82,
		0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76
	};
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr b = wr_of(body, sizeof body);
	const struct group_password p = { .step = asks ? GROUP_STEP_ASK : GROUP_STEP_SHARE,
					  .octets = span_of(point, sizeof point) };
	group_password_put(&b, &p);
	const struct group_message m = { .type = GROUP_PASSWORD, .body = wr_span(&b) };
	group_message_put(wr, w->p, &m);
}

static size_t good(const struct world *w, uint8_t *room, size_t size, uint16_t what)
{
	uint8_t binding[CRYPTO_HASH_MAX];
	const struct span sent = span_str(info);
	crypto_hash(w->c, w->p->crypto, &sent, 1, binding, w->p->crypto->hash_size);
	const struct group_message hello = { .type = GROUP_HELLO,
					     .major = w->p->connect_major,
					     .minor = w->p->connect_minor,
					     .binding =
						     span_of(binding, w->p->hello_binds ? 32 : 0) };
	const struct group_message gmc = { .type = GROUP_MY_GMC,
					   .body = span_of(w->ann.chain, w->ann.chain_n) };
	struct wr wr = wr_of(room, size);
	group_message_put(&wr, w->p, &hello);
	if (what == GOOD || what == GIVES)
		group_message_put(&wr, w->p, &gmc);
	if (what == ASKS || what == GIVES)
		put_share(&wr, w, what == ASKS);
	hold(!wr.failed);
	return wr.n;
}

static struct span piece(struct call *c, struct rd *r)
{
	static uint8_t room[8192];
	uint16_t n = rd_u16(r);
	return n >= GIVES ? span_of(room, good(c->w, room, sizeof room, n))
			  : rd_bytes(r, n < r->left ? n : r->left);
}

/* One piece of the input: as a record, or as it is. */
static void say(struct call *c, struct rd *r)
{
	struct span s = piece(c, r);
	if (c->tls && s.n && s.n <= CRYPTO_TLS_PLAIN_MAX)
		hold(crypto_tls_seal(c->tls, s, &s) == OK);
	if (s.n)
		give(c, s);
}

/* What TLS would have found out. */
static void secure(struct call *c)
{
	struct group_session *s = c->session;
	struct span public = crypto_key_public(c->w->stranger.key);
	char name[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(name);
	hold(group_name_make(c->w->c, c->w->p->crypto, public, span_str("who"), &t) == OK);
	s->peer = env_copy(&fuzz.env, name, t.n);
	memcpy(s->public, public.p, public.n);
	s->state = s->initiator ? GROUP_SESSION_HELLO_SENT : GROUP_SESSION_CONNECTED;
}

static void fly(struct call *c, struct rd *r)
{
	struct group_flight f;
	if (group_flight_read(c->w->p, piece(c, r), &f) != OK)
		return;
	c->over = group_session_run(c->session, f.event, &f) != OK;
	hold(c->over);
}

static void open_session(struct call *c, bool requestor)
{
	const struct graph_parties p = { .initiator = requestor,
					 .graph_id = span_str(c->w->name),
					 .auth_info = span_str(info) };
	hold(group_session_new(&c->w->home, &p, &c->session) == OK);
}

static void open_tls(struct call *c, bool initiator)
{
	const struct crypto_tls_birth b = {
		.profile = c->w->p->crypto,
		.initiator = initiator,
		.key = c->w->stranger.key,
		.cert = span_of(c->w->stranger.idc, c->w->stranger.idc_n),
		.alpn = c->w->p->alpn,
		.judge = like_anybody,
	};
	hold(crypto_tls_new(c->w->c, &fuzz.env, &b, &c->tls) == OK);
}

/* ---- lines ---- */

static void line_open(struct line *l, struct world *w, bool requestor)
{
	struct call c = { .w = w };
	size_t before = fuzz.live;
	open_session(&c, requestor);
	give(&c, span_of(NULL, 0));
	open_tls(&c, !requestor);
	shake(&c, !requestor);
	hold(c.secured && !c.over);
	*l = (struct line){ .session = c.session, .tls = c.tls, .left = LINE_USES };
	l->fresh = *l->session;
	hold(!l->fresh.in.room && !l->fresh.out.room && !l->fresh.sealed.n);
	l->blocks = fuzz.live - before;
}

/* How many blocks of memory it gave back. */
static size_t line_close(struct line *l)
{
	size_t before = fuzz.live;
	group_session_free(l->session);
	crypto_tls_free(l->tls);
	l->session = NULL;
	return before - fuzz.live;
}

/* The session is as it was. Where TLS was hurt, or has been used for long, there is another
 * the next time. */
static void line_renew(struct line *l, size_t before)
{
	struct group_session *s = l->session;
	bool hurt = s->fault == GROUP_FAULT_TLS;
	group_join_free(s);
	env_free(&fuzz.env, s->in.p);
	env_free(&fuzz.env, s->out.p);
	hold(s->peer == l->fresh.peer && s->names == l->fresh.names && s->tls == l->fresh.tls);
	*s = l->fresh;
	l->grown += fuzz.live - before;
	hold(l->grown <= LINE_GROWS);
	if (hurt || --l->left == 0)
		hold(line_close(l) == l->blocks + l->grown);
}

/* ---- runs ---- */

static void talk(struct call *c, void (*piece_of)(struct call *, struct rd *), struct rd *r)
{
	struct group_session_info look;
	c->w->told = 0;
	while (!c->over && r->left >= 2)
		piece_of(c, r);
	group_session_look(c->session, &look);
	hold(c->w->told == (c->over ? 1 : 0) && c->over == (look.state == GROUP_SESSION_ENDED));
	hold(look.held < 4 * GROUP_MESSAGE_MAX);
	hold(group_session_peer(c->session).n == 0 && !group_session_stands(c->session));
}

/* Inside TLS, somebody who has knocked: each has a line of its own. */
static void run_knock(struct world *w, struct rd r)
{
	size_t before = fuzz.live;
	struct line l;
	struct call c = { .w = w };
	open_session(&c, true);
	give(&c, span_of(NULL, 0));
	open_tls(&c, false);
	shake(&c, false);
	hold(c.secured && !c.over);
	l = (struct line){ .session = c.session, .tls = c.tls };
	talk(&c, say, &r);
	(void)line_close(&l);
	hold(fuzz.live <= before + LINE_GROWS);
}

/* Inside TLS. */
static void run_line(struct world *w, bool requestor, struct rd r)
{
	struct line *l = &w->lines[requestor];
	if (!l->session)
		line_open(l, w, requestor);
	size_t before = fuzz.live;
	struct call c = { .w = w, .session = l->session, .tls = l->tls, .secured = true };
	talk(&c, say, &r);
	line_renew(l, before);
}

/* Without it: octets instead of a handshake, or flights behind one. */
static void run_bare(struct world *w, bool requestor, bool secured, struct rd r)
{
	struct call c = { .w = w };
	size_t before = fuzz.live;
	open_session(&c, requestor);
	if (secured)
		secure(&c);
	else
		give(&c, span_of(NULL, 0));
	talk(&c, secured ? fly : say, &r);
	group_session_free(c.session);
	hold(fuzz.live == before);
}

static void run(struct world *w, uint8_t how, struct rd r)
{
	fuzz.state = 0;
	bool joins = how & JOINS && !(how & (OUTSIDE | SECURED)) && !w->p->password;
	w->home.door = joins ? &w->door : NULL;
	w->home.knock = joins && how & REQUESTOR ? &w->knock : NULL;
	if (w->home.knock) {
		run_knock(w, r);
		return;
	}
	if (how & (OUTSIDE | SECURED))
		run_bare(w, how & REQUESTOR, how & SECURED, r);
	else
		run_line(w, how & REQUESTOR, r);
}

/* What is made once, at both ends, is made here. */
static void warm_up(struct world *w)
{
	for (int i = 0; i < 2; i++) {
		line_open(&w->lines[i], w, i);
		(void)line_close(&w->lines[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct world *w = world(data[0] & CLASSIC ? CRYPTO_CLASSIC : CRYPTO_MODERN);
	if (!w)
		return 0;
	if (!w->begun)
		warm_up(w);
	w->begun = true;
	run(w, data[0], rd_of(span_of(data + 1, size - 1)));
	return 0;
}
