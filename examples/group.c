/* group.c - takes up an invitation, connects, and says who is in the group. Whoever invites
 * needs our card, and gives us a file (homestead invite GROUP CARD):
 *
 *	cc group.c $(pkg-config --cflags --libs homestead) -o group
 *	./group card Bob > bob.card
 *	./group bob.invitation 192.0.2.1
 *
 * A group that this machine is in already is named in place of the file. With GROUP_CONFIG and
 * GROUP_STATE set it needs no daemon: these are the configuration of an engine in this process
 * (doc/graph-howto.md), and the folder where it keeps the identity and the group. */
#include <err.h>
#include <homestead.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hst_ctx *c;

static void must(int result)
{
	if (result < 0)
		errx(1, "%s\n%s", hst_last_error(c)->message, hst_last_error(c)->hint);
}

static void begin(void)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	char why[300] = "out of memory";
	opts.config = getenv("GROUP_CONFIG");
	opts.state_dir = opts.config ? getenv("GROUP_STATE") : NULL;
	opts.flags = opts.config ? HST_CTX_INPROC : 0;
	opts.why = why;
	opts.why_n = sizeof(why);
	if (hst_ctx_new(&opts, &c) < 0)
		errx(1, "%s", why);
}

/* The card of the default identity, which is made where there is none. */
static void print_card(const char *label)
{
	hst_identity_opts me = HST_INIT(hst_identity_opts);
	hst_identity_info *info;
	char *name = NULL;
	me.label = label;
	int result = hst_identity_get(c, NULL, &info);
	if (result == HST_E_NOT_FOUND) {
		must(hst_identity_create(c, &me, &name));
		result = hst_identity_get(c, NULL, &info);
	}
	must(result);
	puts(info->card);
	hst_free(info);
	hst_free(name);
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

/* Connects, and waits until all that the group knows is here. */
static void connect_to(hst_group *g, const char *address)
{
	hst_address member;
	hst_graph_info *info;
	hst_sub sub;
	hst_op op;
	must(hst_address_parse(address, 3587, &member));
	must(hst_group_connect(g, &member, 1, 30000, &op));
	must(hst_ctx_wait(c, op, -1, NULL));
	must(hst_graph_subscribe(hst_group_graph(g), HST_KIND(HST_EVENT_SYNCED), NULL, &sub));
	for (int complete = 0; !complete; hst_free(info)) {
		must(hst_graph_get(hst_group_graph(g), &info));
		complete = info->synchronised;
		if (!complete)
			hst_free(hst_ctx_await(c, -1));
	}
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

/* Of an invitation, which may have been taken up before, or by its name. */
static hst_group *group_of(const char *what)
{
	hst_group *g = NULL;
	const char *invitation = text_of(what);
	if (invitation[0])
		must(hst_group_join(c, NULL, invitation, NULL, &g));
	else
		must(hst_group_open(c, what, &g));
	return g;
}

int main(int argc, char **argv)
{
	hst_group *g = NULL;
	if (argc < 2)
		errx(2, "usage: group card LABEL, or: group FILE|GROUP [ADDRESS]");
	begin();
	if (strcmp(argv[1], "card") == 0) {
		print_card(argc > 2 ? argv[2] : "somebody");
	} else {
		g = group_of(argv[1]);
		if (argc > 2)
			connect_to(g, argv[2]);
		show_members(g);
	}
	hst_free(g);
	hst_free(c);
	return 0;
}
