/* libcurl's multi interface carried by os_loop: curl names the sockets and the
 * one timer it wants watched. */
#include "lib/lib_int.h"

#include "os/clock.h"

struct lib_transfer {
	struct list node; /* in transport.transfers */
	struct lib_transport *transport;
	CURL *easy;
	struct curl_slist *headers;
	lib_data_fn *data;
	lib_done_fn *done;
	void *owner;
	bool broken; /* its socket could not be watched */
};

/* curl is done with some transfers: tell their owners, who free them. */
static void reap(struct lib_transport *t)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(t->multi, &left))) {
		struct lib_transfer *x = NULL;
		long status = 0, os_errno = 0;
		CURLcode code = m->data.result;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&x);
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_OS_ERRNO, &os_errno);
		x->done(x->owner, code, status, os_errno);
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
	struct lib_transport *transport;
	curl_socket_t fd;
	struct os_watch *watch;
};

static void on_socket(void *arg, uint32_t ready, struct mono now)
{
	const struct watched *w = arg;
	int what =
		(ready & OS_READ ? CURL_CSELECT_IN : 0) | (ready & OS_WRITE ? CURL_CSELECT_OUT : 0);
	act(w->transport, w->fd, what);
}

static void on_timer(void *arg, struct mono now)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* Not told by curl: to say so in the callback would end every transfer. */
static void on_broken(void *arg, struct mono now)
{
	struct lib_transport *t = arg;
	LIST_EACH(node, tmp, &t->transfers)
	{
		struct lib_transfer *x = LIST_ENTRY(node, struct lib_transfer, node);
		if (!x->broken)
			continue;
		os_timer_set(t->broken, now); /* there may be more */
		x->done(x->owner, CURLE_OUT_OF_MEMORY, 0, 0);
		return;
	}
}

static void break_off(struct lib_transport *t, CURL *easy)
{
	struct lib_transfer *x = NULL;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&x);
	if (!x)
		return;
	x->broken = true;
	os_timer_set(t->broken, os_mono());
}

static void forget(struct lib_transport *t, struct watched *w)
{
	os_watch_free(w->watch);
	env_free(t->ctx->env, w);
}

static struct watched *watched_new(struct lib_transport *t, curl_socket_t fd, uint32_t events)
{
	struct watched *w = env_zalloc(t->ctx->env, 1, sizeof(*w));
	if (!w)
		return NULL;
	w->transport = t;
	w->fd = fd;
	if (os_watch_new(&w->watch, t->ctx->loop, fd, events, on_socket, w) != OK) {
		env_free(t->ctx->env, w);
		return NULL;
	}
	return w;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct lib_transport *t = arg;
	struct watched *w = socket_arg;
	uint32_t events =
		(what & CURL_POLL_IN ? OS_READ : 0) | (what & CURL_POLL_OUT ? OS_WRITE : 0);
	if (what == CURL_POLL_REMOVE) {
		if (w)
			forget(t, w);
		(void)curl_multi_assign(t->multi, fd, NULL);
		return 0;
	}
	if (w) {
		os_watch_set(w->watch, events);
		return 0;
	}
	w = watched_new(t, fd, events);
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

enum err lib_transport_init(struct lib_transport *t, struct hst_ctx *c)
{
	t->ctx = c;
	list_init(&t->transfers);
	enum err e = os_timer_new(&t->timer, c->loop, on_timer, t);
	if (!e)
		e = os_timer_new(&t->broken, c->loop, on_broken, t);
	if (e)
		return e;
	t->multi = curl_multi_init();
	if (!t->multi)
		return ERR_NOMEM;
	(void)curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	(void)curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	(void)curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	lib_transport_streams(t, 0);
	return OK;
}

void lib_transport_fini(struct lib_transport *t)
{
	if (t->multi)
		(void)curl_multi_cleanup(t->multi);
	os_timer_free(t->timer);
	os_timer_free(t->broken);
}

void lib_transport_streams(struct lib_transport *t, size_t n)
{
	(void)curl_multi_setopt(t->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
				(long)(n + LIB_CALLS_AT_ONCE));
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	const struct lib_transfer *x = arg;
	return x->data(x->owner, p, size * n) == OK ? size * n : 0;
}

/* Sets what every transfer has. CURLE_OK, or the first failure. */
static CURLcode set_common(CURL *e, struct lib_transfer *x, const struct lib_request *r)
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
	SET(CURLOPT_UNIX_SOCKET_PATH, r->socket);
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

enum err lib_transfer_new(struct lib_transfer **out, struct lib_transport *t,
			  const struct lib_request *r)
{
	struct lib_transfer *x = env_zalloc(t->ctx->env, 1, sizeof(*x));
	if (!x)
		return ERR_NOMEM;
	x->transport = t;
	x->data = r->data;
	x->done = r->done;
	x->owner = r->owner;
	x->headers = curl_slist_append(NULL, "Content-Type: application/json");
	CURL *easy = curl_easy_init();
	if (easy && x->headers && set_common(easy, x, r) == CURLE_OK &&
	    curl_multi_add_handle(t->multi, easy) == CURLM_OK) {
		x->easy = easy;
		list_push_back(&t->transfers, &x->node);
		*out = x;
		return OK;
	}
	curl_easy_cleanup(easy);
	curl_slist_free_all(x->headers);
	env_free(t->ctx->env, x);
	return ERR_NOMEM;
}

void lib_transfer_free(struct lib_transfer *x)
{
	if (!x)
		return;
	list_take(&x->node);
	(void)curl_multi_remove_handle(x->transport->multi, x->easy);
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	env_free(x->transport->ctx->env, x);
}
