#include "files.h"

#include "daemon/conf.h"
#include "daemon/report.h"

static char why_buffer[CONF_WHY_MAX];

struct fixture {
	struct files files;
	struct failing_env f;
	struct conf c;
	char path[PATH_MAX];
};

static void begin(struct fixture *x)
{
	files_init(&x->files);
	failing_env_init(&x->f, 1);
	conf_init(&x->c, &x->f.env);
}

static void again(struct fixture *x)
{
	conf_fini(&x->c);
	failing_env_assert_clean(&x->f);
	conf_init(&x->c, &x->f.env);
}

static void end(struct fixture *x)
{
	conf_fini(&x->c);
	failing_env_assert_clean(&x->f);
	files_fini(&x->files);
}

static enum err load(struct fixture *x, const char *text)
{
	struct text why = TEXT_OF(why_buffer);
	again(x);
	strcpy(x->path, files_text(&x->files, "a.conf", text));
	enum err e = conf_load(&x->c, x->path, &why);
	assert_int_equal(e == OK, why_buffer[0] == '\0');
	return e;
}

static void good(struct fixture *x, const char *text)
{
	if (load(x, text) != OK)
		assert_string_equal(why_buffer, "");
}

/* Every line of `want` stands for FOLDER/line. */
static void bad(struct fixture *x, const char *text, const char *want)
{
	char full[CONF_WHY_MAX];
	struct text t = TEXT_OF(full);
	assert_int_equal(load(x, text), ERR_CONFIG);
	while (*want) {
		size_t n = strcspn(want, "\n");
		text_str(&t, x->files.folder);
		text_char(&t, '/');
		text_span(&t, span_of(want, n));
		want += n;
		if (*want) {
			text_char(&t, '\n');
			want++;
		}
	}
	assert_string_equal(why_buffer, full);
}

/* As bad(), for the beginning of the one line. */
static void begins(struct fixture *x, const char *text, const char *want)
{
	assert_int_equal(load(x, text), ERR_CONFIG);
	size_t n = strlen(x->files.folder) + 1;
	if (strncmp(why_buffer + n, want, strlen(want)) != 0)
		assert_string_equal(why_buffer + n, want);
	assert_null(strchr(why_buffer, '\n'));
}

#define WHO   "masc = { domain = 64512; node = 1;\n"
#define NORTH "name = \"north\"; address = \"192.0.2.1\"; role = \"child\"; domain = 64513;"

static void empty(void **state)
{
	struct fixture x;
	begin(&x);
	good(&x, "");
	assert_true(x.c.daemon.stop_limit == 5 * MONO_SEC);
	assert_int_equal(x.c.daemon.job_threads, 0);
	assert_int_equal(x.c.log.level, NODE_INFO);
	assert_int_equal(x.c.node.masc.n_peers, 0);
	assert_false(masc_config_active(&x.c.node.masc));
	good(&x, "daemon = {}; log : { parts = {} }; masc = { peers = () };");
	end(&x);
}

static void plain_groups(void **state)
{
	struct fixture x;
	begin(&x);
	good(&x, "daemon = { stop_limit = \"1m30s\"; job_threads = 3; };\n"
		 "log = { level = \"warning\"; format = \"json\"; burst = 0; interval = \"1m\";\n"
		 "\tparts = { masc = \"debug\"; store = \"error\"; }; };\n");
	assert_true(x.c.daemon.stop_limit == 90 * MONO_SEC);
	assert_int_equal(x.c.daemon.job_threads, 3);
	assert_int_equal(x.c.log.level, NODE_WARNING);
	assert_int_equal(x.c.log.format, LOG_JSON);
	assert_int_equal(x.c.log.burst, 0);
	assert_true(x.c.log.interval == MONO_MIN);
	assert_int_equal(x.c.log.parts[LOG_PART_MASC], NODE_DEBUG);
	assert_int_equal(x.c.log.parts[LOG_PART_STORE], NODE_ERROR);
	assert_int_equal(x.c.log.parts[LOG_PART_NET], LOG_GENERAL);
	end(&x);
}

