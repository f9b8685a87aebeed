/* homestead: the command line. */
#include "cli/cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH	  80
#define WIDTH_MIN 20

static int width_of(bool terminal)
{
	struct winsize w;
	if (!terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
		return WIDTH;
	if (w.ws_col < WIDTH_MIN)
		return WIDTH_MIN;
	return w.ws_col < WIDTH ? w.ws_col : WIDTH;
}

int main(int argc, char **argv)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(STDOUT_FILENO) == 1;
	bool dumb = !term || strcmp(term, "dumb") == 0;
	struct cli_place place = { .out = stdout,
				   .err = stderr,
				   .colour = terminal && !dumb && (!no_color || !no_color[0]),
				   .redraws = terminal && !dumb,
				   .width = width_of(terminal) };
	/* A reader that goes away is seen as an error of the write. */
	(void)signal(SIGPIPE, SIG_IGN);
	return cli_main(argc, argv, &place);
}
