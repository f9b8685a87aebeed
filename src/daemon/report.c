#include "daemon/report.h"

void report_add(struct report *r, const char *file, unsigned line, const char *reason)
{
	if (r->count++ >= REPORT_MAX)
		return;
	if (r->why->n)
		text_char(r->why, '\n');
	text_str(r->why, file);
	text_char(r->why, ':');
	if (line) {
		text_u64(r->why, line);
		text_char(r->why, ':');
	}
	text_char(r->why, ' ');
	text_str(r->why, reason);
}

void report_end(struct report *r)
{
	if (r->count <= REPORT_MAX)
		return;
	text_str(r->why, "\n... and ");
	text_u64(r->why, r->count - REPORT_MAX);
	text_str(r->why, " more");
}
