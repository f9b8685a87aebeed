/* All identities and groups of a machine: life, time, commands, looks inside (GROUP-10). */
#include "group/groups_int.h"

int64_t groups_now(const struct groups *s)
{
	return s->wall.us + mono_since(s->now, s->wall_at);
}

bool groups_profile_allowed(const struct groups *s, enum crypto_profile_id id, struct text *why)
{
	if (!group_profile(id)) {
		text_str(why, "this build has no classic profile");
		return false;
	}
	if (id == CRYPTO_CLASSIC && !s->cfg.classic) {
		text_str(why, "groups of the published cryptography are switched off: it is "
			      "broken; see classic of group in the configuration");
		return false;
	}
	return true;
}

/* ---- life ---- */

static enum err take_vault(struct groups *s, const uint8_t *vault)
{
	s->health = vault ? OK : ERR_STATE;
	if (!vault)
		return OK;
	s->vault = crypto_secret_new(CRYPTO_SEAL_KEY);
	if (!s->vault)
		return ERR_NOMEM;
	memcpy(s->vault, vault, CRYPTO_SEAL_KEY);
	return OK;
}

/* One that cannot be woken stays as it is kept. */
static enum err wake_all(struct groups *s)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		char room[200];
		struct text why = TEXT_OF(room);
		e->again = MONO_NEVER;
		if (!e->group && groups_entry_wake(s, e, &why) == ERR_NOMEM)
			return ERR_NOMEM;
	}
	return OK;
}

static struct groups *blank(const struct groups_birth *b, struct mono now, struct wall wall)
{
	struct groups *s = env_zalloc(b->env, 1, sizeof(*s));
	if (!s)
		return NULL;
	s->cfg = *b->config;
	s->graphs = b->graphs;
	s->crypto = b->crypto;
	s->env = b->env;
	s->store = b->store;
	s->wall = wall;
	s->wall_at = s->now = now;
	s->next_person = s->next_entry = 1;
	s->next_call = 1;
	s->next_job = GROUPS_CALLS;
	list_init(&s->persons);
	list_init(&s->entries);
	list_init(&s->dead);
	list_init(&s->withdrawn);
	list_init(&s->searches);
	list_init(&s->calls);
	list_init(&s->outs);
	list_init(&s->joinings);
	return s;
}

/* What graphs have not opened by themselves. */
static void open_all(struct groups *s)
{
	LIST_EACH(n, tmp, &s->entries)
	LIST_ENTRY(n, struct groups_entry, all)->again = s->now;
	groups_open_again(s);
}

enum err groups_new(struct groups **out, const struct groups_birth *b, struct mono now,
		    struct wall wall)
{
	struct groups *s = blank(b, now, wall);
	if (!s)
		return ERR_NOMEM;
	enum err e = take_vault(s, b->vault);
	if (!e)
		e = groups_rows_read(s);
	if (!e)
		e = wake_all(s);
	if (e) {
		groups_free(s);
		return e;
	}
	const struct graphs_guard guard = { s, groups_guard_provider };
	graphs_guard(s->graphs, &guard);
	open_all(s);
	*out = s;
	return OK;
}

static void free_calls(struct groups *s, struct list *all)
{
	LIST_EACH(n, tmp, all)
	groups_call_free(s, LIST_ENTRY(n, struct groups_call, all));
}

static void free_entries(struct groups *s, struct list *all)
{
	LIST_EACH(n, tmp, all)
	groups_entry_free(s, LIST_ENTRY(n, struct groups_entry, all));
}

void groups_free(struct groups *s)
{
	if (!s)
		return;
	s->graphs = NULL; /* they went before */
	free_calls(s, &s->calls);
	free_calls(s, &s->outs);
	groups_call_free(s, s->last);
	groups_joinings_free(s);
	free_entries(s, &s->entries);
	free_entries(s, &s->dead);
	groups_searches_free(s);
	groups_names_free(s);
	LIST_EACH(n, tmp, &s->persons)
	groups_person_free(s, LIST_ENTRY(n, struct groups_person, all));
	crypto_secret_free(s->vault);
	env_free(s->env, s);
}

