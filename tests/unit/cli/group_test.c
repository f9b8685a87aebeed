/* What the commands id, group, member, invite, join, leave, put ask and print, compared with
 * files: group_test FOLDER. With UPDATE=1 in the environment the files are written instead. */
#include "group_answers.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const char *folder;
static char work[32]; /* where files of a test lie */

/* ---- what is typed ---- */

struct golden {
	const char *file;
	const struct canned *table;
	int width;
	const char *lines[26];
};

static const struct golden goldens[] = {
	{ "identities",
	  group_running,
	  80,
	  { "id list", "id list -q", "id show", "id show nobody", "id show Ann -q", "id card",
	    "id card Ann -o /nowhere/x", "id show nobody --json" } },
	{ "identity-changes",
	  group_running,
	  80,
	  { "id create 'Ann, laptop'", "id create", "id create Ann --default -n",
	    "id create Ann --classifier ann --profile classic", "id rename Ann Anna",
	    "id default Bob", "id delete Ann --yes", "id delete Ann -n", "id delete Ann",
	    "id new Carl", "identity create Carl", "id add" } },
	{ "none",
	  group_none,
	  80,
	  { "id list", "id show", "id card", "group list", "members Home",
	    "invite show /etc/passwd", "invite show /etc/passwd -q", "invite show /dev/null",
	    "join /dev/null", "members ''", "put '' a=b", "members" } },
	{ "off", group_off, 80, { "id list", "group list" } },
	{ "groups",
	  group_running,
	  80,
	  { "group list", "group list -q", "group show Home", "group show Home -q",
	    "group show Nowhere", "members Home", "members Home -q", "member list Home --limit 1",
	    "member show Home Bob", "member show Home Bob -q", "group members Home --limit 1",
	    "invite show /etc/passwd" } },
	{ "narrow", group_running, 40, { "group list", "members Home", "id list" } },
	{ "group-changes",
	  group_running,
	  80,
	  { "create Home",
	    "create Home -q",
	    "create Home --yes",
	    "group create Home --dry-run",
	    "create Home --passphrase-file x",
	    "group set Home --name Den --comment ''",
	    "group set Home",
	    "create Home --presence some",
	    "group set Home --presence none",
	    "group set Home --presence all --comment x -n",
	    "group connect Home",
	    "group connect Home 192.0.2.1",
	    "group connect Home --address 192.0.2.1:4000 --address [2001:db8::1]:5 --timeout 2m",
	    "group connect Home not.a.host!",
	    "group connect Home laptop:70000",
	    "group connect Home 192.0.2.1 -n",
	    "group disconnect Home",
	    "group open Home -n",
	    "group rotate Home",
	    "group rotate Home -n",
	    "leave Home",
	    "leave Home --yes",
	    "group leave Home -n",
	    "leave Nowhere --yes" } },
	{ "making",
	  group_making,
	  80,
	  { "create Home -n", "create Home --membership-life 8h --presence-life 10m -n",
	    "create Home --data-optional --defer --presence none -n",
	    "create Home --as Ann --comment 'of us all' --classifier h --profile classic -n",
	    "create Home --membership-life soon", "create Home --membership-life",
	    "group set Home --membership-life 8h" } },
	{ "invitations",
	  group_running,
	  80,
	  { "invite Home <card/>", "invite Home <card/> -q",
	    "invite Bees <card/> --role inviter --expires 7d",
	    "invite Bees --for <card/> --expires 2027-01-31T12:00:00Z -n",
	    "invite Bees <card/> --publish", "invite create Bees <card/>", "invite Home",
	    "invite Home <card/> --for x", "invite Home /nowhere/x",
	    "invite Home <card/> --expires soon", "invite Shut <card/>",
	    "invite Home <card/> -o /nowhere/x", "member role Bees Bob admin",
	    "member renew Bees Bob --expires 30d", "member role Home Bob admin -o -",
	    "member renew Bees Bob -n", "member role Bees Bob", "member add Bees <card/>" } },
	{ "codes",
	  group_running,
	  100,
	  { "invite Home", "invite Home -q", "invite Home --link", "invite Home --json",
	    "invite Bees --password", "invite Home --uses 0", "invite Home --uses 1001",
	    "invite Home --uses x", "invite Bees --label Ben --uses 3 --expires 2d --role inviter",
	    "invite Shut", "invite list Home", "invite list Home -q", "invite list Home --json",
	    "invite list Club", "invite list", "invite revoke Home Ben",
	    "invite revoke Bees apple-river -n", "invite revoke Home",
	    "create Home --no-invite" } },
	{ "codes-written",
	  group_running,
	  80,
	  { "invite Home --publish", "invite Home --qr -o x", "invite Home -o -",
	    "invite Home -o - -q", "invite Home -o /nowhere/x",
	    "invite Home -o /nowhere/x --json" } },
	{ "removal",
	  group_running,
	  80,
	  { "member remove Home Bob --yes", "member remove Home Bob --yes -q",
	    "member remove Home Bob --yes --json", "member remove Home Bob",
	    "member remove Bees Bob -n --reason 'lost laptop'",
	    "member remove Bees Bob --yes --drop-records --drop-invited",
	    "member remove Home nobody --yes", "member remove Shut Bob --yes", "member remove Home",
	    "members Home --removed", "members Home --removed --json", "members Home --removed -q",
	    "members Club --removed", "member show Home Carla" } },
	{ "returns",
	  group_running,
	  80,
	  { "member return Home Bob",
	    "member return Bees Bob --role inviter --expires 30d --reason 'found again'",
	    "member return Bees Bob -n", "member return Home nobody",
	    "member return Bees Bob --expires soon", "group rotate Home --yes", "group rotate Home",
	    "group rotate Bees -n", "group rotate Home --yes -q", "group rotate Home --yes --json",
	    "group rotate Shut --yes" } },
	{ "passwords",
	  group_running,
	  80,
	  { "group show Home", "group show Bees", "group set Home --password",
	    "group set Home --password -n", "group set Bees --no-password -n",
	    "group set Home --no-password", "group set Home --no-password -q",
	    "group set Home --no-password --json", "group set Home --no-password --password",
	    "group set Home --password --name x", "group set Nowhere --no-password",
	    "group set Home --passphrase-file /nowhere/x", "invite Home --password --uses 2",
	    "invite Club --password --qr --json", "invite Club --password",
	    "join " CANNED_NAME " --password",
	    "join " CANNED_NAME " --passphrase-file /dev/null" } },
	{ "joining",
	  group_running,
	  80,
	  { "join <PEERINVITATION/>", "join <PEERINVITATION/> --as Ann --no-connect",
	    "join <PEERINVITATION/> -n", "join <PEERINVITATION/> -n --address 192.0.2.1",
	    "join /nowhere/x", "join <PEERINVITATION/> --no-connect --address 192.0.2.1", "join",
	    "accept <PEERINVITATION/>" } },
	{ "joining-at",
	  group_joining,
	  80,
	  { "join <PEERINVITATION/> --address 192.0.2.1",
	    "join <PEERINVITATION/> --address 192.0.2.1 -q",
	    "join <PEERINVITATION/> --address 192.0.2.1 --json",
	    "join <PEERINVITATION/> -n --address 192.0.2.1" } },
	{ "joining-by-code",
	  group_running,
	  80,
	  { "join apple-river-stone-lemon-tiger", "join Apple River stone lemon tiger --as Ann",
	    "join homestead:join/AQE --address 192.0.2.1 --timeout 2m",
	    "join 0123456789abcdef0123456789abcdef01234567.Home --group Home -n",
	    "join apple-river-stone-lemon-tiger --no-connect",
	    "join <PEERINVITATION/> --password" } },
	{ "put",
	  group_running,
	  80,
	  { "put Home milk=2", "put Home milk=2 -n", "put Home bread=1 -q",
	    "put Home bread=", "put Home eggs=6 --for 2d --json", "put Home 'a b=c'",
	    "put Home /nowhere/x", "put Home /dev", "put Nowhere a=b", "put Home a=b --for soon",
	    "record list Home/Ann", "record list Home/Bob", "record list Home" } },
	{ "json",
	  group_running,
	  80,
	  { "id list --json", "id show --json", "id card --json", "id create Ann --json",
	    "group list --json", "group show Home --json", "create Home --json",
	    "members Home --json", "member show Home Bob --json", "invite Home <card/> --json",
	    "invite show /etc/passwd --json", "leave Home --yes --json",
	    "join <PEERINVITATION/> --json", "group export Home - --json",
	    "group export Home x -n --json", "group export Locked x --owner -n" } },
	{ "doctor", group_missing, 80, { "doctor" } },
	{ "doctor-narrow", group_missing, 40, { "doctor" } },
	{ "doctor-well", group_whole, 80, { "doctor", "doctor --json" } },
	{ "help",
	  group_none,
	  80,
	  { "id", "group", "member", "help create", "help invite", "help join", "whoami", "groups",
	    "add member", "promote", "card", "group kick", "joni", "member fetch" } },
};

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *s = calloc(1, 65536);
	assert_non_null(s);
	if (f) {
		assert_true(fread(s, 1, 65535, f) > 0);
		fclose(f);
	}
	return s;
}

