#include "os/syserr.h"

#include <errno.h>
#include <string.h>

static const struct {
	int number;
	enum err err;
} known[] = {
	{ ECONNREFUSED, ERR_REFUSED },
	{ ENETUNREACH, ERR_UNREACHABLE },
	{ EHOSTUNREACH, ERR_UNREACHABLE },
	{ ENETDOWN, ERR_UNREACHABLE },
	{ EHOSTDOWN, ERR_UNREACHABLE },
	{ EADDRNOTAVAIL, ERR_UNREACHABLE },
	{ ETIMEDOUT, ERR_TIMEOUT },
	{ ECONNRESET, ERR_RESET },
	{ ECONNABORTED, ERR_RESET },
	{ EPIPE, ERR_RESET },
	{ EADDRINUSE, ERR_IN_USE },
	{ EACCES, ERR_DENIED },
	{ EPERM, ERR_DENIED },
	{ EROFS, ERR_DENIED },
	{ ENOENT, ERR_NOT_FOUND },
	{ EEXIST, ERR_EXISTS },
	{ ENOMEM, ERR_NOMEM },
	{ ENOBUFS, ERR_NOMEM },
	{ EMFILE, ERR_FULL },
	{ ENFILE, ERR_FULL },
	{ ENOSPC, ERR_NO_SPACE },
	{ EDQUOT, ERR_NO_SPACE },
	{ EFBIG, ERR_NO_SPACE },
	{ EAFNOSUPPORT, ERR_UNSUPPORTED },
	{ EPROTONOSUPPORT, ERR_UNSUPPORTED },
	{ ENOPROTOOPT, ERR_UNSUPPORTED },
	{ EOPNOTSUPP, ERR_UNSUPPORTED },
	{ ENOSYS, ERR_UNSUPPORTED },
};

enum err os_err_of(int number)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].number == number)
			return known[i].err;
	return ERR_IO;
}

enum err os_err_say(int number, const char *verb, const char *object, struct text *why)
{
	const char *said = strerrordesc_np(number);

	text_str(why, verb);
	text_char(why, ' ');
	text_str(why, object);
	text_str(why, ": ");
	text_str(why, said ? said : "unknown error");
	return os_err_of(number);
}
