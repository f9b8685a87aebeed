/* roff.h - the few requests of man(7) that our pages need. Text is escaped
 * here; callers write plain words. */
#ifndef DAEMON_ROFF_H
#define DAEMON_ROFF_H

#include <stdio.h>

void roff_title(FILE *f, const char *name, const char *section);
void roff_heading(FILE *f, const char *text);
void roff_subheading(FILE *f, const char *text);
/* A paragraph; words between two ` are in bold. */
void roff_text(FILE *f, const char *text);
/* A term, bold, with what follows it in italics (NULL: nothing), then the
 * paragraph that explains it, as roff_text. */
void roff_item(FILE *f, const char *term, const char *rest, const char *text);
/* A further paragraph of an item. */
void roff_more(FILE *f, const char *text);
/* Lines as they are. */
void roff_example(FILE *f, const char *text);

#endif