enum err groups_reconfigure(struct groups *s, const struct group_part_config *c, struct mono now)
{
	s->now = now;
	s->cfg = *c;
	return OK;
}

/* ---- time ---- */

static void rows_again(struct groups *s)
{
	if (s->persons_stale)
		groups_persons_again(s);
	if (s->entries_stale)
		groups_entries_again(s);
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (e->unsaved)
			(void)!groups_entry_put(s, e);
	}
}

void groups_tick(struct groups *s, struct mono now)
{
	s->now = now;
	rows_again(s);
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (e->group && mono_reached(group_deadline(e->group), now))
			group_tick(e->group, now);
		s->names_stale |= mono_reached(groups_names_deadline(s, e), now);
		groups_seek_tick(s, e);
	}
	groups_searches_tick(s);
	groups_joinings_tick(s);
	groups_open_again(s);
	groups_removing_tick(s);
}

void groups_clock(struct groups *s, struct mono now)
{
	s->now = now;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (e->group)
			group_clock(e->group, now);
	}
}

void groups_wall(struct groups *s, struct wall wall, struct mono now)
{
	s->now = s->wall_at = now;
	s->wall = wall;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (e->group)
			group_wall(e->group, wall, now);
	}
}

struct mono groups_deadline(const struct groups *s)
{
	struct mono at = mono_min(groups_searches_deadline(s), groups_joinings_deadline(s));
	if (groups_removing_any(s))
		at = mono_min(at, s->now);
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		at = mono_min(mono_min(at, e->again), e->sought.next);
		at = mono_min(at, groups_names_deadline(s, e));
		if (e->group)
			at = mono_min(at, group_deadline(e->group));
	}
	return at;
}

/* GROUP-10.2: one whose first row is undone was never there. Its graph went before; where it
 * did not, it may still ask. */
static void undo(struct groups *s, struct groups_entry *e, uint64_t first, enum err why)
{
	if (e->saved >= first) {
		e->unsaved = true;
		e->saved = first - 1;
	}
	if (!e->born || e->born < first)
		return;
	groups_calls_end(s, e, why);
	if (!graphs_instance(s->graphs, span_str(e->id), span_str(e->self))) {
		groups_entry_free(s, e);
		return;
	}
	groups_seek_end(s, e);
	groups_names_end(s, e);
	list_take(&e->all);
	list_push_back(&s->dead, &e->all);
	s->turn = NULL;
}

void groups_store_failed(struct groups *s, uint64_t first, enum err why, struct mono now)
{
	s->now = now;
	if (s->put >= first)
		s->put = first - 1;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		e->ready = false;
		if (e->group) {
			group_epochs_lost(e->group);
			group_removals_lost(e->group, first, now);
			group_invites_lost(e->group, first, now);
		}
		undo(s, e, first, why);
	}
	groups_persons_again(s);
	groups_entries_again(s);
	(void)!wake_all(s);
}

void groups_job_done(struct groups *s, uint64_t job, enum err err, struct span result,
		     struct mono now)
{
	struct groups_call *call = groups_call_waiting(s, GROUPS_WAIT_JOB, job);
	s->now = now;
	if (call && call->inviting)
		groups_prs_done(s, call, err, result);
	else if (call && call->joining)
		groups_joining_prs(s, call, err, result);
	else if (call)
		groups_carried(s, call, err, result);
}

/* Its rows stay as they are: what was open is open when it comes back. */
void groups_stop(struct groups *s, struct mono now)
{
	s->now = now;
	s->stopping = true;
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *c = LIST_ENTRY(n, struct groups_call, all);
		if (c->waits == GROUPS_WAIT_JOB || c->waits == GROUPS_WAIT_EPOCH)
			groups_answer(s, c, ERR_STOPPING, NULL);
	}
	s->names_stale = true;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		groups_seek_end(s, e);
		groups_entry_shut(s, e);
	}
}

