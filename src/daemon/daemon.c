#include "daemon/daemon_int.h"

#include "base/number.h"
#include "daemon/process.h"
#include "daemon/start.h"
#include "daemon/status.h"
#include "os/clock.h"
#include "os/dirs.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WHY_MAX CONF_WHY_MAX
/* How often the service manager hears of a change at most. */
#define STATUS_EVERY MONO_SEC

/* The one timer goes to whoever is due first. */
static void set_timer(struct daemon *d)
{
	if (d->timer)
		os_timer_set(d->timer, mono_min(log_deadline(d->log), d->status_due));
}

void daemon_tell_status(struct daemon *d)
{
	char buffer[sizeof(d->status)];
	struct text t = TEXT_OF(buffer);
	d->status_due = MONO_NEVER;
	status_line(&t, d->engine);
	if (strcmp(buffer, d->status) == 0)
		return;
	memcpy(d->status, buffer, sizeof(buffer));
	notify_status(&d->notify, d->status);
}

static void on_timer(void *arg, struct mono now)
{
	struct daemon *d = arg;
	log_tick(d->log, os_wall(), now);
	if (mono_reached(d->status_due, now))
		daemon_tell_status(d);
	set_timer(d);
}

static void on_event(void *arg, const struct node_event *e, struct wall wall)
{
	struct daemon *d = arg;
	struct mono now = os_mono();
	if (d->ops)
		ops_event(d->ops, e, wall);
	log_event(d->log, e, wall, now);
	if (mono_is_never(d->status_due))
		d->status_due = mono_add(now, STATUS_EVERY);
	set_timer(d);
}

static void on_data(void *arg, uint32_t graph, uint64_t conn, const struct graph_guid *type,
		    struct span bytes)
{
	struct daemon *d = arg;
	if (d->ops)
		ops_data(d->ops, graph, conn, type, bytes);
}

static void on_message(void *arg, enum node_level level, const char *part, const char *text)
{
	struct daemon *d = arg;
	struct wall wall = os_wall();
	if (d->ops)
		ops_message(d->ops, level, part, text, wall);
	log_message(d->log, level, part, text, wall, os_mono());
	set_timer(d);
}

void daemon_say(struct daemon *d, enum node_level level, const char *text)
{
	on_message(d, level, "daemon", text);
}

/* A second signal: whoever sends it does not want to wait. All that was told
 * is on disk, so nothing is lost but the goodbyes. */
static void stop_at_once(struct daemon *d)
{
	daemon_say(d, NODE_WARNING, "stopped at once, on a second signal");
	log_flush(d->log, os_wall());
	unlink(d->socket_path);
	_exit(START_FAILED);
}

static void on_stop(void *arg, int signal)
{
	struct daemon *d = arg;
	if (d->stopping)
		stop_at_once(d);
	d->stopping = true;
	event_base_loopbreak(d->base);
}

static void on_hangup(void *arg, int signal)
{
	daemon_reload_again(arg);
}

static enum err host_log_set(void *arg, const char *part, enum node_level level)
{
	struct daemon *d = arg;
	char buffer[128];
	struct text t = TEXT_OF(buffer);
	enum err e = log_set(d->log, part, level);
	if (e)
		return e;
	text_str(&t, "log level of ");
	text_str(&t, part ? part : "every part");
	text_str(&t, " is now ");
	text_str(&t, node_level_text(level));
	daemon_say(d, NODE_NOTICE, buffer);
	return OK;
}

static enum node_level host_log_get(void *arg, const char *part)
{
	struct daemon *d = arg;
	return log_get(d->log, part);
}

/* The steps of a start. Each says in `why` what failed and what to do. */

static enum err find_places(struct daemon *d, struct text *why)
{
	struct text state = TEXT_OF(d->state_path), socket = TEXT_OF(d->socket_path);
	enum err e = daemon_find_config(d, why);
	if (!e)
		e = os_dirs_state(d->options->state, &state, why);
	if (!e)
		e = os_dirs_make(d->state_path, why);
	return e ? e : os_dirs_socket(d->options->socket, &socket, why);
}