static void masc_and_its_peers(void **state)
{
	struct fixture x;
	begin(&x);
	good(&x, WHO "profile = \"lab\"; hold_time = \"30s\"; listen = [ \"127.0.0.1\", "
		     "\"[::1]:2588\" ];\n"
		     "peers = ( { " NORTH " passive = true; ttl_security = 1; },\n"
		     "{ name = \"2.south-b_c\"; address = \"[2001:db8::1]:99\"; role = \"parent\"; "
		     "domain = \"4200000000\"; node = \"10.0.0.1\"; hold_time = \"0\"; } ); };");
	const struct masc_config *m = &x.c.node.masc;
	assert_int_equal(m->profile, MASC_PROFILE_LAB);
	assert_true(m->hold_time == 30 * MONO_SEC);
	assert_int_equal(m->n_listen, 2);
	assert_int_equal(m->listen[0].port, 2587);
	assert_int_equal(m->listen[1].port, 2588);
	assert_int_equal(m->n_peers, 2);
	assert_string_equal(m->peers[0].name, "north");
	assert_int_equal(m->peers[0].role, MASC_CHILD);
	assert_true(m->peers[0].passive);
	assert_int_equal(m->peers[0].ttl_security, 1);
	assert_string_equal(m->peers[1].name, "2.south-b_c");
	assert_int_equal(m->peers[1].address.port, 99);
	assert_true(m->peers[1].hold_time == 0);
	assert_int_equal(m->peers[1].domain.octets[12], 0xfa);
	assert_int_equal(m->peers[1].node.octets[12], 10);
	end(&x);
}

static void addresses_in_one_text(void **state)
{
	struct fixture x;
	begin(&x);
	good(&x, WHO "listen = \"127.0.0.1:1, ::1\"; };");
	assert_int_equal(x.c.node.masc.n_listen, 2);
	good(&x, WHO "listen = ( \"127.0.0.7\" ); };");
	assert_int_equal(x.c.node.masc.n_listen, 1);
	begins(&x, WHO "listen = [ \"127.0.0.1\", \"x\" ]; };", "a.conf:2: listen ");
	end(&x);
}

/* PNRP-9.9: on without a word, and off with one. */
static void names_and_their_clouds(void **state)
{
	struct fixture x;
	struct pnrp_config *p = &x.c.node.pnrp;
	begin(&x);
	good(&x, "");
	assert_true(p->enabled);
	good(&x, "pnrp = { enabled = false; };");
	assert_false(p->enabled);
	good(&x, "pnrp = { port = 4000; loopback = \"yes\"; link = { multicast = false; };\n"
		 "global = { seeds = [ \"192.0.2.1\", \"seed.example.net:4000\" ]; }; };");
	assert_int_equal(p->port, 4000);
	assert_int_equal(p->loopback, PNRP_LOOPBACK_YES);
	assert_false(p->cloud[PNRP_SCOPE_LINK].multicast);
	assert_string_equal(p->cloud[PNRP_SCOPE_GLOBAL].seeds, "192.0.2.1, seed.example.net:4000");
	bad(&x, "pnrp = {\n port = 80; };",
	    "a.conf:2: port \"80\" is not accepted; accepted is a number from 1025 to 65535");
	begins(&x, "pnrp = {\n planet = {}; };", "a.conf:2: there is no setting \"planet\" here; ");
	begins(&x, "pnrp = { link = {\n seed = \"x\"; }; };",
	       "a.conf:2: there is no setting \"seed\" here; did you mean seeds? ");
	begins(&x, "pnrp = { ipv4 = false; ipv6 = false; };", "a.conf: pnrp: ipv4 and ipv6");
	begins(&x, "pnrp = { site = 5; };", "a.conf:1: site: a group is expected here");
	end(&x);
}