bool groups_busy(const struct groups *s)
{
	return !list_empty(&s->calls) || !list_empty(&s->outs) || groups_joinings_left(s);
}

/* ---- commands ---- */

typedef void command(struct groups *s, const struct groups_command *c, struct groups_call *call);

enum err groups_command(struct groups *s, const struct groups_command *c, uint64_t number,
			struct mono now)
{
	static command *const commands[] = {
		[GROUPS_ID_CREATE] = groups_id_create,
		[GROUPS_ID_SET] = groups_id_set,
		[GROUPS_ID_DELETE] = groups_id_delete,
		[GROUPS_ID_EXPORT] = groups_id_export,
		[GROUPS_ID_IMPORT] = groups_id_import,
		[GROUPS_CREATE] = groups_create,
		[GROUPS_JOIN] = groups_join,
		[GROUPS_OPEN] = groups_open,
		[GROUPS_CLOSE] = groups_close,
		[GROUPS_LEAVE] = groups_leave,
		[GROUPS_CONNECT] = groups_connect,
		[GROUPS_SET] = groups_set,
		[GROUPS_EXPORT] = groups_export,
		[GROUPS_OWNER] = groups_owner,
		[GROUPS_IMPORT] = groups_import,
		[GROUPS_GRANT] = groups_grant,
		[GROUPS_INVITE] = groups_invite,
		[GROUPS_INVITE_REVOKE] = groups_invite_revoke,
		[GROUPS_PASSWORD] = groups_password,
		[GROUPS_ROTATE] = groups_rotate,
		[GROUPS_REMOVE] = groups_remove,
		[GROUPS_RETURN] = groups_grant,
		[GROUPS_CANCEL] = groups_cancel,
	};
	s->now = now;
	struct groups_call *call = groups_call_new(s, c->kind, number);
	if (!call)
		return ERR_NOMEM;
	commands[c->kind](s, c, call);
	return OK;
}

/* ---- looks inside ---- */

static void person_info(const struct groups *s, const struct groups_person *p,
			struct groups_identity *out)
{
	*out = (struct groups_identity){
		.name = p->name,
		.label = p->label,
		.is_default = p->number == s->standard,
		.usable = p->key != NULL,
		.profile = p->profile,
		.certificate = groups_span(&p->certificate),
		.made = p->made,
	};
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		out->groups += !e->leaving && span_eq(span_str(e->self), span_str(p->name));
	}
}

bool groups_identity_next(const struct groups *s, size_t *at, struct groups_identity *out)
{
	size_t i = 0;
	LIST_EACH(n, tmp, &s->persons)
	{
		if (i++ < *at)
			continue;
		++*at;
		person_info(s, LIST_ENTRY(n, struct groups_person, all), out);
		return true;
	}
	return false;
}

static struct groups_info entry_info(const struct groups_entry *e)
{
	return (struct groups_info){
		.id = e->id,
		.self = e->self,
		.group = e->open ? e->group : NULL,
		.open = e->open,
		.owner = e->owner,
		.owner_kept = e->owner_kept,
		.friendly = e->friendly,
	};
}

bool groups_next(const struct groups *s, size_t *at, struct groups_info *out)
{
	size_t i = 0;
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (e->leaving || i++ < *at)
			continue;
		++*at;
		*out = entry_info(e);
		return true;
	}
	return false;
}

enum err groups_find(const struct groups *s, struct span group, struct groups_info *out)
{
	struct groups_entry *e;
	enum err err = groups_entry_find(s, group, span_of(NULL, 0), &e);
	if (!err)
		*out = entry_info(e);
	return err;
}

enum err groups_find_identity(const struct groups *s, struct span identity,
			      struct groups_identity *out)
{
	struct groups_person *p;
	enum err e = groups_person_find(s, identity, &p);
	if (!e)
		person_info(s, p, out);
	return e;
}

enum err groups_health(const struct groups *s)
{
	return s->health;
}
