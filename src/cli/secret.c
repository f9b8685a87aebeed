/* What is asked of people: passphrases, which are never on a command line, and leave to go
 * on. */
#include "cli/cli_int.h"

#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

void cli_secret_wipe(struct cli_secret *s)
{
	explicit_bzero(s, sizeof(*s));
	(void)munlock(s, sizeof(*s));
}

/* Without the right to lock memory it is as it was: better a passphrase than none. */
static void begin(struct cli_secret *s)
{
	(void)mlock(s, sizeof(*s));
	explicit_bzero(s, sizeof(*s));
}

static int nobody_to_ask(struct cli *c, const char *message, const char *hint)
{
	return cli_complain(c, &(struct cli_complaint){ CLI_USAGE, "USAGE", message, hint });
}

/* ---- a terminal ---- */

#define CTRL_C	  3
#define CTRL_D	  4
#define CTRL_U	  21
#define BACKSPACE 8
#define RUBOUT	  127

/* Takes the last character back, all octets of it. */
static void rub_out(struct cli_secret *s)
{
	while (s->n && (s->at[--s->n] & 0xc0) == 0x80)
		continue;
}

enum typed {
	TYPED_MORE,
	TYPED_END,
	TYPED_NEVER_MIND
};

static enum typed type(struct cli_secret *s, uint8_t octet)
{
	if (octet == '\n' || octet == '\r')
		return TYPED_END;
	if (octet == CTRL_C || octet == CTRL_D)
		return TYPED_NEVER_MIND;
	if (octet == CTRL_U)
		s->n = 0;
	else if (octet == BACKSPACE || octet == RUBOUT)
		rub_out(s);
	else if (octet >= ' ' && s->n < sizeof(s->at))
		s->at[s->n++] = octet;
	return TYPED_MORE;
}

static bool read_line(int fd, struct cli_secret *s)
{
	enum typed typed = TYPED_MORE;
	s->n = 0;
	while (typed == TYPED_MORE) {
		uint8_t octet;
		ssize_t n = read(fd, &octet, 1);
		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n > 0)
			typed = type(s, octet);
		explicit_bzero(&octet, 1);
	}
	return typed == TYPED_END;
}

static bool put(int fd, const char *s)
{
	size_t n = strlen(s);
	return write(fd, s, n) == (ssize_t)n;
}

/* Nothing that is typed is shown; a signal that would end us comes when the terminal is as it
 * was. */
static bool ask_unseen(int fd, const char *prompt, struct cli_secret *s)
{
	struct termios was, unseen;
	sigset_t ends, before;
	if (tcgetattr(fd, &was) < 0)
		return false;
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &ends, &before);
	unseen = was;
	unseen.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	bool good = tcsetattr(fd, TCSAFLUSH, &unseen) == 0 && put(fd, prompt) && read_line(fd, s);
	(void)tcsetattr(fd, TCSADRAIN, &was);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return good;
}