static void compare(const char *name, const char *got)
{
	char path[512];
	(void)snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
	if (getenv("UPDATE")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	char *want = read_file(path);
	if (strcmp(want, got) != 0)
		print_message("%s differs; it is now:\n%s\n", path, got);
	assert_string_equal(want, got);
	free(want);
}

static void check_json(const char *s)
{
	json_t *j = json_loads(s, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
	json_decref(j);
}

/* The ports that doctor begins with are those of the machine on which the test runs. */
static const char *without_ports(const char *line, const char *out)
{
	static const char *const begins[] = { "\"attention\"", "needs attention:", "all is well" };
	if (strncmp(line, "doctor", 6) != 0)
		return out;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strstr(out, begins[i]))
			return strstr(out, begins[i]);
	fail_msg("%s says nothing of groups: %s", line, out);
	return NULL;
}

static void show(FILE *f, const char *line)
{
	int exit = canned_run(line);
	fprintf(f, "$ homestead %s\n%s", line, without_ports(line, canned_out));
	if (canned_err[0])
		fprintf(f, "--- complains:\n%s", canned_err);
	if (exit)
		fprintf(f, "--- exit %d\n", exit);
	fputc('\n', f);
	if (strstr(line, "--json"))
		check_json(canned_out[0] ? canned_out : canned_err);
}

static void output_is_as_it_was(void **state)
{
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		const struct golden *g = &goldens[i];
		char *all = NULL;
		size_t n = 0;
		FILE *f = open_memstream(&all, &n);
		assert_non_null(f);
		canned_serve(g->table);
		canned_place.width = g->width;
		for (const char *const *line = g->lines; *line; line++)
			show(f, *line);
		canned_end();
		fclose(f);
		compare(g->file, all);
		free(all);
	}
}