static void graphs_and_their_limits(void **state)
{
	struct fixture x;
	struct graph_part_config *g = &x.c.node.graph;
	begin(&x);
	good(&x, "");
	assert_true(g->enabled);
	assert_int_equal(g->port, GRAPH_PORT);
	good(&x, "graph = { enabled = false; };");
	assert_false(g->enabled);
	assert_false(x.c.node.group.enabled);
	good(&x, "graph = { port = 4000; lab = true; memory_max = \"1GiB\"; life_max = \"30d\";\n"
		 "listen = [ \"192.0.2.1\", \"[2001:db8::1]:4001\" ]; };");
	assert_int_equal(g->port, 4000);
	assert_true(g->lab);
	assert_int_equal(g->memory_max, 1024 * 1024 * 1024);
	assert_int_equal(g->limits.life_max, 30 * MONO_DAY);
	assert_int_equal(g->n_listen, 2);
	assert_int_equal(g->listen[1].port, 4001);
	bad(&x, "graph = {\n port = 70000; };",
	    "a.conf:2: port \"70000\" is not accepted; accepted is a number from 0 to 65535");
	begins(&x, "graph = {\n ports = 5; };",
	       "a.conf:2: there is no setting \"ports\" here; did you mean port? ");
	begins(&x, "graph = { listen = \"somewhere\"; };", "a.conf:1: listen \"somewhere\"");
	begins(&x, "graph = { memory_max = \"16MiB\"; };", "a.conf: graph: link_memory is more");
	begins(&x, "graph = 5;", "a.conf:1: graph: a group is expected here");
	end(&x);
}

static void groups_and_keys(void **state)
{
	struct fixture x;
	struct group_part_config *g = &x.c.node.group;
	begin(&x);
	good(&x, "");
	assert_true(g->enabled);
	assert_false(g->classic);
	assert_string_equal(x.c.keys.passphrase_file, "");
	good(&x, "group = { enabled = false; renew_warning = \"30d\"; groups_max = 7; };");
	assert_false(g->enabled);
	assert_int_equal(g->renew_warning, 30 * MONO_DAY);
	assert_int_equal(g->groups_max, 7);
	begins(&x, "group = { classik = true; };",
	       "a.conf:1: there is no setting \"classik\" here; did you mean classic? ");
	begins(&x, "group = 5;", "a.conf:1: group: a group is expected here");
	/* A path is relative to the folder of the file. */
	good(&x, "keys = { passphrase_file = \"/etc/words\"; };");
	assert_string_equal(x.c.keys.passphrase_file, "/etc/words");
	good(&x, "keys = { passphrase_file = \"words\"; };");
	assert_non_null(strstr(x.c.keys.passphrase_file, "/words"));
	good(&x, "keys = { passphrase_file = \"\"; };");
	assert_string_equal(x.c.keys.passphrase_file, "");
	begins(&x, "keys = { passphrase = \"sesame\"; };",
	       "a.conf:1: there is no setting \"passphrase\" here; Accepted are passphrase_file");
	begins(&x, "keys = { passphrase_file = 5; };",
	       "a.conf:1: passphrase_file: the name of a file is expected");
	end(&x);
}

static void unknown_keys(void **state)
{
	struct fixture x;
	begin(&x);
	bad(&x, "\nlogs = {};",
	    "a.conf:2: there is no setting \"logs\" here; did you mean log? Accepted are daemon, "
	    "log, masc, pnrp, graph, group and keys");
	bad(&x, "log = { levle = \"info\";\n parts = {\n mask = \"info\"; };\n part = {};};",
	    "a.conf:1: there is no setting \"levle\" here; did you mean level? Accepted are level, "
	    "format, burst, interval and parts\n"
	    "a.conf:3: there is no setting \"mask\" here; did you mean masc? Accepted are daemon, "
	    "node, masc, pnrp, graph, group, engine, store, net and ctl\n"
	    "a.conf:4: there is no setting \"part\" here; did you mean parts? Accepted are level, "
	    "format, burst, interval and parts");
	begins(&x, "daemon = { xyzzy_plugh = 1; };",
	       "a.conf:1: there is no setting \"xyzzy_plugh\" here; Accepted are stop_limit and "
	       "job_threads");
	begins(&x, WHO "peer = (); };",
	       "a.conf:2: there is no setting \"peer\" here; did you mean peers? Accepted are ");
	begins(&x, WHO "hold_tme = \"3s\"; };",
	       "a.conf:2: there is no setting \"hold_tme\" here; did you mean hold_time? ");
	begins(&x, WHO "peers = ( { " NORTH "\n\n md5_keyfile = \"x\"; } ); };",
	       "a.conf:4: there is no setting \"md5_keyfile\" here; did you mean md5_key_file? ");
	begins(&x, WHO "peers = ( { " NORTH "\n adress = \"x\"; } ); };",
	       "a.conf:3: there is no setting \"adress\" here; did you mean address? ");
	end(&x);
}

