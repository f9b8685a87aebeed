#include "daemon/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct scan {
	const char *path, *folder;
	const char *p, *end;
	unsigned line, depth;
	struct report *report;
};

static void scan_file(const char *path, const char *folder, unsigned depth, const char *by,
		      unsigned by_line, struct report *r);

bool source_folder(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	struct text t = text_of(out, size);
	if (slash)
		text_span(&t, span_of(path, (size_t)(slash - path) + 1));
	return !t.cut;
}

static void found(struct scan *s, unsigned line, const char *reason)
{
	report_add(s->report, s->path, line, reason);
}

static char peek(const struct scan *s, size_t ahead)
{
	return (size_t)(s->end - s->p) > ahead ? s->p[ahead] : '\0';
}

static void advance(struct scan *s)
{
	if (*s->p++ == '\n')
		s->line++;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '*';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void skip_line(struct scan *s)
{
	while (s->p < s->end && *s->p != '\n')
		s->p++;
}

static void skip_block(struct scan *s)
{
	unsigned line = s->line;
	s->p += 2;
	while (s->p < s->end && !(s->p[0] == '*' && peek(s, 1) == '/'))
		advance(s);
	if (s->p == s->end)
		found(s, line, "a comment begins here that has no end: */ is missing");
	else
		s->p += 2;
}

static void skip_string(struct scan *s)
{
	unsigned line = s->line;
	s->p++;
	while (s->p < s->end && *s->p != '"') {
		if (*s->p == '\\' && s->p + 1 < s->end)
			s->p++;
		advance(s);
	}
	if (s->p == s->end)
		found(s, line, "a text begins here that has no end: \" is missing");
	else
		s->p++;
}

/* libconfig reads whole numbers by atoi(3). */
static void check_number(struct scan *s, const char *digits, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n && v <= INT_MAX; i++)
		v = v * 10 + (uint64_t)(digits[i] - '0');
	if (v > INT_MAX)
		found(s, s->line,
		      "a number beyond 2147483647 must stand in quotes, like \"4200000000\"");
}

static void take_number(struct scan *s)
{
	const char *digits = s->p;
	while (is_digit(peek(s, 0)))
		s->p++;
	size_t n = (size_t)(s->p - digits);
	/* Hexadecimal, long and fractional numbers are refused by their type. */
	if (!is_word(peek(s, 0)) && peek(s, 0) != '.')
		check_number(s, digits, n);
	while (is_word(peek(s, 0)) || peek(s, 0) == '.')
		s->p++;
}

static void take_word(struct scan *s)
{
	while (is_word(peek(s, 0)))
		s->p++;
}

static void include(struct scan *s, struct span name)
{
	char path[PATH_MAX];
	struct text t = TEXT_OF(path);
	text_str(&t, s->folder);
	text_span(&t, name);
	if (name.n && name.p[0] == '/')
		found(s, s->line,
		      "@include takes a file relative to the folder of the main "
		      "configuration file, without a leading /");
	else if (t.cut || s->depth >= SOURCE_DEPTH_MAX)
		found(s, s->line, "@include goes too deep");
	else
		scan_file(path, s->folder, s->depth + 1, s->path, s->line, s->report);
}

/* @include "NAME", which libconfig knows at the beginning of a line only. */
static void take_include(struct scan *s)
{
	static const char word[] = "@include";
	size_t n = sizeof(word) - 1;
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0) {
		s->p++;
		return;
	}
	s->p += n;
	while (peek(s, 0) == ' ' || peek(s, 0) == '\t')
		s->p++;
	if (peek(s, 0) != '"')
		return;
	const char *name = ++s->p;
	while (s->p < s->end && *s->p != '"' && *s->p != '\n')
		s->p++;
	if (peek(s, 0) != '"')
		return;
	include(s, span_of(name, (size_t)(s->p - name)));
	s->p++;
}

static void scan_step(struct scan *s)
{
	char c = *s->p;
	if (c == '"')
		skip_string(s);
	else if (c == '#' || (c == '/' && peek(s, 1) == '/'))
		skip_line(s);
	else if (c == '/' && peek(s, 1) == '*')
		skip_block(s);
	else if (c == '@')
		take_include(s);
	else if (is_digit(c))
		take_number(s);
	else if (is_word(c) && c != '-')
		take_word(s);
	else
		advance(s);
}

static char *read_open(int fd, size_t *size, const char **wrong)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		*wrong = "is not a file";
		return NULL;
	}
	if (st.st_size > (off_t)SOURCE_SIZE_MAX) {
		*wrong = "is larger than 4 MiB, which no configuration is";
		return NULL;
	}
	char *p = malloc((size_t)st.st_size + 1);
	ssize_t n = p ? read(fd, p, (size_t)st.st_size) : -1;
	if (n < 0) {
		*wrong = "cannot be read";
		free(p);
		return NULL;
	}
	*size = (size_t)n;
	return p;
}

static char *read_whole(const char *path, size_t *size, const char **wrong)
{
	/* Not to wait for the other end of a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		*wrong = strerror(errno);
		return NULL;
	}
	char *p = read_open(fd, size, wrong);
	close(fd);
	return p;
}

static void cannot_read(const char *path, const char *wrong, const char *by, unsigned by_line,
			struct report *r)
{
	char reason[PATH_MAX + 128];
	struct text t = TEXT_OF(reason);
	text_str(&t, by ? "cannot include " : "cannot read the configuration");
	text_str(&t, by ? path : "");
	text_str(&t, ": ");
	text_str(&t, wrong);
	report_add(r, by ? by : path, by_line, reason);
}

static void scan_file(const char *path, const char *folder, unsigned depth, const char *by,
		      unsigned by_line, struct report *r)
{
	const char *wrong = NULL;
	size_t size = 0;
	char *text = read_whole(path, &size, &wrong);
	if (!text) {
		cannot_read(path, wrong, by, by_line, r);
		return;
	}
	struct scan s = { path, folder, text, text + size, 1, depth, r };
	while (s.p < s.end)
		scan_step(&s);
	free(text);
}

void source_check(const char *path, struct report *r)
{
	char folder[PATH_MAX];
	/* How people say that they want none. */
	if (strcmp(path, "/dev/null") == 0)
		return;
	if (!source_folder(path, folder, sizeof(folder))) {
		report_add(r, path, 0, "the path is too long");
		return;
	}
	scan_file(path, folder, 0, NULL, 0, r);
}