static int open_terminal(const struct cli *c)
{
	return c->place->terminal ? open(c->place->terminal, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
}

static bool ask_once(int fd, const char *prompt, struct cli_secret *s)
{
	bool good = ask_unseen(fd, prompt, s);
	return put(fd, "\n") && good;
}

static int never_mind(struct cli *c)
{
	return cli_complain(
		c, &(struct cli_complaint){ CLI_FAILED, "CANCELLED", "nothing was done", "" });
}

/* The second time it must be the same. */
static int ask_again(struct cli *c, int fd, const struct cli_secret *first)
{
	struct cli_secret second = { 0 };
	begin(&second);
	bool good = ask_once(fd, "The same again: ", &second);
	bool same = good && second.n == first->n && memcmp(second.at, first->at, first->n) == 0;
	cli_secret_wipe(&second);
	if (!good)
		return never_mind(c);
	return same ? CLI_OK
		    : cli_complain(c,
				   &(struct cli_complaint){ CLI_FAILED, "INVALID",
							    "the two are not the same", "again" });
}

static int ask_terminal(struct cli *c, const char *prompt, bool twice, struct cli_secret *s)
{
	int fd = open_terminal(c);
	if (fd < 0)
		return nobody_to_ask(c, "there is no terminal on which to ask for the passphrase",
				     "--passphrase-file FILE, or --passphrase-fd N");
	int exit = ask_once(fd, prompt, s) ? CLI_OK : never_mind(c);
	if (!exit && twice && s->n)
		exit = ask_again(c, fd, s);
	(void)close(fd);
	return exit;
}

/* ---- a file ---- */

/* All that is there, up to one octet more than may be. */
static bool read_all(int fd, struct cli_secret *s)
{
	for (ssize_t n = 1; n && s->n < sizeof(s->at);) {
		n = read(fd, s->at + s->n, sizeof(s->at) - s->n);
		if (n < 0 && errno != EINTR)
			return false;
		s->n += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* The line's end is not part of it. */
static void without_newline(struct cli_secret *s)
{
	if (s->n && s->at[s->n - 1] == '\n')
		s->n--;
	if (s->n && s->at[s->n - 1] == '\r')
		s->n--;
}

static int take_from(struct cli *c, int fd, const char *path, struct cli_secret *s)
{
	if (fd < 0 || !read_all(fd, s))
		return cli_file_trouble(c, path, " cannot be read: ");
	without_newline(s);
	return CLI_OK;
}

static int take_file(struct cli *c, struct cli_secret *s)
{
	int fd = open(c->passphrase_file, O_RDONLY | O_CLOEXEC);
	int exit = take_from(c, fd, c->passphrase_file, s);
	if (fd >= 0)
		(void)close(fd);
	return exit;
}

static int take_descriptor(struct cli *c, struct cli_secret *s)
{
	uint64_t fd;
	if (number_u64(span_str(c->passphrase_fd), INT32_MAX, &fd) != OK)
		return cli_refuse(c, c->passphrase_fd, " is no number of a descriptor");
	return take_from(c, (int)fd, c->passphrase_fd, s);
}

static int check(struct cli *c, const struct cli_secret *s)
{
	if (!s->n)
		return cli_usage(c, "the passphrase is empty", "several words that nobody guesses");
	if (s->n > CLI_SECRET_MAX)
		return cli_usage(c, "the passphrase is longer than 1,024 octets", "a shorter one");
	return CLI_OK;
}

int cli_passphrase(struct cli *c, const char *prompt, bool twice, struct cli_secret *out)
{
	int exit;
	begin(out);
	if (c->passphrase_file && c->passphrase_fd)
		return cli_usage(c, "--passphrase-file and --passphrase-fd say the same",
				 "one of them");
	if (c->passphrase_file)
		exit = take_file(c, out);
	else if (c->passphrase_fd)
		exit = take_descriptor(c, out);
	else
		exit = ask_terminal(c, prompt, twice, out);
	if (!exit)
		exit = check(c, out);
	if (exit)
		cli_secret_wipe(out);
	return exit;
}

/* ---- leave to go on ---- */

/* A line of the terminal as people type it; false: none came. */
static bool read_answer(int fd, char *out, size_t size)
{
	ssize_t n = read(fd, out, size - 1);
	out[n > 0 ? n : 0] = 0;
	return n > 0;
}

static bool is_yes(const char *answer)
{
	static const char *const yes[] = { "y\n", "yes\n", "Y\n", "Yes\n", "YES\n" };
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcmp(yes[i], answer) == 0)
			return true;
	return false;
}

bool cli_asks(struct cli *c, const char *question, bool *answered)
{
	char answer[64] = "";
	int fd = open_terminal(c);
	*answered = fd >= 0 && put(fd, question) && put(fd, " [y/N] ") &&
		    read_answer(fd, answer, sizeof(answer));
	if (fd >= 0)
		(void)close(fd);
	return *answered && is_yes(answer);
}

int cli_confirm(struct cli *c, const char *question)
{
	bool answered;
	if (c->given[CLI_YES] || c->given[CLI_DRY_RUN])
		return CLI_OK;
	if (cli_asks(c, question, &answered))
		return CLI_OK;
	if (answered)
		return never_mind(c);
	char message[CLI_TEXT_MAX];
	struct text t = TEXT_OF(message);
	text_str(&t, c->command->words);
	text_str(&t, " asks before it does this, and there is no terminal to ask on: ");
	text_str(&t, question);
	return nobody_to_ask(c, message, "--yes, or --dry-run to see what would be done");
}