#define SITE "name = \"site\"; range = \"239.248.0.0/14\";"

static void scopes(void **state)
{
	struct fixture x;
	begin(&x);
	good(&x, WHO "scopes = ( { " SITE " root = true; },\n{ name = \"wide\"; "
		     "range = \"ff38::9000:0/112\"; } );\n"
		     "peers = ( { " NORTH " crosses = \"site, wide\"; } ); };");
	const struct masc_config *m = &x.c.node.masc;
	assert_int_equal(m->n_scopes, 2);
	assert_string_equal(m->scopes[0].name, "site");
	assert_int_equal(m->scopes[0].range.length, 14);
	assert_true(m->scopes[0].root);
	assert_int_equal(m->scopes[1].range.family, MASC_IPV6);
	assert_false(m->scopes[1].root);
	assert_string_equal(m->peers[0].crosses, "site, wide");
	/* Of a top-level domain that names none. */
	good(&x, WHO "};");
	assert_int_equal(x.c.node.masc.n_scopes, 1);
	assert_string_equal(x.c.node.masc.scopes[0].name, "organisation");
	end(&x);
}

static void scopes_that_are_wrong(void **state)
{
	struct fixture x;
	begin(&x);
	bad(&x, WHO "scopes = { }; };",
	    "a.conf:2: scopes: a list of groups is expected: ( { name = \"site\"; ... }, ... )");
	bad(&x, WHO "scopes = ( { range = \"239.248.0.0/14\"; },\n{ name = \"a b\"; } ); };",
	    "a.conf:2: a scope needs a name in quotes: name = \"site\"\n"
	    "a.conf:3: name: accepted are 1 to 63 letters, digits, dots, dashes and underscores");
	begins(&x, WHO "scopes = ( { " SITE " },\n{ name = \"site\"; } ); };",
	       "a.conf:3: name: another scope has this name already");
	begins(&x, WHO "scopes = ( {\n name = \"a\"; rnage = \"x\"; } ); };",
	       "a.conf:3: there is no setting \"rnage\" here; did you mean range? ");
	begins(&x, WHO "scopes = ( {\n name = \"a\"; range = \"10.0.0.0/8\"; } ); };",
	       "a.conf:3: range \"10.0.0.0/8\" is not accepted; ");
	/* What only the whole shows, at the scope. */
	begins(&x,
	       WHO "scopes = ( { " SITE " },\n{ name = \"b\"; range = \"239.249.0.0/16\"; },\n"
		   "{ name = \"c\"; range = \"239.0.0.0/16\"; } );\n"
		   "peers = ( { " NORTH " } ); };",
	       "a.conf:3: masc: scope b: range overlaps that of scope site");
	begins(&x, WHO "scopes = ( { name = \"a\"; } ); };",
	       "a.conf:2: masc: scope a: range must be given");
	begins(&x,
	       WHO "scopes = ( { " SITE " } );\npeers = ( { " NORTH " },\n"
		   "{ name = \"b\"; address = \"192.0.2.2\"; role = \"child\"; domain = 8; "
		   "crosses = \"sita\"; } ); };",
	       "a.conf:4: masc: peer b: crosses names the scope \"sita\"");
	end(&x);
}

/* What is accepted is always said. */
static void bad_values(void **state)
{
	struct fixture x;
	begin(&x);
	bad(&x, "log = {\n level = \"loud\";\n interval = \"10\";\n burst = -1; };\n",
	    "a.conf:2: level \"loud\" is not accepted; accepted are error, warning, notice, info "
	    "and debug\n"
	    "a.conf:3: interval \"10\" is not accepted; accepted is a time from 1s to 1d, written "
	    "like 250ms, 90s, 2h30m or 30d\n"
	    "a.conf:4: burst \"-1\" is not accepted; accepted is a number from 0 to 1000000");
	bad(&x, "daemon = { stop_limit = 5; };",
	    "a.conf:1: stop_limit \"5\" is not accepted; accepted is a time from 0 to 10m, written "
	    "like 250ms, 90s, 2h30m or 30d");
	begins(&x, "\n" WHO "peers = ( { " NORTH "\nrole = \"boss\"; } ); };",
	       "a.conf:4: duplicate setting name");
	begins(&x, WHO "peers = ( {\n name = \"n\"; role = \"boss\"; } ); };",
	       "a.conf:3: role \"boss\" is not accepted; ");
	begins(&x, WHO "peers = ( {\n name = \"n\"; address = \"north\"; } ); };",
	       "a.conf:3: address \"north\" is not accepted; ");
	begins(&x, "masc = { domain = \"x\"; };", "a.conf:1: domain \"x\" is not accepted; ");
	end(&x);
}

