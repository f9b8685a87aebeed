/* A daemon behind its sockets: libcurl's multi interface carried by os_loop. curl names the
 * sockets and the one timer it wants watched. */
#include "lib/lib_int.h"

#include "ops/types.h"
#include "os/clock.h"

/* The daemon says something on a stream at least each 15 s. */
#define SILENCE_US (45 * MONO_SEC)

struct lib_exchange {
	struct list node; /* in transport.exchanges */
	struct hst_ctx *ctx;
	CURL *easy;
	struct curl_slist *headers;
	lib_sse_fn *event; /* NULL: no stream */
	lib_end_fn *end;
	void *owner;
	struct lib_sse_parser parser;
	struct lib_buffer body;	  /* of what is no stream */
	struct os_timer *silence; /* of a stream */
	bool broken;		  /* its socket could not be watched */
};

/* Its owner drops it. The next request looks for a daemon again. */
static void fail(struct lib_exchange *x, const struct lib_failure *f)
{
	x->ctx->socket_known = false;
	x->end(x->owner, &(struct lib_end){ 0, lib_buffer_text(&x->body), f });
}

static void fail_by_curl(struct lib_exchange *x, CURLcode code, long os_errno)
{
	struct lib_failure f;
	lib_failure_of_curl(&f, x->ctx, code, os_errno);
	fail(x, &f);
}

static void on_silence(void *arg, struct mono now)
{
	static const struct lib_failure silent = { HST_E_NO_DAEMON, "the daemon has fallen silent",
						   "see its log for what it is doing" };
	fail(arg, &silent);
}

static void end(struct lib_exchange *x, CURLcode code, long status, long os_errno)
{
	if (code != CURLE_OK)
		fail_by_curl(x, code, os_errno);
	else
		x->end(x->owner, &(struct lib_end){ (int)status, lib_buffer_text(&x->body), NULL });
}

/* curl is done with some transfers: tell their owners, who drop them. */
static void reap(struct lib_transport *t)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(t->multi, &left))) {
		struct lib_exchange *x = NULL;
		long status = 0, os_errno = 0;
		CURLcode code = m->data.result;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&x);
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_OS_ERRNO, &os_errno);
		end(x, code, status, os_errno);
	}
}

static void act(struct lib_transport *t, curl_socket_t fd, int what)
{
	int running;
	(void)curl_multi_socket_action(t->multi, fd, what, &running);
	reap(t);
}

/* A socket that curl wants watched. */
struct watched {
	struct hst_ctx *ctx;
	curl_socket_t fd;
	struct os_watch *watch;
};

static void on_socket(void *arg, uint32_t ready, struct mono now)
{
	const struct watched *w = arg;
	int what =
		(ready & OS_READ ? CURL_CSELECT_IN : 0) | (ready & OS_WRITE ? CURL_CSELECT_OUT : 0);
	act(&w->ctx->transport, w->fd, what);
}

static void on_timer(void *arg, struct mono now)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* Not told by curl: to say so in the callback would end every transfer. */
static void on_broken(void *arg, struct mono now)
{
	struct lib_transport *t = arg;
	LIST_EACH(node, tmp, &t->exchanges)
	{
		struct lib_exchange *x = LIST_ENTRY(node, struct lib_exchange, node);
		if (!x->broken)
			continue;
		os_timer_set(t->broken, now); /* there may be more */
		fail_by_curl(x, CURLE_OUT_OF_MEMORY, 0);
		return;
	}
}

static void break_off(struct lib_transport *t, CURL *easy)
{
	struct lib_exchange *x = NULL;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&x);
	if (!x)
		return;
	x->broken = true;
	os_timer_set(t->broken, os_mono());
}

static void forget(struct watched *w)
{
	os_watch_free(w->watch);
	env_free(w->ctx->env, w);
}

static struct watched *watched_new(struct hst_ctx *c, curl_socket_t fd, uint32_t events)
{
	struct watched *w = env_zalloc(c->env, 1, sizeof(*w));
	if (!w)
		return NULL;
	w->ctx = c;
	w->fd = fd;
	if (os_watch_new(&w->watch, c->loop, fd, events, on_socket, w) != OK) {
		env_free(c->env, w);
		return NULL;
	}
	return w;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct hst_ctx *c = arg;
	struct lib_transport *t = &c->transport;
	struct watched *w = socket_arg;
	uint32_t events =
		(what & CURL_POLL_IN ? OS_READ : 0) | (what & CURL_POLL_OUT ? OS_WRITE : 0);
	if (what == CURL_POLL_REMOVE) {
		if (w)
			forget(w);
		(void)curl_multi_assign(t->multi, fd, NULL);
		return 0;
	}
	if (w) {
		os_watch_set(w->watch, events);
		return 0;
	}
	w = watched_new(c, fd, events);
	if (w)
		(void)curl_multi_assign(t->multi, fd, w);
	else
		break_off(t, easy);
	return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct lib_transport *t = arg;
	os_timer_set(t->timer,
		     timeout_ms < 0 ? MONO_NEVER : mono_add(os_mono(), timeout_ms * MONO_MS));
	return 0;
}

