#include "daemon/roff.h"

#include <stdbool.h>
#include <string.h>

/* n octets, none of them read as a request or an escape. */
static void escaped(FILE *f, const char *s, size_t n, bool at_start)
{
	for (size_t i = 0; i < n; i++) {
		if (at_start && (s[i] == '.' || s[i] == '\''))
			fputs("\\&", f);
		if (s[i] == '\\')
			fputs("\\e", f);
		else if (s[i] == '-')
			fputs("\\-", f);
		else
			fputc(s[i], f);
		at_start = s[i] == '\n';
	}
}

static void words(FILE *f, const char *s)
{
	bool bold = false, start = true;
	while (*s) {
		size_t n = strcspn(s, "`");
		escaped(f, s, n, start);
		start = start && n == 0;
		s += n;
		if (*s != '`')
			break;
		bold = !bold;
		fputs(bold ? "\\fB" : "\\fR", f);
		s++;
	}
	fputc('\n', f);
}

void roff_title(FILE *f, const char *name, const char *section)
{
	fputs(".\\\" Made by tools/gen-docs from the tables of the program; do not edit.\n", f);
	fputs(".TH ", f);
	escaped(f, name, strlen(name), false);
	fprintf(f, " %s \"\" \"Homestead " HOMESTEAD_VERSION "\" \"Homestead\"\n", section);
}

static void request(FILE *f, const char *name, const char *text)
{
	fprintf(f, ".%s ", name);
	escaped(f, text, strlen(text), false);
	fputc('\n', f);
}

void roff_heading(FILE *f, const char *text)
{
	request(f, "SH", text);
}

void roff_subheading(FILE *f, const char *text)
{
	request(f, "SS", text);
}

void roff_text(FILE *f, const char *text)
{
	fputs(".PP\n", f);
	words(f, text);
}

void roff_item(FILE *f, const char *term, const char *rest, const char *text)
{
	fputs(".TP\n\\fB", f);
	escaped(f, term, strlen(term), false);
	fputs("\\fR", f);
	if (rest) {
		fputs(" \\fI", f);
		escaped(f, rest, strlen(rest), false);
		fputs("\\fR", f);
	}
	fputc('\n', f);
	words(f, text);
}

void roff_more(FILE *f, const char *text)
{
	fputs(".IP\n", f);
	words(f, text);
}

void roff_example(FILE *f, const char *text)
{
	fputs(".PP\n.EX\n", f);
	escaped(f, text, strlen(text), true);
	fputs(".EE\n", f);
}