#define FRACTION                                                                                   \
	": a number with a fraction is not accepted; times and sizes are texts with a unit, like " \
	"\"1500ms\" or \"64KiB\""
#define DECIMAL ": accepted are whole numbers in plain decimal; larger ones stand in quotes"
#define ONE	": one value is expected here, like 5, true or \"text\""

static void wrong_types(void **state)
{
	struct fixture x;
	begin(&x);
	bad(&x,
	    "log = {\n burst = 1.5;\n level = [ \"info\" ];\n format = { };\n interval = 10L; };",
	    "a.conf:2: burst" FRACTION "\na.conf:3: level" ONE "\na.conf:4: format" ONE
	    "\na.conf:5: interval" DECIMAL);
	bad(&x, "masc = { domain = 0xFC00; node = 1L;\n hold_time = 1e3; enabled = [ true ]; };",
	    "a.conf:1: domain" DECIMAL "\na.conf:1: node" DECIMAL "\na.conf:2: hold_time" FRACTION
	    "\na.conf:2: enabled" ONE);
	bad(&x, "log = 5;\nmasc = ( );\ndaemon = \"x\";",
	    "a.conf:1: log: a group is expected here: { NAME = VALUE; ... }\n"
	    "a.conf:2: masc: a group is expected here: { NAME = VALUE; ... }\n"
	    "a.conf:3: daemon: a group is expected here: { NAME = VALUE; ... }");
	bad(&x, "log = { parts = \"debug\"; };",
	    "a.conf:1: parts: a group is expected here: { NAME = VALUE; ... }");
	bad(&x, WHO "peers = { north = { }; }; };",
	    "a.conf:2: peers: a list of groups is expected: ( { name = \"north\"; ... }, ... )");
	bad(&x, WHO "peers = (\n \"north\",\n 5 ); };",
	    "a.conf:3: a group is expected here: { NAME = VALUE; ... }\n"
	    "a.conf:4: a group is expected here: { NAME = VALUE; ... }");
	end(&x);
}

/* libconfig would take each of these for another number, without a word. */
static void numbers_that_would_wrap(void **state)
{
	struct fixture x;
	begin(&x);
	bad(&x, "daemon = { job_threads = 4294967297; };",
	    "a.conf:1: a number beyond 2147483647 must stand in quotes, like \"4200000000\"");
	bad(&x, "masc = { node = 1;\n domain = 99999999999999999999; };",
	    "a.conf:2: a number beyond 2147483647 must stand in quotes, like \"4200000000\"");
	good(&x, "masc = { node = \"4294967295\"; domain = 2147483647; };");
	assert_int_equal(x.c.node.masc.node.octets[12], 255);
	begins(&x, "masc = { node = \"4294967296\"; domain = 1; };",
	       "a.conf:1: node \"4294967296\" is not accepted; ");
	end(&x);
}

static void syntax(void **state)
{
	struct fixture x;
	begin(&x);
	begins(&x, "log = {\n level = ;\n};", "a.conf:2: syntax error");
	begins(&x, "log = {\n level = \"info\"\n burst = 1\n", "a.conf:4: syntax error");
	begins(&x, "log = {};\n\nlog = {};", "a.conf:3: duplicate setting name");
	begins(&x, "log = { burst = 1;\n burst = 2; };", "a.conf:2: duplicate setting name");
	begins(&x, "masc = { listen = [ 5,\n\"a\" ]; };", "a.conf:2: mismatched element type");
	begins(&x, "a = \"x", "a.conf:1: a text begins here");
	end(&x);
}

