/* group.c - takes up an invitation, connects, and says who is in the group. Whoever invites
 * needs our card (homestead id card), and gives us a file (homestead invite GROUP CARD):
 *
 *	cc group.c $(pkg-config --cflags --libs homestead) -o group
 *	./group invitation.xml 192.0.2.1
 *
 * A group that this machine is in already is named in place of the file. */
#include <err.h>
#include <homestead.h>
#include <stdio.h>
#include <string.h>

static hst_ctx *c;

static void must(int result)
{
	if (result < 0)
		errx(1, "%s\n%s", hst_last_error(c)->message, hst_last_error(c)->hint);
}

/* What the file holds; "" where there is none. */
static const char *text_of(const char *path)
{
	static char text[131073];
	FILE *f = fopen(path, "r");
	text[f ? fread(text, 1, sizeof(text) - 1, f) : 0] = 0;
	if (f)
		fclose(f);
	return text;
}

static void connect_to(hst_group *g, const char *address)
{
	hst_address member;
	hst_op op;
	must(hst_address_parse(address, 3587, &member));
	must(hst_group_connect(g, &member, 1, 30000, &op));
	must(hst_ctx_wait(c, op, -1, NULL));
}

static void show_members(hst_group *g)
{
	static const char *const roles[] = { "nobody", "member", "inviter", "administrator" };
	hst_iter *members;
	void *item;
	must(hst_member_list(g, 0, &members));
	while (hst_iter_next(members, &item) > 0) {
		const hst_member_info *m = item;
		printf("%s, %s%s\n", m->label, roles[m->role & 3],
		       m->self	   ? ", we"
		       : m->online ? ", here"
				   : "");
		hst_free(item);
	}
	hst_free(members);
}

int main(int argc, char **argv)
{
	hst_group *g;
	const char *invitation;
	if (argc < 2)
		errx(2, "usage: group FILE|GROUP [ADDRESS]");
	if (hst_ctx_new(NULL, &c) < 0)
		errx(1, "out of memory");
	invitation = text_of(argv[1]);
	if (invitation[0])
		must(hst_group_join(c, NULL, invitation, NULL, &g));
	else
		must(hst_group_open(c, argv[1], &g));
	if (argc > 2)
		connect_to(g, argv[2]);
	show_members(g);
	hst_free(g);
	hst_free(c);
	return 0;
}
