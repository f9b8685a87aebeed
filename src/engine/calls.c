/* Commands and those who wait for what they lead to: findings in their order, then
 * the answer, each once what it depends on is durable. ENGINE-6, ENGINE-36. */
#include "engine/engine_int.h"

/* What a command found, or a step of it, copied. */
struct finding {
	struct list node;
	uint64_t after;
	char cloud[PNRP_CLOUD_NAME_MAX + 1];
	bool is_step;
	union {
		struct pnrp_result result;
		struct pnrp_hop step;
	};
	uint8_t payload[]; /* of the result */
};

static struct span key_of(const struct call *c)
{
	return span_of(&c->number, sizeof(c->number));
}

/* The one that is not answered yet; NULL when its caller is gone. Thousands may wait for
 * one commit: they are not walked. */
static struct call *find(const struct engine *e, uint64_t number)
{
	return map_get(&e->calls_open, span_of(&number, sizeof(number)));
}

static void close_call(struct engine *e, struct call *c)
{
	c->answered = true;
	(void)map_take(&e->calls_open, key_of(c));
}

/* Once nothing is to be told before its answer: by what that waits for, so that who tells
 * looks at the first alone, however many wait for a commit. */
static void complete(struct engine *e, struct call *c)
{
	struct list *at;

	list_take(&c->node);
	at = e->answered.prev;
	while (at != &e->answered && LIST_ENTRY(at, struct call, node)->after > c->after)
		at = at->prev;
	list_push_back(at->next, &c->node);
}

static void drop_finding(struct engine *e, struct call *c, struct finding *f)
{
	list_take(&f->node);
	c->n_findings--;
	e->n_findings--;
	env_free(e->env, f);
}

static void drop_findings(struct engine *e, struct call *c, uint64_t first)
{
	LIST_EACH(n, tmp, &c->findings)
	{
		struct finding *f = LIST_ENTRY(n, struct finding, node);
		if (f->after >= first)
			drop_finding(e, c, f);
	}
}

/* A document may hold what its passphrase alone protects. */
static void drop_words(struct engine *e, struct call *c)
{
	if (c->words)
		crypto_wipe(c->words, c->words_n);
	env_free(e->env, c->words);
	c->words = NULL;
	c->result.text = c->result.made = NULL;
	c->result.document = span_of(NULL, 0);
}

static void free_call(struct engine *e, struct call *c)
{
	if (!c->answered)
		close_call(e, c);
	list_take(&c->node);
	drop_findings(e, c, 0);
	drop_words(e, c);
	env_free(e->env, c);
}

enum err engine_ask(struct engine *e, const struct node_command *c, const struct engine_caller *who,
		    uint64_t *number)
{
	struct node_in in = { .kind = NODE_IN_COMMAND, .number = e->next_call + 1, .command = *c };
	struct call *call = env_zalloc(e->env, 1, sizeof(*call));
	enum err err;

	if (!call)
		return ERR_NOMEM;
	call->number = in.number;
	if (map_put(&e->calls_open, key_of(call), call)) {
		env_free(e->env, call);
		return ERR_NOMEM;
	}
	e->next_call = in.number;
	call->who = *who;
	list_init(&call->findings);
	list_push_back(&e->calls, &call->node);
	err = engine_feed(e, &in, os_mono());
	if (err)
		free_call(e, call);
	else
		*number = in.number;
	return err;
}

enum err engine_command(struct engine *e, const struct node_command *c, engine_done_fn *done,
			void *arg)
{
	const struct engine_caller who = { .done = done, .arg = arg };
	uint64_t number;

	return engine_ask(e, c, &who, &number);
}

static bool forget(struct engine *e, struct list *among, uint64_t number)
{
	LIST_EACH(n, tmp, among)
	{
		struct call *c = LIST_ENTRY(n, struct call, node);
		if (c->number != number)
			continue;
		free_call(e, c);
		return true;
	}
	return false;
}

void engine_forget(struct engine *e, uint64_t number)
{
	(void)(forget(e, &e->calls, number) || forget(e, &e->answered, number));
}