static void included_files(void **state)
{
	struct fixture x;
	begin(&x);
	files_text(&x.files, "log.conf", "log = { level = \"debug\"; };\n");
	good(&x, "daemon = {};\n@include \"log.conf\"\nmasc = {};\n");
	assert_int_equal(x.c.log.level, NODE_DEBUG);
	files_text(&x.files, "log.conf", "\nlog = { level = \"loud\"; };\n");
	begins(&x, "@include \"log.conf\"\n", "log.conf:2: level \"loud\" is not accepted");
	files_text(&x.files, "log.conf", "\n\nlog = { level = ; };\n");
	begins(&x, "@include \"log.conf\"\n", "log.conf:3: syntax error");
	files_text(&x.files, "log.conf", "log = { burst = 4294967297; };\n");
	begins(&x, "@include \"log.conf\"\n", "log.conf:1: a number beyond 2147483647");
	begins(&x, "\n@include \"gone.conf\"\n", "a.conf:2: cannot include ");
	begins(&x, "@include gone.conf\n", "a.conf:1: syntax error");
	end(&x);
}

static void includes_in_the_working_folder(void **state)
{
	struct fixture x;
	struct text why = TEXT_OF(why_buffer);
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	begin(&x);
	files_text(&x.files, "log.conf", "log = { level = \"debug\"; };\n");
	files_text(&x.files, "a.conf", "@include \"log.conf\"\n");
	assert_int_equal(chdir(x.files.folder), 0);
	assert_int_equal(conf_load(&x.c, "a.conf", &why), OK);
	assert_int_equal(x.c.log.level, NODE_DEBUG);
	again(&x);
	files_text(&x.files, "log.conf", "log = { level = 5; };\n");
	assert_int_equal(conf_load(&x.c, "a.conf", &why), ERR_CONFIG);
	assert_memory_equal(why_buffer, "log.conf:1: level \"5\"", 21);
	assert_int_equal(fchdir(here), 0);
	close(here);
	end(&x);
}

static void no_file(void **state)
{
	struct fixture x;
	struct text why = TEXT_OF(why_buffer);
	begin(&x);
	assert_int_equal(conf_load(&x.c, "/nonexistent/a.conf", &why), ERR_CONFIG);
	assert_string_equal(why_buffer,
			    "/nonexistent/a.conf: cannot read the configuration: No such "
			    "file or directory");
	again(&x);
	text_clear(&why);
	assert_int_equal(conf_load(&x.c, "/dev/null", &why), OK);
	assert_string_equal(why_buffer, "");
	end(&x);
}

static void names_of_peers(void **state)
{
	struct fixture x;
	begin(&x);
	bad(&x, WHO "peers = (\n{ address = \"192.0.2.1\"; },\n{ name = 5; } ); };",
	    "a.conf:3: a peer needs a name in quotes: name = \"north\"\n"
	    "a.conf:4: a peer needs a name in quotes: name = \"north\"");
	bad(&x, WHO "peers = ( { " NORTH " },\n{ name = \"north\"; role = \"boss\"; } ); };",
	    "a.conf:3: name: another peer has this name already; each needs its own");
	bad(&x, WHO "peers = ( { name = \"a b\"; },\n{ name = \"\"; } ); };",
	    "a.conf:2: name: accepted are 1 to 63 letters, digits, dots, dashes and underscores\n"
	    "a.conf:3: name: accepted are 1 to 63 letters, digits, dots, dashes and underscores");
	end(&x);
}

/* What only the whole shows is told at the group or the peer it is about. */
static void the_whole(void **state)
{
	struct fixture x;
	begin(&x);
	begins(&x, "log = {};\nmasc = { domain = 5; };", "a.conf:2: masc: node must be given");
	begins(&x, "\nmasc = {\npeers = ( { " NORTH " } ); };",
	       "a.conf:2: masc: domain must be given");
	begins(&x, WHO "peers = ( { " NORTH " },\n\n{ name = \"bare\"; } ); };",
	       "a.conf:4: masc: peer bare: address must be given");
	begins(&x,
	       WHO "peers = ( { " NORTH " },\n{ name = \"b\"; address = \"192.0.2.1\"; "
		   "role = \"child\"; domain = 64513; },\n { name = \"c\"; } ); };",
	       "a.conf:3: masc: peer ");
	begins(&x, WHO "hold_time = \"2s\"; };", "a.conf:1: masc: hold_time must be ");
	end(&x);
}

