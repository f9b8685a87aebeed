/* The end of a turn: hand what was put to the writer, take in what it did, let
 * go what waited for that, and see when the node wants to be woken. ENGINE-4
 * to ENGINE-14. */
#include "engine/engine_int.h"

static void count_of(struct text *t, size_t n, const char *one, const char *many)
{
	text_u64(t, n);
	text_char(t, ' ');
	text_str(t, n == 1 ? one : many);
}

/* What became of it, in one sentence for people. */
static void say_failed(struct engine *e, const struct keep_report *r, size_t links, size_t events)
{
	char buffer[700];
	struct text t = TEXT_OF(buffer);

	text_str(&t, "changes could not be written to ");
	text_str(&t, e->info.store_path[0] ? e->info.store_path : "memory");
	text_str(&t, " and are undone: ");
	text_str(&t, r->text[0] ? r->text : err_text(r->why));
	if (links) {
		text_str(&t, "; reset ");
		count_of(&t, links, "connection that waited for them",
			 "connections that waited for them");
	}
	if (events) {
		text_str(&t, "; left out ");
		count_of(&t, events, "event", "events");
	}
	text_str(&t, "; the next change tries again");
	engine_say(e, NODE_ERROR, "store", &t);
}

static size_t end_doomed(struct engine *e, enum err why, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_DOWN, .err = why };
	size_t n = 0;

	for (; engine_outbox_take_doomed(&e->outbox, &in.link); n++) {
		net_reset(e->net, in.link);
		(void)!engine_feed(e, &in, now);
	}
	return n;
}

/* ENGINE-12: the rows are undone already; what waited for them is dropped before the
 * node hears of it, so that nothing it then says is held back with them. */
static void take_failure(struct engine *e, const struct keep_report *r, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_STORE_FAILED, .number = r->number, .err = r->why };
	size_t events = engine_outbox_fail(&e->outbox, r->number), links;

	e->info.commit_failures++;
	engine_calls_fail(e, r->number, r->why);
	(void)!engine_feed(e, &in, now);
	links = end_doomed(e, ERR_IO, now);
	say_failed(e, r, links, events);
}

static void take_reports(struct engine *e, struct mono now)
{
	struct keep_report r;

	while (e->keep.ops->progress(e->keep.ctx, &r)) {
		e->info.store_health = r.why;
		if (r.why) {
			take_failure(e, &r, now);
		} else {
			e->info.commits++;
			engine_outbox_release(&e->outbox, r.number);
		}
	}
}

static void say_lost_events(struct engine *e)
{
	char buffer[100];
	struct text t = TEXT_OF(buffer);
	uint64_t n = engine_outbox_events_lost(&e->outbox);

	if (!n)
		return;
	count_of(&t, n, "event was", "events were");
	text_str(&t, " lost: too many waited, or memory is short");
	engine_say(e, NODE_WARNING, "node", &t);
}

static void say_recording_ended(struct engine *e)
{
	char buffer[200];
	struct text t = TEXT_OF(buffer);
	enum err why = engine_recorder_health(e->recorder);

	if (!why || e->recorder_told)
		return;
	e->recorder_told = true;
	text_str(&t, "the recording ends here: ");
	text_str(&t, err_text(why));
	engine_say(e, NODE_ERROR, "node", &t);
}

/* ENGINE-39 */
#define WAITING_MAX   ((size_t)64 * 1024 * 1024)
#define WAITING_AGAIN (WAITING_MAX / 2)

static bool is_behind(const struct engine *e)
{
	size_t waiting = e->keep.ops->waiting(e->keep.ctx);
	size_t events = engine_outbox_events(&e->outbox);

	if (e->disk_behind)
		return waiting > WAITING_AGAIN || events > OUTBOX_EVENTS_MANY / 2;
	return waiting > WAITING_MAX || events > OUTBOX_EVENTS_MANY;
}

static void wait_for_disk(struct engine *e)
{
	e->disk_behind = is_behind(e);
	net_hold(e->net, e->disk_behind);
}

void engine_turn_end(void *arg, struct mono now)
{
	struct engine *e = arg;
	struct node_in tick = { .kind = NODE_IN_TICK };

	engine_drain_turn(e, now);
	/* What was left for later, and a deadline that passed meanwhile. */
	if (e->later_n || mono_reached(node_deadline(e->node), now))
		(void)!engine_feed(e, &tick, now);
	engine_read_on(e);
	e->keep.ops->flush(e->keep.ctx);
	take_reports(e, now);
	(void)end_doomed(e, ERR_FULL, now);
	engine_outbox_release(&e->outbox, e->outbox.committed);
	wait_for_disk(e);
	engine_calls_tell(e);
	say_lost_events(e);
	say_recording_ended(e);
	os_timer_set(e->tick, node_deadline(e->node));
}