/* GROUP-14.34: what stands about the QR code, on terminals of each kind. */
static void a_link_is_drawn(void **state)
{
	static const struct {
		bool utf8, colour;
		int wide;
		const char *line;
	} places[] = {
		{ true, false, 80, "invite Home --qr" },
		{ true, true, 33, "invite Home --qr" },
		{ true, false, 32, "invite Home --qr" },
		{ false, false, 80, "invite Home --qr" },
		{ true, false, 80, "invite Home --qr --json" },
		{ true, false, 80, "invite Home --qr -q" },
		{ true, false, 80, "invite Home <card/> --qr" },
	};
	const struct cli_place was = canned_place;
	char *all = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&all, &n);
	assert_non_null(f);
	canned_serve(group_running);
	canned_place.width = 80;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		canned_place.utf8 = places[i].utf8;
		canned_place.colour = places[i].colour;
		canned_place.wide = places[i].wide;
		show(f, places[i].line);
	}
	canned_end();
	canned_place = was;
	fclose(f);
	compare("qr", all);
	free(all);
}

/* ---- files and passphrases ---- */

static const char *at(const char *name)
{
	static char path[4][80];
	static size_t turn;
	char *p = path[turn++ % 4];
	(void)snprintf(p, sizeof(path[0]), "%s/%s", work, name);
	return p;
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(at(name), "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int run(const char *form, const char *one, const char *two)
{
	char line[300];
	(void)snprintf(line, sizeof(line), form, one, two);
	return canned_run(line);
}

/* What went over the stream: the passphrase after its length, then the document. */
static void sent(const char *pass, const char *document)
{
	char want[300];
	size_t n, p = strlen(pass), d = strlen(document);
	char *got = canned_sent(&n);
	want[0] = (char)(p >> 8);
	want[1] = (char)p;
	memcpy(want + 2, pass, p);
	memcpy(want + 2 + p, document, d);
	assert_int_equal(n, 2 + p + d);
	assert_memory_equal(got, want, n);
	free(got);
}

static void holds(const char *name, const char *text)
{
	struct stat s;
	char *got = read_file(at(name));
	assert_string_equal(got, text);
	free(got);
	assert_int_equal(stat(at(name), &s), 0);
	assert_int_equal(s.st_mode & 0777, 0600);
}

static int work_up(void **state)
{
	(void)snprintf(work, sizeof(work), "/tmp/group.XXXXXX");
	assert_non_null(mkdtemp(work));
	canned_serve(group_running);
	return 0;
}

static int work_down(void **state)
{
	char command[80];
	canned_end();
	canned_place.terminal = NULL;
	(void)snprintf(command, sizeof(command), "rm -r %s", work);
	return system(command);
}

static void an_identity_is_moved(void **state)
{
	write_file("pass", "correct horse\n");
	assert_int_equal(run("id export Ann %s --passphrase-file %s", at("ann"), at("pass")), 0);
	assert_non_null(strstr(canned_out, "identity Ann is in "));
	sent("correct horse", "");
	holds("ann", "<SEALED/>");
	/* What is there is not written over. */
	assert_int_equal(run("id export Ann %s --passphrase-file %s", at("ann"), at("pass")), 1);
	assert_non_null(strstr(canned_err, "File exists"));
	assert_int_equal(run("id import %s --passphrase-file %s", at("ann"), at("pass")), 0);
	assert_string_equal(canned_out, "took over identity " CANNED_NAME "\n");
	sent("correct horse", "<SEALED/>");
	assert_int_equal(run("id import %s --json --passphrase-file %s", at("ann"), at("pass")), 0);
	check_json(canned_out);
}

static void a_passphrase_comes_by_descriptor(void **state)
{
	char line[200];
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "open\r\n", 6), 6);
	close(ends[1]);
	(void)snprintf(line, sizeof(line), "id export Ann - --passphrase-fd %d", ends[0]);
	assert_int_equal(canned_run(line), 0);
	assert_string_equal(canned_out, "<SEALED/>\n");
	sent("open", "");
	close(ends[0]);
	assert_int_equal(canned_run(line), 1);
	assert_non_null(strstr(canned_err, "cannot be read"));
	assert_int_equal(canned_run("id export Ann - --passphrase-fd x"), 2);
	assert_int_equal(canned_run("id export Ann - --passphrase-fd 0 --passphrase-file x"), 2);
}