static size_t size_of(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

static const char *keep(uint8_t **at, const char *s)
{
	uint8_t *to = *at;
	if (!s)
		return NULL;
	*at += size_of(s);
	return memcpy(to, s, size_of(s));
}

/* What the answer points at goes with the next call on the node. */
static enum err copy_words(struct engine *e, struct call *c, const struct node_out *out)
{
	size_t n = size_of(out->text) + size_of(out->made) + out->bytes.n;
	uint8_t *at = n ? env_zalloc(e->env, 1, n) : NULL;
	if (!n)
		return OK;
	if (!at)
		return ERR_NOMEM;
	c->words = at;
	c->words_n = n;
	c->result.text = keep(&at, out->text);
	c->result.made = keep(&at, out->made);
	if (out->bytes.n)
		c->result.document = span_of(memcpy(at, out->bytes.p, out->bytes.n), out->bytes.n);
	return OK;
}

void engine_call_answer(struct engine *e, const struct node_out *out)
{
	struct call *c = find(e, out->number);

	if (!c)
		return;
	close_call(e, c);
	c->result = (struct engine_result){ .err = out->err,
					    .number = out->reply_number,
					    .why = out->why,
					    .elapsed = out->elapsed,
					    .id = out->id,
					    .version = out->version,
					    .conn = out->conn };
	if (!c->result.err)
		c->result.err = c->lost;
	/* An error without its words is still one; a document that is lost is an error. */
	enum err lost = copy_words(e, c, out);
	if (!c->result.err && out->bytes.n)
		c->result.err = lost;
	c->after = out->after;
	if (list_empty(&c->findings))
		complete(e, c);
}

static void copy_found(struct finding *f, const struct node_found *of)
{
	struct text cloud = TEXT_OF(f->cloud);

	text_str(&cloud, of->cloud);
	if (f->is_step) {
		f->step = *of->step;
		return;
	}
	f->result = *of->result;
	if (of->result->payload.n)
		memcpy(f->payload, of->result->payload.p, of->result->payload.n);
	f->result.payload = span_of(f->payload, of->result->payload.n);
}

void engine_call_finding(struct engine *e, const struct node_out *out)
{
	struct call *c = find(e, out->number);
	bool is_step = out->kind == NODE_OUT_STEP;
	struct finding *f;

	if (!c || !c->who.found)
		return;
	if (c->n_findings == FINDINGS_MAX) {
		c->lost = ERR_FULL;
		return;
	}
	f = env_zalloc(e->env, 1, sizeof(*f) + (is_step ? 0 : out->found.result->payload.n));
	if (!f) {
		c->lost = ERR_NOMEM;
		return;
	}
	f->after = out->after;
	f->is_step = is_step;
	copy_found(f, &out->found);
	list_push_back(&c->findings, &f->node);
	c->n_findings++;
	e->n_findings++;
}

/* Their answer is this error now, whatever it was. */
static void fail(struct engine *e, struct call *c, enum err why)
{
	if (!c->answered)
		close_call(e, c);
	drop_words(e, c);
	c->result = (struct engine_result){ .err = why };
	c->after = 0;
	if (list_empty(&c->findings))
		complete(e, c);
}

/* A caller of whose findings one is undone is told so at once: a hole among them
 * would not be seen. */
void engine_calls_fail(struct engine *e, uint64_t first, enum err why)
{
	LIST_EACH(n, tmp, &e->calls)
	{
		struct call *c = LIST_ENTRY(n, struct call, node);
		size_t before = c->n_findings;
		drop_findings(e, c, first);
		if (c->n_findings < before || (c->answered && c->after >= first))
			fail(e, c, why);
	}
	LIST_EACH(n, tmp, &e->answered)
	{
		struct call *c = LIST_ENTRY(n, struct call, node);
		if (c->after >= first)
			fail(e, c, why);
	}
}

static struct finding *first_finding(const struct call *c)
{
	return list_empty(&c->findings) ? NULL : LIST_ENTRY(c->findings.next, struct finding, node);
}

/* One with a finding that may be told. */
static struct call *next_with_finding(const struct engine *e)
{
	if (!e->n_findings)
		return NULL;
	LIST_EACH(n, tmp, &e->calls)
	{
		struct call *c = LIST_ENTRY(n, struct call, node);
		const struct finding *f = first_finding(c);
		if (f && f->after <= e->outbox.committed)
			return c;
	}
	return NULL;
}

static struct call *next_answered(const struct engine *e)
{
	struct call *c;

	if (list_empty(&e->answered))
		return NULL;
	c = LIST_ENTRY(e->answered.next, struct call, node);
	return c->after <= e->outbox.committed ? c : NULL;
}

/* Taken out before: the caller may forget the call meanwhile. */
static void tell_finding(struct engine *e, struct call *c, struct finding *f)
{
	struct node_found found = { .cloud = f->cloud };

	if (f->is_step)
		found.step = &f->step;
	else
		found.result = &f->result;
	list_take(&f->node);
	c->n_findings--;
	e->n_findings--;
	if (c->answered && list_empty(&c->findings))
		complete(e, c);
	c->who.found(c->who.arg, &found);
	env_free(e->env, f);
}

static void tell_answer(struct engine *e, struct call *c)
{
	if (!c->answered)
		close_call(e, c);
	list_take(&c->node);
	c->who.done(c->who.arg, &c->result);
	drop_words(e, c);
	env_free(e->env, c);
}

void engine_calls_tell(struct engine *e)
{
	struct call *c;

	for (;;) {
		c = next_with_finding(e);
		if (c) {
			tell_finding(e, c, first_finding(c));
			continue;
		}
		c = next_answered(e);
		if (!c)
			return;
		tell_answer(e, c);
	}
}

static void end_all(struct engine *e, struct list *among)
{
	while (!list_empty(among)) {
		struct call *c = LIST_ENTRY(among->next, struct call, node);
		drop_findings(e, c, 0);
		drop_words(e, c);
		c->result = (struct engine_result){ .err = ERR_STOPPING };
		tell_answer(e, c);
	}
}

void engine_calls_end(struct engine *e)
{
	end_all(e, &e->answered);
	end_all(e, &e->calls);
}