static void find_the_peer_among_many(void **state)
{
	static char text[200 * 128];
	struct fixture x;
	begin(&x);
	for (unsigned wrong = 0; wrong < 9; wrong++) {
		struct text t = TEXT_OF(text);
		char want[64];
		text_str(&t, WHO "peers = (\n");
		for (unsigned i = 0; i < 9; i++) {
			char peer[160];
			snprintf(peer, sizeof(peer),
				 "%s{ name = \"p%u\"; address = \"192.0.2.%u\"; role = \"%s\"; "
				 "domain = 7; }\n",
				 i ? "," : "", i, i + 1, i == wrong ? "internal" : "child");
			text_str(&t, peer);
		}
		text_str(&t, "); };");
		snprintf(want, sizeof(want), "a.conf:%u: masc: peer p%u: an internal peer",
			 wrong + 3, wrong);
		begins(&x, text, want);
	}
	end(&x);
}

static const char *key_of(struct fixture *x)
{
	return x->c.node.masc.peers[0].md5_key;
}

static void key_files(void **state)
{
	struct fixture x;
	char text[PATH_MAX + 256];
	begin(&x);
	files_put(&x.files, "k", "sesame\n", 7, 0600);
	snprintf(text, sizeof(text), WHO "peers = ( { " NORTH " md5_key_file = \"%s\"; } ); };",
		 x.files.path);
	good(&x, text);
	assert_string_equal(key_of(&x), "sesame");
	good(&x, WHO "peers = ( { " NORTH " md5_key_file = \"k\"; } ); };");
	assert_string_equal(key_of(&x), "sesame");

	files_put(&x.files, "k", "sesame\n", 7, 0644);
	begins(&x, WHO "peers = ( { " NORTH "\nmd5_key_file = \"k\"; } ); };",
	       "a.conf:3: md5_key_file: ");
	assert_non_null(strstr(why_buffer,
			       "/k: holds a key, and others can read or change it (mode "
			       "0644); try: chmod 0640 "));
	assert_null(strstr(why_buffer, "sesame"));
	begins(&x, WHO "peers = ( { " NORTH "\nmd5_key_file = 5; } ); };",
	       "a.conf:3: md5_key_file: the name of a file is expected, in quotes");
	begins(&x, WHO "peers = ( { " NORTH "\nmd5_key_file = \"none\"; } ); };",
	       "a.conf:3: md5_key_file: ");
	assert_non_null(strstr(why_buffer, "none: No such file or directory"));
	end(&x);
}

static void keys_that_are_too_long(void **state)
{
	struct fixture x;
	char key[MASC_KEY_MAX + 2];
	memset(key, 'k', sizeof(key));
	key[MASC_KEY_MAX] = '\n';
	begin(&x);
	files_put(&x.files, "k", key, MASC_KEY_MAX + 1, 0600);
	good(&x, WHO "peers = ( { " NORTH " md5_key_file = \"k\"; } ); };");
	assert_int_equal(strlen(key_of(&x)), MASC_KEY_MAX);
	key[MASC_KEY_MAX] = 'k';
	files_put(&x.files, "k", key, MASC_KEY_MAX + 1, 0600);
	begins(&x, WHO "peers = ( { " NORTH " md5_key_file = \"k\"; } ); };",
	       "a.conf:2: md5_key_file: ");
	assert_null(strstr(why_buffer, "kkkk"));
	end(&x);
}

static void keys_in_the_file(void **state)
{
	static const char text[] = WHO "peers = ( { " NORTH "\nmd5_key = \"sesame\"; } ); };";
	struct fixture x;
	struct text why = TEXT_OF(why_buffer);
	begin(&x);
	good(&x, text);
	assert_string_equal(key_of(&x), "sesame");
	again(&x);
	strcpy(x.path, files_put(&x.files, "a.conf", text, sizeof(text) - 1, 0644));
	assert_int_equal(conf_load(&x.c, x.path, &why), ERR_CONFIG);
	assert_non_null(strstr(why_buffer, "a.conf:3: md5_key: "));
	assert_non_null(strstr(why_buffer, "(mode 0644)"));
	assert_non_null(strstr(why_buffer, "md5_key_file"));
	assert_null(strstr(why_buffer, "sesame"));
	files_put(&x.files, "k", "s\n", 2, 0600);
	files_put(&x.files, "a.conf", text, sizeof(text) - 1, 0600);
	begins(&x, WHO "peers = ( { " NORTH "\nmd5_key = \"s\"; md5_key_file = \"k\"; } ); };",
	       "a.conf:2: md5_key and md5_key_file are both given");
	end(&x);
}