static void passphrases_have_a_length(void **state)
{
	char longest[1026];
	memset(longest, 'x', sizeof(longest));
	longest[1025] = 0;
	write_file("pass", "\n");
	assert_int_equal(run("id export Ann %s --passphrase-file %s", "-", at("pass")), 2);
	assert_non_null(strstr(canned_err, "empty"));
	write_file("pass", longest);
	assert_int_equal(run("id export Ann %s --passphrase-file %s", "-", at("pass")), 2);
	assert_non_null(strstr(canned_err, "longer than 1,024"));
	/* The newline at the end is none of it. */
	longest[1024] = '\n';
	write_file("pass", longest);
	assert_int_equal(run("id export Ann %s --passphrase-file %s", "-", at("pass")), 0);
	assert_int_equal(run("id export Ann %s --passphrase-file %s", "-", "/nowhere/x"), 1);
	assert_int_equal(canned_run("id export Ann - --passphrase secret"), 2);
	assert_non_null(strstr(canned_err, "there is no option"));
}

static void a_group_key_is_kept(void **state)
{
	write_file("pass", "correct horse");
	assert_int_equal(run("create Home -o %s --passphrase-file %s", at("key"), at("pass")), 0);
	assert_non_null(strstr(canned_out, "the key of the group is in "));
	holds("key", "<SEALED/>");
	assert_int_equal(
		run("group export Home %s --owner --passphrase-file %s", at("key2"), at("pass")),
		0);
	holds("key2", "<SEALED/>");
	/* Nobody is asked for a passphrase before it is known that it will be needed. */
	assert_int_equal(run("group export Home %s --owner%s", at("key2"), ""), 1);
	assert_int_equal(run("group export Home %s --passphrase-file %s", at("x"), at("pass")), 2);
	assert_int_equal(run("group export Home %s%s", at("member"), ""), 0);
	holds("member", "<PEERGROUPCONFIG/>");
	assert_int_equal(run("group export Home %s%s", "-", ""), 0);
	assert_string_equal(canned_out, "<PEERGROUPCONFIG/>\n");
}

