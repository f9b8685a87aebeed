#include "os/person.h"

#include "base/utf8.h"

#include <pwd.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define NAME_MOST 80 /* code points; any is two units of UTF-16 at most */
#define HOST_MOST 40
#define SOMEBODY  "somebody"

/* The first so many code points; nothing where one of them is not shown. */
static struct span shown(struct span s, size_t most)
{
	struct span left = s;
	uint32_t point;
	size_t units = 0;
	while (left.n) {
		struct span before = left;
		if (!utf8_next(&left, &point) || !utf8_is_shown(point))
			return span_of(NULL, 0);
		units += point > 0xffff ? 2 : 1;
		if (units > most)
			return span_of(s.p, s.n - before.n);
	}
	return s;
}

static struct span without_blanks(struct span s)
{
	while (s.n && s.p[0] == ' ')
		s = span_of(s.p + 1, s.n - 1);
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/* Up to the first comma stands the full name; & in it is the login name, with a capital. */
static void put_full(const char *full, const char *login, struct text *t)
{
	size_t n = strcspn(full, ",");
	for (size_t i = 0; i < n; i++) {
		if (full[i] != '&') {
			text_char(t, full[i]);
			continue;
		}
		bool small = login[0] >= 'a' && login[0] <= 'z';
		if (login[0])
			text_char(t, small ? (char)(login[0] - 'a' + 'A') : login[0]);
		text_str(t, login[0] ? login + 1 : "");
	}
}

void os_person_say(const char *full, const char *login, const char *host, struct text *out)
{
	char buffer[1024];
	struct text t = TEXT_OF(buffer);
	put_full(full ? full : "", login ? login : "", &t);
	struct span name = shown(without_blanks(span_of(buffer, t.cut ? 0 : t.n)), NAME_MOST);
	if (!name.n)
		name = shown(without_blanks(span_str(login ? login : "")), NAME_MOST);
	text_span(out, name.n ? name : span_str(SOMEBODY));
	if (!host)
		return;
	struct span on = shown(span_of(host, strcspn(host, ".")), HOST_MOST);
	text_str(out, on.n ? " on " : "");
	text_span(out, on);
}

void os_person(struct text *out)
{
	struct utsname u;
	char room[2048];
	struct passwd record, *found = NULL;
	bool there = getpwuid_r(getuid(), &record, room, sizeof(room), &found) == 0 && found;
	os_person_say(there ? record.pw_gecos : NULL, there ? record.pw_name : NULL,
		      uname(&u) == 0 ? u.nodename : NULL, out);
}
