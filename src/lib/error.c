/* Results, and what is said about them. */
#include "lib/lib_int.h"

#include "ops/types.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static const struct {
	int result;
	const char *text;
} texts[] = {
	{ HST_OK, "success" },
	{ HST_E_NOMEM, "out of memory" },
	{ HST_E_INVALID, "an argument is not accepted" },
	{ HST_E_NOT_FOUND, "not found" },
	{ HST_E_EXISTS, "exists already, or conflicts with what exists" },
	{ HST_E_DENIED, "not allowed" },
	{ HST_E_NOT_READY, "not possible in the present state" },
	{ HST_E_DEADLINE, "the deadline passed" },
	{ HST_E_NO_DAEMON, "no daemon answers" },
	{ HST_E_CANCELLED, "cancelled" },
	{ HST_E_IO, "input or output failed" },
	{ HST_E_FULL, "a limit is reached" },
	{ HST_E_PROTOCOL, "the daemon's answer is not understood" },
	{ HST_E_UNSUPPORTED, "not supported" },
	{ HST_E_AGAIN, "not now; an event tells when" },
};

const char *hst_strerror(int result)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].result == result)
			return texts[i].text;
	return result > 0 ? "success" : "unknown error";
}

const char *hst_version(void)
{
	return HOMESTEAD_VERSION;
}

static const struct {
	enum err err;
	int result;
} results[] = {
	{ OK, HST_OK },
	{ ERR_NOMEM, HST_E_NOMEM },
	{ ERR_MALFORMED, HST_E_INVALID },
	{ ERR_CONFIG, HST_E_INVALID },
	{ ERR_RANGE, HST_E_INVALID },
	{ ERR_NOT_FOUND, HST_E_NOT_FOUND },
	{ ERR_EXISTS, HST_E_EXISTS },
	{ ERR_IN_USE, HST_E_EXISTS },
	{ ERR_CONFLICT, HST_E_EXISTS },
	{ ERR_FULL, HST_E_FULL },
	{ ERR_STATE, HST_E_NOT_READY },
	{ ERR_STOPPING, HST_E_NOT_READY },
	{ ERR_DENIED, HST_E_DENIED },
	{ ERR_TIMEOUT, HST_E_DEADLINE },
	{ ERR_NO_DAEMON, HST_E_NO_DAEMON },
	{ ERR_CANCELLED, HST_E_CANCELLED },
	{ ERR_UNSUPPORTED, HST_E_UNSUPPORTED },
};

int lib_result_of(enum err e)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (results[i].err == e)
			return results[i].result;
	return HST_E_IO;
}

int lib_fail(struct hst_ctx *c, int code, const char *message, const char *hint)
{
	ops_set_text(c->message, sizeof(c->message), message);
	ops_set_text(c->hint, sizeof(c->hint), hint);
	c->error.code = code;
	return code;
}

int lib_fail_nomem(struct hst_ctx *c)
{
	return lib_fail(c, HST_E_NOMEM, hst_strerror(HST_E_NOMEM), "");
}

const hst_error *hst_last_error(hst_ctx *c)
{
	return &c->error;
}

static void refused(struct lib_failure *f, const struct hst_ctx *c)
{
	struct text t = TEXT_OF(f->message);
	f->result = HST_E_DENIED;
	text_str(&t, "not allowed to talk to the daemon at ");
	text_str(&t, c->socket);
	ops_set_text(f->hint, sizeof(f->hint),
		     "become a member of the socket's group (homestead), or ask as its owner");
}

static void nobody(struct lib_failure *f, const struct hst_ctx *c)
{
	struct text t = TEXT_OF(f->message);
	f->result = HST_E_NO_DAEMON;
	text_str(&t, "no daemon answers at ");
	lib_place_text(&t, c);
	ops_set_text(f->hint, sizeof(f->hint),
		     "start one with homesteadd, or name its socket with --socket or "
		     "HOMESTEAD_SOCKET");
}

static void broke_off(struct lib_failure *f, const struct hst_ctx *c)
{
	struct text t = TEXT_OF(f->message);
	f->result = HST_E_NO_DAEMON;
	text_str(&t, "the daemon at ");
	text_str(&t, c->socket);
	text_str(&t, " ended before it answered");
	ops_set_text(f->hint, sizeof(f->hint),
		     "see its log for the reason, then ask again: what was asked may have been "
		     "done");
}

static void not_understood(struct lib_failure *f, const struct hst_ctx *c)
{
	struct text t = TEXT_OF(f->message);
	f->result = HST_E_PROTOCOL;
	text_str(&t, "what answers at ");
	text_str(&t, c->socket);
	text_str(&t, " is not understood");
	ops_set_text(f->hint, sizeof(f->hint),
		     "check that it is homesteadd, and that its version fits");
}

void lib_failure_of_curl(struct lib_failure *f, const struct hst_ctx *c, CURLcode code,
			 long os_errno)
{
	f->hint[0] = 0;
	if (code == CURLE_COULDNT_CONNECT && (os_errno == EACCES || os_errno == EPERM)) {
		refused(f, c);
	} else if (code == CURLE_COULDNT_CONNECT) {
		nobody(f, c);
	} else if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
		   code == CURLE_SEND_ERROR || code == CURLE_PARTIAL_FILE) {
		broke_off(f, c);
	} else if (code == CURLE_OUT_OF_MEMORY) {
		f->result = HST_E_NOMEM;
		ops_set_text(f->message, sizeof(f->message), hst_strerror(HST_E_NOMEM));
	} else {
		not_understood(f, c);
	}
}

void lib_failure_lost(struct lib_failure *f, const struct hst_ctx *c)
{
	f->hint[0] = 0;
	broke_off(f, c);
}

/* Fills f from the error object of an answer. */
static bool take_error(struct lib_failure *f, json_t *error)
{
	const char *code = json_string_value(json_object_get(error, "code"));
	const char *message = json_string_value(json_object_get(error, "message"));
	const char *hint = json_string_value(json_object_get(error, "hint"));
	if (!code || !message || !hint)
		return false;
	f->result = lib_result_of(err_of_name(code));
	ops_set_text(f->message, sizeof(f->message), message);
	ops_set_text(f->hint, sizeof(f->hint), hint);
	return true;
}

void lib_failure_of_answer(struct lib_failure *f, const struct hst_ctx *c, int status,
			   const char *body)
{
	json_t *j = json_loads(body, 0, NULL);
	if (status == 200 || !take_error(f, json_object_get(j, "error")))
		not_understood(f, c);
	json_decref(j);
}