static void a_membership_needs_no_passphrase(void **state)
{
	write_file("member", "<PEERGROUPCONFIG/>");
	assert_int_equal(run("group import %s%s", at("member"), ""), 0);
	assert_string_equal(canned_out, "took over our place in group Home\n");
	assert_int_equal(run("group import %s%s -q", at("member"), ""), 0);
	assert_string_equal(canned_out, CANNED_NAME "\n");
	sent("", "<PEERGROUPCONFIG/>");
}

/* As homestead join takes it. What is there is not written over; then the code is said. */
static void a_link_is_written(void **state)
{
	assert_int_equal(run("invite Home -o %s%s", at("link"), ""), 0);
	assert_non_null(strstr(canned_out, "the link into group Home is in "));
	holds("link", "homestead:join/AQEA");
	assert_int_equal(run("invite Home -o %s%s", at("link"), ""), 1);
	assert_non_null(strstr(canned_out, "apple-river-stone-lemon-tiger"));
	assert_int_equal(run("join %s%s", at("link"), ""), 0);
	assert_non_null(strstr(canned_out, "{'code':'homestead:join/AQEA'}"));
}

static void text_that_is_no_utf8_goes_nowhere(void **state)
{
	assert_int_equal(canned_run("id create Zo\xeb"), 2);
	assert_non_null(strstr(canned_err, "the label is no text in UTF-8"));
	assert_non_null(strstr(canned_err, "locale tells"));
}

static void documents_are_documents(void **state)
{
	int fd = open(at("zeros"), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, 10), 0);
	assert_int_equal(run("join %s%s", at("zeros"), ""), 2);
	assert_non_null(strstr(canned_err, "holds no card, invitation or export"));
	assert_int_equal(ftruncate(fd, 131073), 0);
	assert_int_equal(run("invite Home %s%s", at("zeros"), ""), 2);
	close(fd);
}