static enum err start_log(struct daemon *d, struct text *why)
{
	bool journal = log_is_journal(STDERR_FILENO, getenv("JOURNAL_STREAM"));
	return log_new(&d->log, os_env(), STDERR_FILENO, journal, &d->conf.log);
}

static enum err start_notify(struct daemon *d, struct text *why)
{
	if (notify_init(&d->notify, getenv("NOTIFY_SOCKET")) != OK)
		daemon_say(d, NODE_WARNING,
			   "$NOTIFY_SOCKET names no socket that takes messages: "
			   "the service manager will not hear of this start");
	return OK;
}

static enum err start_loop(struct daemon *d, struct text *why)
{
	enum err e = os_loop_new(&d->loop, os_env());
	if (!e)
		e = os_timer_new(&d->timer, d->loop, on_timer, d);
	if (!e)
		e = os_signal_watch(d->loop, SIGTERM, on_stop, d);
	if (!e)
		e = os_signal_watch(d->loop, SIGINT, on_stop, d);
	return e ? e : os_signal_watch(d->loop, SIGHUP, on_hangup, d);
}

/* As it is given; anything but a number is -2, which no descriptor is. */
static int passphrase_fd(const char *s)
{
	uint64_t n;
	if (!s)
		return -1;
	return number_u64(span_str(s), INT_MAX, &n) == OK ? (int)n : -2;
}

static void say_vault(struct daemon *d)
{
	char buffer[sizeof(d->vault.why) + sizeof(d->vault.hint) + 80];
	struct text t = TEXT_OF(buffer);
	if (d->vault.key)
		return;
	text_str(&t, "identities and groups are locked: ");
	text_str(&t, d->vault.why);
	text_str(&t, d->vault.hint[0] ? "; try: " : "");
	text_str(&t, d->vault.hint);
	daemon_say(d, NODE_ERROR, buffer);
}

static enum err start_vault(struct daemon *d, struct text *why)
{
	const struct vault_options o = { .state = d->state_path,
					 .credentials = getenv("CREDENTIALS_DIRECTORY"),
					 .passphrase_file = d->conf.keys.passphrase_file,
					 .passphrase_fd =
						 passphrase_fd(d->options->passphrase_fd) };
	if (o.passphrase_fd == -2) {
		text_str(why, "--passphrase-fd takes the number of a file descriptor");
		return ERR_CONFIG;
	}
	if (!d->conf.node.group.enabled)
		return OK;
	enum err e = vault_open(&d->vault, &o, os_env());
	if (e)
		return e;
	say_vault(d);
	d->conf.node.vault = d->vault.key;
	return OK;
}

static void host_keys(void *arg, struct ops_host_keys *out)
{
	const struct daemon *d = arg;
	ops_host_keys_of(&d->vault, out);
}

static enum err start_engine(struct daemon *d, struct text *why)
{
	const struct engine_options opt = { .config = &d->conf.node,
					    .state_dir = d->state_path,
					    .record_path = d->options->record,
					    .job_threads = d->conf.daemon.job_threads };
	const struct engine_events events = {
		.event = on_event, .message = on_message, .data = on_data, .arg = d
	};
	return engine_new(&d->engine, d->loop, &opt, &events, why);
}

static enum err start_ops(struct daemon *d, struct text *why)
{
	const struct ops_host host = { .log_set = host_log_set,
				       .log_get = host_log_get,
				       .reload = daemon_reload,
				       .check = daemon_check,
				       .keys = host_keys,
				       .arg = d,
				       .log_parts = log_part_names,
				       .config_path = d->config_path,
				       .socket_path = d->socket_path };
	return ops_new(&d->ops, d->engine, &host);
}

