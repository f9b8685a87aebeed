#include "daemon/start.h"

#include "os/clock.h"
#include "os/dirs.h"

#include <limits.h>

#define HELP_MAX 16384

static enum err set_option(struct conf *c, const char *key, const char *value, struct text *why)
{
	if (!value)
		return OK;
	size_t before = why->n;
	text_str(why, "--log-");
	enum err e = setting_set(log_settings, &c->log, span_str(key), span_str(value), why);
	if (e)
		return ERR_CONFIG;
	why->n = before;
	why->p[before] = '\0';
	return OK;
}

static enum err fill(struct conf *c, const char *path, const struct options *o, struct text *why)
{
	enum err e = path[0] ? conf_load(c, path, why) : OK;
	if (!e)
		e = set_option(c, "level", o->log_level, why);
	if (!e)
		e = set_option(c, "format", o->log_format, why);
	return e;
}

enum err start_configure(struct conf *c, const char *path, const struct options *o,
			 const struct env *env, struct text *why)
{
	conf_init(c, env);
	enum err e = fill(c, path, o, why);
	if (e == ERR_NOMEM)
		text_str(why, err_text(e));
	if (e)
		conf_fini(c);
	return e;
}

/* "" when there is no configuration to be found, which is fine. */
static int find_config(const struct options *o, char *path, size_t size, FILE *err)
{
	struct text t = text_of(path, size);
	enum err e = os_dirs_config(o->config, &t);
	if (e == ERR_NOT_FOUND)
		text_clear(&t);
	else if (e) {
		fprintf(err, "homesteadd: the path of the configuration is too long: %s\n", path);
		return START_FAILED;
	}
	return START_OK;
}

static int check(const char *path, const struct options *o, FILE *out, FILE *err)
{
	char buffer[CONF_WHY_MAX];
	struct text why = TEXT_OF(buffer);
	struct conf c;
	if (start_configure(&c, path, o, os_env(), &why) != OK) {
		fprintf(err, "%s\n", buffer);
		return START_FAILED;
	}
	if (o->action == OPTIONS_PRINT)
		conf_print(&c, out);
	else if (path[0])
		fprintf(out, "%s: good\n", path);
	else
		fprintf(out, "no configuration file: the defaults are good\n");
	conf_fini(&c);
	return START_OK;
}

static int act(const struct options *o, FILE *out, FILE *err)
{
	char path[PATH_MAX];
	int code = find_config(o, path, sizeof(path), err);
	return code ? code : check(path, o, out, err);
}

static int help(FILE *out)
{
	char buffer[HELP_MAX];
	struct text t = TEXT_OF(buffer);
	options_help(&t);
	fputs(buffer, out);
	return START_OK;
}

int start(int argc, char *const argv[], struct options *o, FILE *out, FILE *err)
{
	char buffer[512];
	struct text why = TEXT_OF(buffer);
	if (options_read(o, argc, argv, &why) != OK) {
		fprintf(err, "homesteadd: %s\ntry: homesteadd --help\n", buffer);
		return START_USAGE;
	}
	switch (o->action) {
	case OPTIONS_RUN:
		return -1;
	case OPTIONS_CHECK:
	case OPTIONS_PRINT:
		return act(o, out, err);
	case OPTIONS_VERSION:
		fputs("homesteadd " HOMESTEAD_VERSION "\n", out);
		return START_OK;
	case OPTIONS_HELP:
		return help(out);
	}
	return START_USAGE;
}