static void files_are_put(void **state)
{
	write_file("list.txt", "eggs");
	assert_int_equal(run("put Home %s%s", at("list.txt"), ""), 0);
	assert_string_equal(canned_out, "put list.txt in Home\n");
	/* A file of that name is meant, whatever is in it. */
	write_file("a=b", "x");
	assert_int_equal(run("put Home %s%s -n", at("a=b"), ""), 0);
	assert_string_equal(canned_out, "would put a=b in Home\n");
}

/* ---- a terminal ---- */

struct said {
	const char *wait, *type;
};

/* Plays people in a child: waits for some words, then types. What was shown, at the end. */
static pid_t play(int master, const struct said *rows)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child)
		return child;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	char shown[4096] = "";
	size_t n = 0;
	for (; rows->wait; rows++) {
		while (!strstr(shown, rows->wait)) {
			ssize_t got = read(master, shown + n, sizeof(shown) - 1 - n);
			if (got <= 0)
				_exit(1);
			n += (size_t)got;
			shown[n] = 0;
		}
		shown[n = 0] = 0;
		if (write(master, rows->type, strlen(rows->type)) < 0)
			_exit(1);
	}
	_exit(0);
}

/* The command's exit code; what was typed and not shown stays out of the terminal. */
static int with_people(const char *line, const struct said *rows)
{
	int status, master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(master >= 0);
	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	canned_place.terminal = ptsname(master);
	/* Held open, so that the master does not see an end between two questions. */
	int held = open(canned_place.terminal, O_RDWR | O_NOCTTY);
	pid_t child = play(master, rows);
	int exit = canned_run(line);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	char rest[4096] = "";
	struct pollfd p = { master, POLLIN, 0 };
	ssize_t n = poll(&p, 1, 0) > 0 ? read(master, rest, sizeof(rest) - 1) : 0;
	rest[n > 0 ? n : 0] = 0;
	assert_null(strstr(rest, "horse"));
	close(held);
	close(master);
	return exit;
}

static void people_are_asked(void **state)
{
	static const struct said twice[] = { { "A passphrase for the file: ", "wrong\x15horse\r" },
					     { "The same again: ", "horsf\x7f"
								   "e\r" },
					     { 0 } };
	assert_int_equal(with_people("id export Ann -", twice), 0);
	sent("horse", "");
	static const struct said differ[] = { { "file: ", "horse\r" },
					      { "again: ", "house\r" },
					      { 0 } };
	assert_int_equal(with_people("id export Ann -", differ), 1);
	assert_non_null(strstr(canned_err, "not the same"));
	static const struct said stop[] = { { "file: ", "hor\x03" }, { 0 } };
	assert_int_equal(with_people("id export Ann -", stop), 1);
	assert_non_null(strstr(canned_err, "nothing was done"));
	static const struct said empty[] = { { "file: ", "\r" }, { 0 } };
	assert_int_equal(with_people("id export Ann -", empty), 2);
	static const struct said accents[] = { { "file: ", "\xc3\xa4\xc3\xb6\x7f!\r" },
					       { "again: ", "\xc3\xa4!\r" },
					       { 0 } };
	assert_int_equal(with_people("id export Ann -", accents), 0);
	sent("\xc3\xa4!", "");
}

static void the_password_is_asked_for_twice(void **state)
{
	static const struct said same[] = { { "password: ", "horse\r" },
					    { "again: ", "horse\r" },
					    { 0 } };
	static const struct said another[] = { { "password: ", "horse\r" },
					       { "again: ", "house\r" },
					       { 0 } };
	assert_int_equal(with_people("group set Home --password", same), 0);
	sent("horse", "");
	assert_non_null(strstr(canned_out, "whoever knows the password may be in group Home"));
	assert_int_equal(with_people("group set Home --password", another), 1);
	write_file("pass", "correct horse");
	assert_int_equal(run("group set Home --passphrase-file %s%s", at("pass"), " -q"), 0);
	sent("correct horse", "");
	assert_string_equal(canned_out, "");
	assert_int_equal(canned_run("group set Home --no-password"), 0);
	sent("", "");
	assert_int_equal(canned_run("group set Home --no-password --password"), 2);
	assert_int_equal(canned_run("group set Home --no-password --name x"), 2);
	assert_int_equal(canned_run("group set Home --no-password -n"), 0);
}