static void lasting(struct hst_ctx *c, size_t n)
{
	(void)curl_multi_setopt(c->transport.multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
				(long)(n + LIB_CALLS_AT_ONCE));
}

enum err lib_transport_init(struct hst_ctx *c)
{
	struct lib_transport *t = &c->transport;
	list_init(&t->exchanges);
	c->backend = &lib_backend_daemon;
	enum err e = os_timer_new(&t->timer, c->loop, on_timer, t);
	if (!e)
		e = os_timer_new(&t->broken, c->loop, on_broken, t);
	if (e)
		return e;
	t->multi = curl_multi_init();
	if (!t->multi)
		return ERR_NOMEM;
	(void)curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	(void)curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, c);
	(void)curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	lasting(c, 0);
	return OK;
}

static void fini(struct hst_ctx *c)
{
	struct lib_transport *t = &c->transport;
	if (t->multi)
		(void)curl_multi_cleanup(t->multi);
	os_timer_free(t->timer);
	os_timer_free(t->broken);
}

static void hear(struct lib_exchange *x)
{
	if (x->silence)
		os_timer_set(x->silence, mono_add(os_mono(), SILENCE_US));
}

/* A refusal of a stream is none: it is kept as it comes. */
static enum err take(struct lib_exchange *x, const char *p, size_t n)
{
	long status = 0;
	(void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	return x->event && status == 200 ? lib_sse_take(&x->parser, p, n)
					 : lib_buffer_add(&x->body, p, n);
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct lib_exchange *x = arg;
	hear(x);
	return take(x, p, size * n) == OK ? size * n : 0;
}

/* Sets what every transfer has. CURLE_OK, or the first failure. */
static CURLcode set_common(CURL *e, struct lib_exchange *x, const struct lib_request *r)
{
	char url[2048] = "http://homestead";
	struct text t = { url, sizeof(url), strlen(url), false };
	CURLcode bad = CURLE_OK;
	text_str(&t, r->path);
	if (t.cut)
		return CURLE_URL_MALFORMAT;
#define SET(option, value)                                                                         \
	if (bad == CURLE_OK)                                                                       \
	bad = curl_easy_setopt(e, option, value)
	SET(CURLOPT_URL, url);
	SET(CURLOPT_UNIX_SOCKET_PATH, x->ctx->socket);
	SET(CURLOPT_PRIVATE, x);
	SET(CURLOPT_WRITEFUNCTION, on_data);
	SET(CURLOPT_WRITEDATA, x);
	SET(CURLOPT_HTTPHEADER, x->headers);
	SET(CURLOPT_CUSTOMREQUEST, r->method);
	SET(CURLOPT_PROTOCOLS_STR, "http");
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROXY, "");
	if (r->body)
		SET(CURLOPT_COPYPOSTFIELDS, r->body);
#undef SET
	return bad;
}

static void drop(struct lib_exchange *x)
{
	list_take(&x->node);
	if (x->easy)
		(void)curl_multi_remove_handle(x->ctx->transport.multi, x->easy);
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	os_timer_free(x->silence);
	lib_sse_fini(&x->parser);
	lib_buffer_fini(&x->body);
	env_free(x->ctx->env, x);
}

static enum err begin(struct lib_exchange *x, const struct lib_request *r)
{
	x->headers = curl_slist_append(NULL, "Content-Type: application/json");
	CURL *easy = curl_easy_init();
	if (easy && x->headers && set_common(easy, x, r) == CURLE_OK &&
	    curl_multi_add_handle(x->ctx->transport.multi, easy) == CURLM_OK) {
		x->easy = easy;
		hear(x);
		return OK;
	}
	curl_easy_cleanup(easy);
	return ERR_NOMEM;
}

static enum err ask(struct lib_exchange **out, struct hst_ctx *c, const struct lib_request *r)
{
	struct lib_exchange *x = env_zalloc(c->env, 1, sizeof(*x));
	if (!x)
		return ERR_NOMEM;
	x->ctx = c;
	x->event = r->event;
	x->end = r->end;
	x->owner = r->owner;
	x->body = (struct lib_buffer){ .env = c->env, .max = OPS_ANSWER_MAX };
	lib_sse_init(&x->parser, c->env, r->event, r->owner);
	list_push_back(&c->transport.exchanges, &x->node);
	lib_place_find(c);
	enum err e = r->event ? os_timer_new(&x->silence, c->loop, on_silence, x) : OK;
	if (!e)
		e = begin(x, r);
	if (e)
		drop(x);
	else
		*out = x;
	return e;
}

static enum err connect_stream(struct hst_ctx *c, const char *path, int *fd)
{
	return lib_place_connect(path, fd);
}

static int pid_of(struct hst_ctx *c)
{
	int pid = 0;
	lib_place_find(c);
	return lib_place_probe(c->socket, &pid) == OK ? pid : 0;
}

const struct lib_backend lib_backend_daemon = {
	.ask = ask,
	.drop = drop,
	.lasting = lasting,
	.connect = connect_stream,
	.pid = pid_of,
	.fini = fini,
};
