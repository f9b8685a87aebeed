/* homestead: the command line. */
#include "cli/cli.h"

#include "os/person.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH	  80
#define WIDTH_MIN 20

static int columns(bool terminal)
{
	struct winsize w;
	if (!terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
		return WIDTH;
	return w.ws_col < WIDTH_MIN ? WIDTH_MIN : w.ws_col;
}

/* As the C library finds the locale, without taking it over. */
static bool is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *v = getenv(names[i]);
		if (v && v[0])
			return cli_is_utf8(v);
	}
	return false;
}

int main(int argc, char **argv)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(STDOUT_FILENO) == 1;
	bool dumb = !term || strcmp(term, "dumb") == 0;
	int wide = columns(terminal);
	char person[OS_PERSON_SIZE];
	struct text t = TEXT_OF(person);
	os_person(&t);
	struct cli_place place = { .out = stdout,
				   .err = stderr,
				   .colour = terminal && !dumb && (!no_color || !no_color[0]),
				   .redraws = terminal && !dumb,
				   .utf8 = is_utf8(),
				   .width = wide < WIDTH ? wide : WIDTH,
				   .wide = wide,
				   .person = person,
				   .terminal = "/dev/tty" };
	/* A reader that goes away is seen as an error of the write. */
	(void)signal(SIGPIPE, SIG_IGN);
	return cli_main(argc, argv, &place);
}