/* GROUP-14.36: whatever is asked shows no password. */
static void a_password_is_in_no_request(void **state)
{
	static const struct said once[] = { { "group: ", "horse\r" }, { 0 } };
	char *asked;
	free(canned_asked());
	assert_int_equal(with_people("join " CANNED_NAME " --password", once), 0);
	sent("horse", "");
	assert_string_equal(canned_out, "kept\n");
	asked = canned_asked();
	assert_non_null(strstr(asked, "POST /v1/groups/join/secret {'code':'" CANNED_NAME "'"));
	assert_null(strstr(asked, "horse"));
	free(asked);
	/* A name alone asks by itself. */
	assert_int_equal(with_people("join " CANNED_NAME, once), 0);
	sent("horse", "");
	free(canned_asked());
	write_file("pass", "correct horse");
	assert_int_equal(run("join " CANNED_NAME " --passphrase-file %s%s", at("pass"),
			     " --address 192.0.2.1 -n --json"),
			 0);
	sent("correct horse", "");
	asked = canned_asked();
	assert_non_null(strstr(asked, "'addresses':[{'address':'192.0.2.1:3587'}]"));
	assert_non_null(strstr(asked, "'dry_run':true"));
	assert_null(strstr(asked, "horse"));
	free(asked);
	assert_non_null(strstr(canned_out, "\"name\":\"" CANNED_NAME "\""));
}

static void people_say_yes_or_no(void **state)
{
	static const struct said yes[] = { { "[y/N] ", "y\r" }, { 0 } };
	static const struct said no[] = { { "no copy, is lost with them. [y/N] ", "\r" }, { 0 } };
	assert_int_equal(with_people("leave Home", yes), 0);
	assert_non_null(strstr(canned_out, "DELETE /v1/groups/" CANNED_NAME));
	assert_int_equal(with_people("leave Home", no), 1);
	assert_string_equal(canned_out, "");
	assert_int_equal(with_people("id delete Ann", yes), 0);
}

static void who_makes_a_group_is_offered_its_key(void **state)
{
	static const struct said no[] = { { "now? [y/N] ", "n\r" }, { 0 } };
	static const struct said yes[] = {
		{ "now? [y/N] ", "yes\r" }, { "file: ", "horse\r" }, { "again: ", "horse\r" }, { 0 }
	};
	char before[200];
	assert_int_equal(with_people("create Home", no), 0);
	assert_non_null(strstr(canned_out, "nobody can do that for this group"));
	assert_non_null(strstr(canned_out, "Home-owner.xml --owner"));
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(work), 0);
	assert_int_equal(with_people("create Home", yes), 0);
	assert_int_equal(chdir(before), 0);
	holds("Home-owner.xml", "<SEALED/>");
	sent("horse", "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, work_up, work_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_as_it_was),
		cmocka_unit_test(a_link_is_drawn),
		TEST(an_identity_is_moved),
		TEST(a_passphrase_comes_by_descriptor),
		TEST(passphrases_have_a_length),
		TEST(a_group_key_is_kept),
		TEST(a_membership_needs_no_passphrase),
		TEST(a_link_is_written),
		TEST(text_that_is_no_utf8_goes_nowhere),
		TEST(documents_are_documents),
		TEST(files_are_put),
		TEST(people_are_asked),
		TEST(the_password_is_asked_for_twice),
		TEST(a_password_is_in_no_request),
		TEST(people_say_yes_or_no),
		TEST(who_makes_a_group_is_offered_its_key),
	};
	folder = argc > 1 ? argv[1] : ".";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
