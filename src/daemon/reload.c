#include "daemon/daemon_int.h"

#include "daemon/start.h"
#include "daemon/trial.h"
#include "os/clock.h"
#include "os/dirs.h"

#define TRIAL_LIMIT (10 * MONO_SEC)

enum err daemon_find_config(struct daemon *d, struct text *why)
{
	struct text path = TEXT_OF(d->config_path);
	enum err e = os_dirs_config(d->options->config, &path);
	if (e == ERR_NOT_FOUND) {
		text_clear(&path);
		return OK;
	}
	if (e)
		text_str(why, "the path of the configuration is too long; try: --config FILE");
	return e;
}

static void take(struct daemon *d, struct conf *new)
{
	bool threads = new->daemon.job_threads != d->conf.daemon.job_threads;
	log_configure(d->log, &new->log);
	conf_fini(&d->conf);
	d->conf = *new;
	if (threads)
		daemon_say(d, NODE_WARNING,
			   "job_threads has changed and is read at start only; restart the daemon "
			   "to have it");
}

/* It was good a moment ago, for another process of ours. */
static enum err take_over(struct daemon *d, struct text *why)
{
	struct conf new;
	enum err e = start_configure(&new, d->config_path, d->options, os_env(), why);
	if (e)
		return e;
	new.node.vault = d->vault.key;
	e = engine_reconfigure(d->engine, &new.node, why);
	if (e)
		conf_fini(&new);
	else
		take(d, &new);
	return e;
}

/* A line of the log for each line of the reason. */
static void say_refused(struct daemon *d, char *reason)
{
	for (char *line = strsep(&reason, "\n"); line; line = strsep(&reason, "\n"))
		daemon_say(d, NODE_ERROR, line);
	daemon_say(d, NODE_ERROR, "the configuration was not taken over; nothing is changed");
}

static void say_taken(struct daemon *d)
{
	char buffer[PATH_MAX + 32];
	struct text t = TEXT_OF(buffer);
	text_str(&t, d->config_path[0] ? d->config_path : "the default configuration");
	text_str(&t, " is in force");
	daemon_say(d, NODE_NOTICE, buffer);
}

static void begin(struct daemon *d, struct reload r);

/* Who asked hears it; so do the log, the events and the service manager. */
static void finish(struct daemon *d, enum err e, char *why)
{
	struct reload r = d->reload;
	d->reload = (struct reload){ .under_way = false };
	trial_free(r.trial);
	if (r.done)
		r.done(r.arg, e, why);
	if (r.take) {
		if (e)
			say_refused(d, why);
		else
			say_taken(d);
		notify_ready(&d->notify, d->status);
	}
	if (r.again)
		begin(d, (struct reload){ .take = true });
}

static void tried(void *arg, enum err e, const char *said)
{
	struct daemon *d = arg;
	char buffer[CONF_WHY_MAX];
	struct text why = TEXT_OF(buffer);
	text_str(&why, said);
	if (!e && d->reload.take)
		e = take_over(d, &why);
	if (e && !why.n)
		text_str(&why, err_text(e));
	finish(d, e, buffer);
}

static void try_it(struct daemon *d)
{
	char buffer[256];
	struct text why = TEXT_OF(buffer);
	const struct trial_options opt = { TRIAL_SELF, d->config_path, TRIAL_LIMIT, tried, d };
	/* There may be one now where there was none, or none any more. */
	enum err e = daemon_find_config(d, &why);
	if (!e && d->config_path[0]) {
		e = trial_new(&d->reload.trial, os_env(), d->loop, &opt);
		if (!e)
			return;
		text_str(&why,
			 "the configuration could not be checked, no process could be started "
			 "for it: ");
		text_str(&why, err_text(e));
	}
	tried(d, e, buffer);
}

static void begin(struct daemon *d, struct reload r)
{
	r.under_way = true;
	d->reload = r;
	if (r.take)
		notify_reloading(&d->notify, os_mono());
	try_it(d);
}

static enum err ask(struct daemon *d, struct reload r)
{
	if (d->reload.under_way)
		r.done(r.arg, ERR_STATE, "a reload is under way; wait for its end");
	else
		begin(d, r);
	return OK;
}

enum err daemon_check(void *arg, ops_reload_fn *done, void *done_arg)
{
	return ask(arg, (struct reload){ .done = done, .arg = done_arg });
}

enum err daemon_reload(void *arg, ops_reload_fn *done, void *done_arg)
{
	return ask(arg, (struct reload){ .take = true, .done = done, .arg = done_arg });
}

void daemon_reload_again(struct daemon *d)
{
	/* The file may have changed since it was looked at. */
	if (d->reload.under_way)
		d->reload.again = true;
	else
		begin(d, (struct reload){ .take = true });
}

void daemon_reload_stop(struct daemon *d)
{
	struct reload r = d->reload;
	d->reload = (struct reload){ .under_way = false };
	trial_free(r.trial);
	if (r.done)
		r.done(r.arg, ERR_STOPPING, "");
}
