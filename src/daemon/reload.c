#include "daemon/daemon_int.h"

#include "daemon/start.h"
#include "daemon/trial.h"
#include "os/clock.h"
#include "os/dirs.h"

/* A check takes milliseconds; the node stands still meanwhile, and the
 * shortest hold time is 3 s. */
#define TRIAL_LIMIT_MS 1500

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

enum err daemon_check(void *arg, struct text *why)
{
	struct daemon *d = arg;
	/* There may be one now where there was none. */
	enum err e = daemon_find_config(d, why);
	if (e || !d->config_path[0])
		return e;
	return trial_check(TRIAL_SELF, d->config_path, TRIAL_LIMIT_MS, why);
}

static void take(struct daemon *d, struct conf *new)
{
	bool threads = new->daemon.job_threads != d->conf.daemon.job_threads;
	log_configure(d->log, &new->log);
	conf_fini(&d->conf);
	d->conf = *new;
	if (threads)
		daemon_say(d, NODE_WARNING,
			   "job_threads has changed and is read at start only; "
			   "restart the daemon to have it");
}

static enum err reload(struct daemon *d, struct text *why)
{
	struct conf new;
	enum err e = daemon_check(d, why);
	if (!e)
		e = start_configure(&new, d->config_path, d->options, os_env(), why);
	if (e)
		return e;
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

enum err daemon_reload(void *arg, struct text *why)
{
	struct daemon *d = arg;
	char buffer[CONF_WHY_MAX];
	struct text reason = TEXT_OF(buffer);
	notify_reloading(&d->notify, os_mono());
	enum err e = reload(d, &reason);
	if (e && !reason.n)
		text_str(&reason, err_text(e));
	if (e) {
		text_str(why, buffer);
		say_refused(d, buffer);
	} else {
		say_taken(d);
	}
	notify_ready(&d->notify, d->status);
	return e;
}