static enum err start_ctl(struct daemon *d, struct text *why)
{
	d->base = event_base_new();
	if (!d->base)
		return ERR_NOMEM;
	enum err e = ctl_new(&d->ctl, d->base, d->ops, d->socket_path, why);
	return e ? e : ctl_carry_loop(d->ctl, d->loop);
}

static const struct {
	enum err (*start)(struct daemon *d, struct text *why);
	const char *what;
} steps[] = {
	{ start_log, "the log" },
	{ start_notify, "the service manager" },
	{ start_loop, "the event loop" },
	{ start_vault, "the vault of keys" },
	{ start_engine, "the node" },
	{ start_ops, "the API" },
	{ start_ctl, "the control socket" },
};

static enum err start_all(struct daemon *d, struct text *why)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		enum err e = steps[i].start(d, why);
		if (!e)
			continue;
		if (!why->n) {
			text_str(why, steps[i].what);
			text_str(why, " could not be started: ");
			text_str(why, err_text(e));
		}
		return e;
	}
	return OK;
}

static void say_started(struct daemon *d)
{
	char buffer[3 * PATH_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "homesteadd " HOMESTEAD_VERSION " runs with ");
	text_str(&t, d->config_path[0] ? d->config_path : "its default configuration");
	text_str(&t, ", state in ");
	text_str(&t, d->state_path);
	text_str(&t, ", commands at ");
	text_str(&t, d->socket_path);
	daemon_say(d, NODE_NOTICE, buffer);
}

static enum err serve(struct daemon *d, struct text *why)
{
	d->status_due = MONO_NEVER;
	daemon_tell_status(d);
	say_started(d);
	notify_ready(&d->notify, d->status);
	if (event_base_dispatch(d->base) >= 0)
		return OK;
	text_str(why, "the event loop failed");
	return ERR_IO;
}

/* Whoever follows the events sees the end, too. */
static void hand_out_events(struct daemon *d)
{
	for (int turn = 0; turn < 4; turn++)
		event_base_loop(d->base, EVLOOP_NONBLOCK);
}

static enum err stop(struct daemon *d, struct text *why)
{
	daemon_say(d, NODE_NOTICE, "stopping");
	notify_stopping(&d->notify, "telling peers and writing the store");
	enum err e = engine_stop(d->engine, (int)(d->conf.daemon.stop_limit / MONO_MS));
	if (e)
		text_str(why, "stopped before all peers were told or all was written: the time "
			      "set by stop_limit was over");
	hand_out_events(d);
	return e;
}

static enum err live(struct daemon *d, struct text *why)
{
	enum err e = start_all(d, why);
	if (!e)
		e = serve(d, why);
	return e ? e : stop(d, why);
}

static void daemon_fini(struct daemon *d)
{
	daemon_reload_stop(d);
	ctl_free(d->ctl);
	engine_free(d->engine);
	ops_free(d->ops);
	if (d->base)
		event_base_free(d->base);
	os_timer_free(d->timer);
	os_loop_free(d->loop);
	notify_fini(&d->notify);
	if (d->log)
		log_flush(d->log, os_wall());
	log_free(d->log);
	vault_fini(&d->vault);
}

static int fail(const char *why)
{
	fprintf(stderr, "homesteadd: %s\n", why);
	return START_FAILED;
}

int daemon_run(const struct options *o)
{
	struct daemon d = { .options = o, .notify = { -1 }, .status_due = MONO_NEVER };
	char buffer[WHY_MAX];
	struct text why = TEXT_OF(buffer);
	enum err e = process_settle();
	if (!e)
		e = find_places(&d, &why);
	if (!e)
		e = start_configure(&d.conf, d.config_path, o, os_env(), &why);
	if (e)
		return fail(why.n ? buffer : err_text(e));
	e = live(&d, &why);
	if (e && d.log)
		log_message(d.log, NODE_ERROR, "daemon", buffer, os_wall(), os_mono());
	else if (e)
		fail(buffer);
	daemon_fini(&d);
	conf_fini(&d.conf);
	return e ? START_FAILED : START_OK;
}