static void many_errors_are_counted(void **state)
{
	struct fixture x;
	char text[64 * 32];
	struct text t = TEXT_OF(text);
	for (unsigned i = 0; i < REPORT_MAX + 5; i++) {
		text_str(&t, "zzzzzzzz");
		text_u64(&t, i);
		text_str(&t, " = 1;\n");
	}
	begin(&x);
	assert_int_equal(load(&x, text), ERR_CONFIG);
	assert_non_null(strstr(why_buffer, "\n... and 5 more"));
	end(&x);
}

/* What --print-config writes reads back as the same, but for secrets. */
static void printed_reads_back(void **state)
{
	struct fixture x;
	static char first[65536], second[65536];
	begin(&x);
	good(&x, "log = { level = \"notice\"; parts = { net = \"debug\"; }; };\n" WHO
		 "listen = [ \"127.0.0.1\", \"::1\" ];\npeers = ( { " NORTH
		 " md5_key = \"sesame\"; },\n{ name = \"s\"; address = \"::2\"; role = \"parent\"; "
		 "domain = \"2001:db8::\"; family = \"ipv6\"; } ); };");
	FILE *f = fmemopen(first, sizeof(first), "w");
	conf_print(&x.c, f);
	fclose(f);
	assert_null(strstr(first, "sesame"));
	assert_non_null(strstr(first, "# md5_key is set and not shown"));
	good(&x, first);
	assert_int_equal(x.c.log.parts[LOG_PART_NET], NODE_DEBUG);
	assert_int_equal(x.c.node.masc.n_listen, 2);
	assert_int_equal(x.c.node.masc.n_peers, 2);
	strcpy(x.c.node.masc.peers[0].md5_key, "again");
	f = fmemopen(second, sizeof(second), "w");
	conf_print(&x.c, f);
	fclose(f);
	assert_string_equal(first, second);
	end(&x);
}

static void without_memory(void **state)
{
	struct files files;
	struct failing_env f;
	files_init(&files);
	files_text(&files, "a.conf",
		   WHO "peers = ( { " NORTH " },\n{ name = \"s\"; address = \"::2\"; "
		       "role = \"parent\"; domain = 5; } ); };");
	FAILING_ENV_EACH(f, 5)
	{
		struct text why = TEXT_OF(why_buffer);
		struct conf c;
		conf_init(&c, &f.env);
		enum err e = conf_load(&c, files.path, &why);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		conf_fini(&c);
		failing_env_assert_clean(&f);
	}
	files_fini(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(plain_groups),
		cmocka_unit_test(masc_and_its_peers),
		cmocka_unit_test(addresses_in_one_text),
		cmocka_unit_test(names_and_their_clouds),
		cmocka_unit_test(graphs_and_their_limits),
		cmocka_unit_test(groups_and_keys),
		cmocka_unit_test(unknown_keys),
		cmocka_unit_test(scopes),
		cmocka_unit_test(scopes_that_are_wrong),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(wrong_types),
		cmocka_unit_test(numbers_that_would_wrap),
		cmocka_unit_test(syntax),
		cmocka_unit_test(included_files),
		cmocka_unit_test(includes_in_the_working_folder),
		cmocka_unit_test(no_file),
		cmocka_unit_test(names_of_peers),
		cmocka_unit_test(the_whole),
		cmocka_unit_test(find_the_peer_among_many),
		cmocka_unit_test(key_files),
		cmocka_unit_test(keys_that_are_too_long),
		cmocka_unit_test(keys_in_the_file),
		cmocka_unit_test(many_errors_are_counted),
		cmocka_unit_test(printed_reads_back),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
