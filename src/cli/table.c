/* The commands, and what newcomers type instead. */
#include "cli/table_int.h"

const struct cli_command cli_commands[] = {
	{ "status", "", "what runs here, since when, and what needs attention",
	  "Shows the daemon, its parts with their sessions, its store and its clock, and "
	  "whatever needs your attention, with what to do about it. Without any command, "
	  "homestead shows the same and suggests a next step.",
	  TAKES(CLI_WATCH), 0, 0, cli_run_status },
	{ "create", "NAME", "make a group of people, with you as its administrator",
	  "Makes a group, as --as or the default identity, and takes part in it, also after a "
	  "restart. Then it offers a copy of the key of the group, which is on this machine alone: "
	  "with --output FILE it is written there without a question. In the end it prints a code "
	  "that lets one in, for a week; homestead invite makes others.",
	  CREATES, 1, 1, cli_run_group_create },
	{ "invite", "GROUP [CARD]", "let somebody into a group, by a code or a card",
	  "Prints a code of five words: whoever has it is let in by any member that may invite, who "
	  "need not be you. It is for one and a week, but for --uses and --expires; to be read out, "
	  "or sent as --link, also in the file --output, which homestead join takes; with --qr the "
	  "link is also drawn as a QR code, for a camera. With --password it is a link for whoever "
	  "knows the group's password, which is not in it (group set). With a CARD it prints an "
	  "invitation for the identity whose card is in the file CARD (- is standard input; "
	  "homestead id card makes it), or writes it into --output. It is of use to nobody else: "
	  "mail it, or carry it. What role it gives is yours to say up to your own, and it "
	  "ends with your own membership or before, at --expires.",
	  INVITES, 1, 2, cli_run_invite_create },
	{ "join", "CODE|LINK|FILE", "take up an invitation, and become a member",
	  "Takes up a short code of five words, a link that begins with homestead:join/, the whole "
	  "name of a group, whose password is asked for, or the invitation in a file; - is standard "
	  "input, of any of them. With a code or a link the members that it leads to are asked, or those at "
	  "an --address, one after the other until one lets us in; a wrong guess ends it. With a "
	  "file it then connects to the first member that answers at an --address, unless "
	  "--no-connect says otherwise. Where nobody lets us in it is told why: no such password or "
	  "invitation, as the code is of another group; wrong, and five wrong guesses end a code; "
	  "used up, ended or revoked; to wait, and how long, after guesses at a password; a clock "
	  "that is off, and by how much; a member that may let nobody in; a machine of another "
	  "group, or that hangs up since it is in none by that name; or that none was found or "
	  "reached.",
	  TAKES(CLI_AS, CLI_AT_ADDRESS, CLI_NO_CONNECT, CLI_WITH_PASSWORD, CLI_SECRET_FD,
		CLI_SECRET_FILE, CLI_WHICH_GROUP, CLI_TIMEOUT, CLI_DRY_RUN),
	  1, 5, cli_run_group_join },
	{ "leave", "GROUP", "leave a group for good",
	  "Takes leave of the others and erases our membership and the records on this machine. The "
	  "identity stays; a new invitation brings it back in.",
	  TAKES(CLI_YES, CLI_DRY_RUN), 1, 1, cli_run_group_leave },
	{ "members", "GROUP", "who is in a group, and who is here",
	  "One line for each member that is known, those that are away too: its role, whether it is "
	  "here, when its membership ends, and the first digits of its peer name.",
	  TAKES(CLI_REMOVED, CLI_WATCH, CLI_LIMIT), 1, 1, cli_run_member_list },
	{ "put", "GROUP KEY=VALUE|FILE", "give all members a value, or a file",
	  "Publishes a value under a key, or a file of up to 60 MiB under its name. All members then "
	  "have it; homestead record list shows it. What you put there before under the same key "
	  "or name is changed.",
	  TAKES(CLI_FOR, CLI_DRY_RUN), 2, 2, cli_run_put },
	{ "events", "", "what happened of late; with --watch, what happens",
	  "Prints the newest events the daemon remembers and ends. With --watch it prints events "
	  "as they happen, and goes on when the daemon is started again. Without --level, it "
	  "leaves out those of level debug.",
	  TAKES(CLI_WATCH, CLI_PART, CLI_LEVEL), 0, 0, cli_run_events },
	{ "masc peers", "", "the MASC peers and their sessions",
	  "One line for each peer: what it is to us (IS OUR), its address, the state of the "
	  "session and for how long, the agreed hold time in seconds, and messages received and "
	  "sent. Where there is no session, the line below says why and when the daemon dials "
	  "again.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 0, cli_run_masc_peers },
	{ "masc peer", "NAME [up|down|reset]", "one MASC peer in full, or a command to it",
	  "Without a verb, shows all that is known about a peer and its session. up starts a "
	  "session or dials at once; down ends it and keeps it down, with --for for a time; reset "
	  "ends it and starts anew. What up and down say outlasts a restart of the daemon.",
	  TAKES(CLI_FOR, CLI_DRY_RUN), 1, 2, cli_run_masc_peer },
	{ "masc prefixes", "", "the ranges our domain holds and claims",
	  "One line for each: its number, the range, the state of the claim, how much of it is "
	  "promised to demands and children, for how long it is held, and the scope or domain it "
	  "comes from. The line below says what it waits for.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 0, cli_run_masc_prefixes },
	{ "masc claims", "[PREFIX]", "the claims that are known, ours and others'",
	  "One line for each, in the order of addresses: the range, the type of claim, the domain "
	  "that made it and what that is to us, for how long it is claimed, the node that made it "
	  "and the peer that told us. With a range or an address, only those in it or around it. "
	  "However many there are, all are shown, or as many as --limit says; with --json as one "
	  "object whose next is empty when those were all.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 1, cli_run_masc_claims },
	{ "masc space", "[PREFIX]", "who has which addresses, as a tree",
	  "Draws the ranges that claims may come from, what we and others hold and claim in them, "
	  "what children hold in ours, and what is free, with how much of each is used and for "
	  "how long it is held. Of free ranges that follow each other the largest is named, with "
	  "the number of the others. With a range, only that part.",
	  TAKES(CLI_WATCH), 0, 1, cli_run_masc_space },
	{ "masc claim", "SIZE|PREFIX", "claim a range",
	  "Claims so many addresses (256, 1k, or /24 for a prefix of that length), or exactly that "
	  "range. It is ours when the waiting period has passed and nobody objected; --wait waits "
	  "for that, up to --timeout; the claim goes on when the waiting is ended, by that or by "
	  "Ctrl-C. --for says for how long, --at not before when.",
	  TAKES(CLI_SCOPE, CLI_FOR, CLI_AT, CLI_WAIT, CLI_TIMEOUT, CLI_DRY_RUN), 1, 1,
	  cli_run_masc_claim },
	{ "masc demand", "[SIZE | end NUMBER]", "the addresses asked for; ask for some",
	  "Without a size, lists the demands and whether they are met. With one, asks for so many "
	  "addresses, now or at --at, until they are ended or for --for; ranges are claimed, grown "
	  "and renewed as all demands together need it. end ends one.",
	  TAKES(CLI_SCOPE, CLI_FOR, CLI_AT, CLI_DRY_RUN, CLI_WATCH, CLI_LIMIT), 0, 2,
	  cli_run_masc_demand },
	{ "masc withdraw", "PREFIX", "give a range back, or stop claiming it",
	  "Gives a range back that nobody uses, or takes a claim back.", TAKES(CLI_DRY_RUN), 1, 1,
	  cli_run_masc_withdraw },
	{ "masc clashes", "", "ranges that another domain holds too",
	  "One line for each clash: what we hold, what the other domain holds, and what has become "
	  "of it. Open ones wait for a decision: masc resolve.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 0, cli_run_masc_clashes },
	{ "masc resolve", "NUMBER keep|yield", "decide a clash",
	  "yield withdraws our part of the overlap until the other domain gives its own up; keep "
	  "leaves ours as it is, for the other domain to go.",
	  TAKES(CLI_DRY_RUN), 2, 2, cli_run_masc_resolve },
	{ "masc show", "", "the state of the part masc",
	  "Shows whether MASC runs, where it listens, and how many sessions are in which state.",
	  NULL, 0, 0, cli_run_masc_show },
	{ "name publish", "NAME", "let others find this machine by a name",
	  "Publishes a name, or changes what it leads to: this machine with all its addresses, kept "
	  "current, or the addresses given. printer-room is short for 0.printer-room, which "
	  "anybody may publish; with --secure the name is under this machine's key. It is "
	  "published again after a restart, but for --temporary. Programs then find it as "
	  "printer-room.pnrp.net.",
	  TAKES(CLI_PORT, CLI_PROTOCOL, CLI_ADDRESS, CLI_COMMENT, CLI_FILE, CLI_TEXT, CLI_CLOUD,
		CLI_SECURE, CLI_TEMPORARY, CLI_DRY_RUN),
	  1, 1, cli_run_name_publish },
	{ "name unpublish", "NAME", "withdraw a name that is published here",
	  "Withdraws a name. Those who looked it up of late may go on using its addresses.",
	  TAKES(CLI_SECURE, CLI_DRY_RUN), 1, 1, cli_run_name_unpublish },
	{ "name list", "", "the names that are published here",
	  "One line for each: the name, what it leads to, and in how many clouds others know of it. "
	  "The names of other machines cannot be listed: who wants one must know it.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 0, cli_run_name_list },
	{ "name resolve", "NAME", "who publishes a name, and where that leads",
	  "Looks a name up in all clouds at once and prints a line for each address it leads to. "
	  "Takes a peer name (0.printer-room), its short form (printer-room) or its host name "
	  "(printer-room.pnrp.net). The first publisher is enough, unless --all or --most say "
	  "otherwise.",
	  TAKES(CLI_ALL, CLI_MOST, CLI_CLOUD, CLI_PAYLOAD, CLI_TIMEOUT), 1, 1,
	  cli_run_name_resolve },
	{ "name trace", "NAME", "the way to a name, node by node",
	  "Looks a name up and shows each step as it is made, as traceroute does for routes: the "
	  "node that was asked, how many of the leading 256 bits its ID shares with the one that "
	  "is looked for, what came of it, and how long that took.",
	  TAKES(CLI_CLOUD, CLI_TIMEOUT), 1, 1, cli_run_name_trace },
	{ "name convert", "NAME", "the host name of a peer name, and back",
	  "Prints the other form of a name: printer-room.pnrp.net for 0.printer-room, and back. "
	  "Names with dots, blanks or capitals have no host name. Needs no daemon.",
	  NULL, 1, 1, cli_run_name_convert },
	{ "cloud list", "", "the clouds in which this machine finds names",
	  "One line for each cloud: its state, the nodes it knows, how many there are by its own "
	  "estimate, and the names registered in it from here. The line below says why it is so.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 0, cli_run_cloud_list },
	{ "cloud show", "CLOUD", "one cloud in full: its nodes, neighbours of our names",
	  "Shows all that is known about a cloud: its addresses, the nodes in its table, and for "
	  "each name registered from here the neighbours on the ring of IDs.",
	  TAKES(CLI_WATCH), 1, 1, cli_run_cloud_show },
	{ "cloud stats", "[CLOUD]", "what clouds count: messages, octets, failures",
	  "Shows how many messages of each kind went in and out, and what else is counted.",
	  TAKES(CLI_WATCH), 0, 1, cli_run_cloud_stats },
	{ "cloud ping", "ADDRESS", "ask another node for a sign of life",
	  "Sends one empty message to the node at an address, port 3540 unless one is given, and "
	  "prints how long its answer took.",
	  TAKES(CLI_CLOUD), 1, 1, cli_run_cloud_ping },
	{ "cloud repair", "[CLOUD]", "look for lost neighbours of a cloud now",
	  "Does at once what is else done from time to time: asks whether the cloud has come apart, "
	  "and compares neighbours.",
	  TAKES(CLI_DRY_RUN), 0, 1, cli_run_cloud_change },
	{ "cloud flush", "[CLOUD]", "forget the nodes a cloud knows, and find them anew",
	  "Forgets the table of other nodes. Names stay registered.", TAKES(CLI_DRY_RUN), 0, 1,
	  cli_run_cloud_change },
	{ "id create", "LABEL", "make an identity: who you are to others",
	  "Makes an identity: a key that stays on this machine, and a peer name made of it. LABEL is "
	  "what people call it, such as \"Ann, laptop\"; everybody in its groups sees it.",
	  TAKES(CLI_DEFAULT, CLI_CLASSIFIER, CLI_PROFILE, CLI_DRY_RUN), 1, 1, cli_run_id_create },
	{ "id list", "", "the identities of this machine",
	  "One line for each: its label, the first digits of its peer name, whether it is the "
	  "default, and the groups that it is in.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 0, cli_run_id_list },
	{ "id show", "[ID]", "one identity in full",
	  "Shows an identity, or the default one. An identity is named by its label, its peer name, "
	  "or six digits of that or more.",
	  NULL, 0, 1, cli_run_id_show },
	{ "id card", "[ID]", "print the card to give to whoever invites you",
	  "Prints the card of an identity, or of the default one, or writes it into --output. There "
	  "is no secret in it: who has it can invite you, and know you again.",
	  TAKES(CLI_OUTPUT), 0, 1, cli_run_id_card },
	{ "id rename", "ID LABEL", "call an identity something else",
	  "Changes the label. Its peer name stays, and so does what its groups call it until its "
	  "membership there is renewed.",
	  TAKES(CLI_DRY_RUN), 2, 2, cli_run_id_rename },
	{ "id default", "ID", "take this identity where none is named",
	  "Takes this identity where none is named, from now on.", TAKES(CLI_DRY_RUN), 1, 1,
	  cli_run_id_default },
	{ "id export", "ID FILE", "write an identity into a file, under a passphrase",
	  "Writes an identity with its key into a file, sealed under a passphrase: to move it to "
	  "another machine, or to keep it. Its memberships are not in it: see group export.",
	  TAKES(CLI_SECRET, CLI_DRY_RUN), 2, 2, cli_run_id_export },
	{ "id import", "FILE", "take over an identity from a file",
	  "Takes over an identity that id export wrote; - is standard input.", TAKES(CLI_SECRET), 1,
	  1, cli_run_id_import },
	{ "id delete", "ID", "erase an identity with its key",
	  "Erases an identity. It must be in no group any more.", TAKES(CLI_YES, CLI_DRY_RUN), 1, 1,
	  cli_run_id_delete },
	{ "group create", "NAME", "the same as create", "The same as create.", CREATES, 1, 1,
	  cli_run_group_create },
	{ "group list", "", "the groups that this machine is in",
	  "One line for each: its name, its state, our role, how many members are known and online, "
	  "its records, and the first digits of its peer name.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 0, cli_run_group_list },
	{ "group show", "GROUP", "one group in full",
	  "Shows a group and our membership in it. A group is named by its name, its peer name, or "
	  "six digits of that or more. It is a graph, too: graph show, record list and peer list "
	  "take it.",
	  TAKES(CLI_WATCH), 1, 1, cli_run_group_show },
	{ "group set", "GROUP", "change a group's name or comment, for all members",
	  "Changes what is given, a comment also to nothing: --name, --comment, and with --presence "
	  "all or none whether members tell that they are here. With --password whoever knows it "
	  "is let in as a member, until another is set, or a removal ends it, or --no-password. "
	  "Administrators may.",
	  TAKES(CLI_GROUP_NAME, CLI_GROUP_NOTE, CLI_PRESENCE, CLI_WITH_PASSWORD, CLI_NO_PASSWORD,
		CLI_SECRET, CLI_DRY_RUN),
	  1, 1, cli_run_group_set },
	{ "group connect", "GROUP [ADDRESS]", "be online in a group",
	  "Takes part in a group, from now on and over restarts, and connects to the first member "
	  "that answers: at an address, or else where the group's name leads to. It goes on "
	  "looking by itself when nobody is there.",
	  TAKES(CLI_AT_ADDRESS, CLI_TIMEOUT, CLI_DRY_RUN), 1, 2, cli_run_group_connect },
	{ "group disconnect", "GROUP", "be offline in a group",
	  "Takes leave of the others. Membership and records stay, for group connect.",
	  TAKES(CLI_DRY_RUN), 1, 1, cli_run_group_disconnect },
	{ "group rotate", "GROUP", "give a group another key",
	  "Begins a new epoch: what members write from now on is under another key. That happens by "
	  "itself when somebody is removed, and after 90 days. Administrators may.",
	  TAKES(CLI_YES, CLI_DRY_RUN), 1, 1, cli_run_group_rotate },
	{ "group leave", "GROUP", "the same as leave", "The same as leave.",
	  TAKES(CLI_YES, CLI_DRY_RUN), 1, 1, cli_run_group_leave },
	{ "group export", "GROUP FILE", "write our membership, or the group's key, into a file",
	  "Writes our membership into a file: with the identity, see id export, it moves to another "
	  "machine. With --owner it is the key of the group that is written, sealed under a "
	  "passphrase, which its creator alone has: keep that where this machine is not.",
	  TAKES(CLI_OWNER, CLI_SECRET, CLI_DRY_RUN), 2, 2, cli_run_group_export },
	{ "group import", "FILE", "take over a membership, or a group's key, from a file",
	  "Takes over what group export wrote; - is standard input.", TAKES(CLI_SECRET), 1, 1,
	  cli_run_group_import },
	{ "member list", "GROUP", "the same as members", "The same as members.",
	  TAKES(CLI_REMOVED, CLI_WATCH, CLI_LIMIT), 1, 1, cli_run_member_list },
	{ "member show", "GROUP MEMBER", "one member in full, and who let it in",
	  "Shows a member with the chain of those who let it in. A member is named by its label "
	  "or the beginning of that, its peer name, or six digits of that or more.",
	  NULL, 2, 2, cli_run_member_show },
	{ "member role", "GROUP MEMBER ROLE", "let a member do more, or less",
	  "Gives a member a new membership with another role: admin, inviter or member. It learns of "
	  "it by itself; with --output it is written into a file as well.",
	  TAKES(CLI_EXPIRES, CLI_OUTPUT, CLI_DRY_RUN), 3, 3, cli_run_member_role },
	{ "member renew", "GROUP MEMBER", "let a member stay longer",
	  "Gives a member a new membership that ends at --expires, else as late as may be. It learns "
	  "of it by itself; with --output it is written into a file as well.",
	  TAKES(CLI_EXPIRES, CLI_OUTPUT, CLI_DRY_RUN), 2, 2, cli_run_member_renew },
	{ "member remove", "GROUP MEMBER", "remove a member, for all others",
	  "Its key counts no more; its records and whom it let in stay. Administrators may.",
	  REMOVES, 2, 2, cli_run_member_remove },
	{ "member return", "GROUP MEMBER", "let a removed member back in",
	  "It gets a new membership. What the group's key removed, that key alone lets back.",
	  RETURNS, 2, 2, cli_run_member_return },
	{ "invite create", "GROUP [CARD]", "the same as invite", "The same as invite.", INVITES, 1,
	  2, cli_run_invite_create },
	{ "invite list", "GROUP", "the codes by which people come into a group",
	  "One line for each: the first two words of its code, for whom it is, its role, whether it "
	  "is open or why not, how many it has let in of how many it may, when it ends, and by whom "
	  "it was made. The codes themselves are kept nowhere.",
	  NULL, 1, 1, cli_run_invite_list },
	{ "invite revoke", "GROUP INVITE", "let nobody in by a code any more",
	  "Ends an invitation, which is named by its identifier as invite list shows it, by the first "
	  "two words of its code, or by whom it is for. Who came in by it stays.",
	  TAKES(CLI_DRY_RUN), 2, 2, cli_run_invite_revoke },
	{ "invite show", "FILE|LINK|CODE", "what an invitation, a card or an export says",
	  "Says what a document is, of whom and for whom, and whether it holds; of a link, of which "
	  "group it is and where members are. Asks nobody else, and changes nothing.",
	  NULL, 1, 5, cli_run_invite_show },
	{ "graph list", "", "the graphs of this machine",
	  "One line for each: its number here, its Graph ID, its state, the neighbors it is "
	  "connected to, the nodes that say they are here, and the records in its database.",
	  TAKES(CLI_WATCH, CLI_LIMIT), 0, 0, cli_run_graph_list },
	{ "graph show", "GRAPH", "one graph in full",
	  "Shows all that is known about a graph and this machine's node of it. A graph is named "
	  "by its Graph ID or its beginning, its number, or its friendly name. Connections that "
	  "led to no graph are those of the port, which all graphs share.",
	  TAKES(CLI_WATCH), 1, 1, cli_run_graph_show },
	{ "graph map", "GRAPH", "draw the nodes of a graph and what joins them",
	  "Draws this node, the neighbors it is connected to with how useful each connection has "
	  "been of late, and the other nodes that say they are here. A node knows its own "
	  "connections and no others, so no more are drawn. With --svg as a picture for other "
	  "programs.",
	  TAKES(CLI_WATCH, CLI_SVG), 1, 1, cli_run_graph_map },
	{ "graph create", "GRAPH", "make a graph, of which this machine is the first node",
	  "Makes a graph and takes part in it, also after a restart, until it is closed. One machine "
	  "creates a graph, all others open it. It has no security: whoever knows the Graph ID may "
	  "join, read and write. For people there are groups: homestead create.",
	  TAKES(CLI_PEER, CLI_NODE_NAME, CLI_LABEL, CLI_NOTE, CLI_REACH, CLI_PROFILE, CLI_DEFER,
		CLI_LARGEST, CLI_PRESENCE, CLI_LIFE, CLI_SYNC, CLI_QUIETLY, CLI_DRY_RUN),
	  1, 1, cli_run_graph_create },
	{ "graph open", "GRAPH", "take part in a graph that is there",
	  "Opens a graph whose database is here, or one that other machines have: then its records "
	  "come with the first connection, see graph connect.",
	  TAKES(CLI_PEER, CLI_NODE_NAME, CLI_PROFILE, CLI_SYNC, CLI_QUIETLY, CLI_DRY_RUN), 1, 1,
	  cli_run_graph_open },
	{ "graph connect", "GRAPH ADDRESS", "connect a graph to a first neighbor",
	  "Connects to the node at an address, port 3587 unless one is given. From then on the graph "
	  "finds and keeps its neighbors by itself. An address that does not answer is tried again "
	  "while neighbors are wanted, each 30 s without any; graph show tells so.",
	  TAKES(CLI_PEER, CLI_DRY_RUN), 2, 2, cli_run_graph_connect },
	{ "graph listen", "GRAPH", "take connections of other nodes",
	  "Takes connections of other nodes from now on, or as soon as the database is complete.",
	  TAKES(CLI_DRY_RUN), 1, 1, cli_run_graph_change },
	{ "graph set", "GRAPH", "change a graph's name and comment, and our presence",
	  "Changes what is given, be it to nothing: the graph's friendly name and comment and who "
	  "tells that it is here, for all its nodes; --present and --about for this node.",
	  TAKES(CLI_LABEL, CLI_NOTE, CLI_PRESENCE, CLI_LIFE, CLI_PRESENT, CLI_ABOUT, CLI_DRY_RUN),
	  1, 1, cli_run_graph_set },
	{ "graph revalidate", "GRAPH", "judge anew records that could not be judged",
	  "Judges the records again that could not be judged when they came.", TAKES(CLI_DRY_RUN),
	  1, 1, cli_run_graph_change },
	{ "graph export", "GRAPH FILE", "write the database of a graph into a file",
	  "Writes all records of a graph into a file that graph import takes; - is standard output.",
	  NULL, 2, 2, cli_run_graph_export },
	{ "graph import", "GRAPH FILE", "take over the database of a graph from a file",
	  "Takes over the records of a file that graph export wrote; - is standard input. Meanwhile "
	  "the graph takes leave of its neighbors; then it is opened again, or closed, as it was.",
	  NULL, 2, 2, cli_run_graph_import },
	{ "graph close", "GRAPH", "leave a graph; its database stays",
	  "Takes leave of the neighbors. The database stays here, for graph open.",
	  TAKES(CLI_DRY_RUN), 1, 1, cli_run_graph_change },
	{ "graph delete", "GRAPH", "leave a graph and forget its database",
	  "Takes leave of the neighbors and erases the database on this machine; other machines keep "
	  "theirs.",
	  TAKES(CLI_DRY_RUN), 1, 1, cli_run_graph_change },
	{ "record add", "GRAPH", "publish a record",
	  "Publishes a record: it is on disk here when this ends, and on its way to every node. It "
	  "ends after --for, else after a year. For example: homestead record add board --type note "
	  "--attr author=ann --data \"hello\"",
	  TAKES(CLI_TYPE, CLI_ATTR, CLI_DATA, CLI_INPUT, CLI_FOR, CLI_DRY_RUN), 1, 1,
	  cli_run_record_add },
	{ "record get", "GRAPH RECORD", "one record in full",
	  "Shows a record with its attributes and, where they are text, its data; --output writes "
	  "them as they are. A record is named by its Record ID, or 8 digits of its end or beginning.",
	  TAKES(CLI_XML, CLI_OUTPUT), 2, 2, cli_run_record_get },
	{ "record list", "GRAPH [QUERY]", "the records of a graph, or those that match",
	  "One line for each, with its attributes below. A query compares attributes and type, id, "
	  "creator, modifier, created, modified and age with =, !=, <, >, <= and >=, joined by and, "
	  "or, not and parentheses: \"type = note and author = 'a*' and age < 2d\". In text, * "
	  "stands for anything and ? for one character. A peersearch document is a query too.",
	  TAKES(CLI_TYPE, CLI_WATCH, CLI_LIMIT), 1, 40, cli_run_record_list },
	{ "record search", "GRAPH QUERY", "the same as record list with a query",
	  "The same as record list with a query.", TAKES(CLI_TYPE, CLI_WATCH, CLI_LIMIT), 2, 40,
	  cli_run_record_list },
	{ "record update", "GRAPH RECORD", "change a record",
	  "Changes what is given: data, all attributes, how long it lives from now on. With "
	  "--if-version only if nobody changed it since.",
	  TAKES(CLI_ATTR, CLI_DATA, CLI_INPUT, CLI_FOR, CLI_VERSION, CLI_DRY_RUN), 2, 2,
	  cli_run_record_update },
	{ "record delete", "GRAPH RECORD", "delete a record",
	  "Deletes a record everywhere, or with --local only here.",
	  TAKES(CLI_VERSION, CLI_LOCAL, CLI_DRY_RUN), 2, 2, cli_run_record_delete },
	{ "record watch", "GRAPH", "the changes of records, as they happen",
	  "Prints a line for each record that is added, updated, deleted or ends, until it is "
	  "stopped; with --type only those of one type; with --json an object a line, with the "
	  "whole record.",
	  TAKES(CLI_TYPE), 1, 1, cli_run_record_watch },
	{ "peer list", "GRAPH", "the nodes of a graph, and connections to them",
	  "One line for each node that says it is here, and for each connection: what it is, its "
	  "address, the connection's number, how useful it has been of late, and its age.",
	  TAKES(CLI_WATCH), 1, 1, cli_run_peer_list },
	{ "peer ping", "GRAPH [PEER]", "send neighbors a sign of life",
	  "Sends a sign of life to a neighbor, or to all. There is no answer to it; a dead connection "
	  "shows itself. A peer is named by its Peer ID, in a group by its label, by 4 digits of its "
	  "Node ID or more, or by the number of its connection.",
	  TAKES(CLI_DRY_RUN), 1, 2, cli_run_peer_ping },
	{ "peer connect", "GRAPH ADDRESS", "the same as graph connect",
	  "The same as graph connect.", TAKES(CLI_PEER, CLI_DRY_RUN), 2, 2, cli_run_graph_connect },
	{ "peer send", "GRAPH PEER", "send one message to one node",
	  "Opens a direct connection to a node, sends --data or what --file holds over it, up to "
	  "1 MiB, and ends it. A program there must take direct connections.",
	  TAKES(CLI_TYPE, CLI_DATA, CLI_INPUT), 2, 2, cli_run_peer_send },
	{ "peer chat", "GRAPH [PEER]", "talk with a node, line by line",
	  "What is typed here is printed there, and the other way round, over a direct connection, "
	  "until one of both ends its input. With a PEER it is called, else the first who calls is "
	  "talked to. With --json each line printed is an object: its event is waiting, connected, "
	  "message or ended.",
	  NULL, 1, 2, cli_run_peer_chat },
	{ "peer disconnect", "GRAPH PEER", "end a connection",
	  "Ends a connection. The graph may find another neighbor, or the same again.",
	  TAKES(CLI_DRY_RUN), 2, 2, cli_run_peer_disconnect },
	{ "capture graph", "FILE", "write the traffic of graphs into a file for Wireshark",
	  "Writes what goes over the connections of all graphs of this machine into a pcapng file, "
	  "until Ctrl-C or for --for; - is standard output. homestead-graph.lua, in "
	  "share/homestead/wireshark, takes it apart: tshark -X lua_script:homestead-graph.lua -r "
	  "FILE. The packets around the octets are made up. What goes between members of a group is "
	  "encrypted, here too.",
	  TAKES(CLI_FOR), 1, 1, cli_run_capture },
	{ "log", "[LEVEL [PART]]", "show or set what the daemon logs",
	  "Without a level, shows the level of every part. With one, sets it for one part or for "
	  "all, until the daemon is started again or reads its configuration anew.",
	  TAKES(CLI_DRY_RUN), 0, 2, cli_run_log },
	{ "doctor ports", "", "who listens on Homestead's ports",
	  "Looks at tcp 2587 (MASC), udp 2535 (MADCAP), udp 3540 (PNRP) and tcp 3587 (grouping): "
	  "program, process and user that hold them, whether that is Homestead, and what to do. "
	  "Needs no daemon.",
	  NULL, 0, 0, cli_run_doctor_ports },
	{ "doctor", "", "everything that may be wrong, and what to do",
	  "Shows who holds Homestead's ports, as doctor ports does, and what the daemon says "
	  "needs attention, each with its cause and what to do: ports, the store, the clock, the "
	  "sessions, names, and of groups their keys and where these lie, clocks of members that "
	  "differ, memberships that end, administrators that are gone.",
	  NULL, 0, 0, cli_run_doctor },
	{ "daemon status", "", "the same as status", "The same as status.", TAKES(CLI_WATCH), 0, 0,
	  cli_run_status },
	{ "daemon reload", "", "read the configuration anew",
	  "Makes the daemon read its configuration anew. When something in it is not accepted, "
	  "says in which line and why, and nothing is changed. With --dry-run it is only checked.",
	  TAKES(CLI_DRY_RUN), 0, 0, cli_run_daemon_reload },
	{ "version", "", "the version of this program and of the daemon",
	  "Prints the version of this program, and of the daemon when one answers.", NULL, 0, 0,
	  cli_run_version },
	{ "completion", "bash|zsh|fish", "a script that completes commands in a shell",
	  "Prints a completion script. For bash: homestead completion bash > "
	  "~/.local/share/bash-completion/completions/homestead",
	  NULL, 1, 1, cli_run_completion },
	{ "help", "[COMMAND]", "what there is to type, or what one command takes",
	  "Without a command, lists all of them.", NULL, 0, CLI_WORDS_MAX, cli_run_help },
	{ 0 },
};

const struct cli_alias cli_aliases[] = {
	{ "new", "create", true },
	{ "accept", "join", true },
	{ "quit", "leave", true },
	{ "id ls", "id list", true },
	{ "id info", "id show", true },
	{ "id status", "id show", true },
	{ "id new", "id create", true },
	{ "id add", "id create", true },
	{ "id remove", "id delete", true },
	{ "id rm", "id delete", true },
	{ "id label", "id rename", true },
	{ "id use", "id default", true },
	{ "identity list", "id list", true },
	{ "identity show", "id show", true },
	{ "identity create", "id create", true },
	{ "identity card", "id card", true },
	{ "identity export", "id export", true },
	{ "identity import", "id import", true },
	{ "identity delete", "id delete", true },
	{ "group ls", "group list", true },
	{ "group info", "group show", true },
	{ "group status", "group show", true },
	{ "group new", "group create", true },
	{ "group add", "group create", true },
	{ "group join", "join", true },
	{ "group invite", "invite", true },
	{ "group members", "members", true },
	{ "group put", "put", true },
	{ "group rename", "group set", true },
	{ "group open", "group connect", true },
	{ "group close", "group disconnect", true },
	{ "group delete", "group leave", true },
	{ "group remove", "group leave", true },
	{ "group rm", "group leave", true },
	{ "member ls", "members", true },
	{ "member info", "member show", true },
	{ "member add", "invite", true },
	{ "member invite", "invite", true },
	{ "member create", "invite", true },
	{ "member set", "member role", true },
	{ "invite add", "invite", true },
	{ "invite read", "invite show", true },
	{ "invite info", "invite show", true },
	{ "add member", "invite GROUP CARD", false },
	{ "add", "invite GROUP CARD", false },
	{ "groups", "group list", false },
	{ "ids", "id list", false },
	{ "identity", "id show", false },
	{ "identities", "id list", false },
	{ "whoami", "id show", false },
	{ "card", "id card", false },
	{ "invitation", "invite GROUP CARD", false },
	{ "promote", "member role GROUP MEMBER admin", false },
	{ "renew", "member renew GROUP MEMBER", false },
	{ "connect", "group connect GROUP", false },
	{ "disconnect", "group disconnect GROUP", false },
	{ "share", "put GROUP FILE", false },
	{ "send", "put GROUP FILE", false },
	{ "info", "status", true },
	{ "show", "status", true },
	{ "masc list", "masc peers", true },
	{ "masc ranges", "masc prefixes", true },
	{ "masc tree", "masc space", true },
	{ "masc demands", "masc demand", true },
	{ "masc release", "masc withdraw", true },
	{ "masc ls", "masc peers", true },
	{ "masc info", "masc show", true },
	{ "masc status", "masc show", true },
	{ "daemon info", "daemon status", true },
	{ "daemon show", "daemon status", true },
	{ "name ls", "name list", true },
	{ "name add", "name publish", true },
	{ "name create", "name publish", true },
	{ "name register", "name publish", true },
	{ "name remove", "name unpublish", true },
	{ "name delete", "name unpublish", true },
	{ "name rm", "name unpublish", true },
	{ "name withdraw", "name unpublish", true },
	{ "name find", "name resolve", true },
	{ "name lookup", "name resolve", true },
	{ "name traceroute", "name trace", true },
	{ "cloud ls", "cloud list", true },
	{ "cloud info", "cloud show", true },
	{ "cloud status", "cloud list", true },
	{ "graph ls", "graph list", true },
	{ "graph info", "graph show", true },
	{ "graph status", "graph show", true },
	{ "graph new", "graph create", true },
	{ "graph add", "graph create", true },
	{ "graph join", "graph open", true },
	{ "graph remove", "graph delete", true },
	{ "graph rm", "graph delete", true },
	{ "graph leave", "graph close", true },
	{ "graph draw", "graph map", true },
	{ "graph nodes", "peer list", true },
	{ "graph peers", "peer list", true },
	{ "graph records", "record list", true },
	{ "record ls", "record list", true },
	{ "record create", "record add", true },
	{ "record publish", "record add", true },
	{ "record put", "record add", true },
	{ "record show", "record get", true },
	{ "record info", "record get", true },
	{ "record find", "record search", true },
	{ "record query", "record search", true },
	{ "record set", "record update", true },
	{ "record change", "record update", true },
	{ "record remove", "record delete", true },
	{ "record rm", "record delete", true },
	{ "record follow", "record watch", true },
	{ "peer ls", "peer list", true },
	{ "peer show", "peer list", true },
	{ "peer close", "peer disconnect", true },
	{ "graphs", "graph list", false },
	{ "records", "record list GRAPH", false },
	{ "map", "graph map GRAPH", false },
	{ "search", "record search GRAPH QUERY", false },
	{ "nodes", "peer list GRAPH", false },
	{ "names", "name list", false },
	{ "clouds", "cloud list", false },
	{ "publish", "name publish NAME", false },
	{ "unpublish", "name unpublish NAME", false },
	{ "resolve", "name resolve NAME", false },
	{ "lookup", "name resolve NAME", false },
	{ "find", "name resolve NAME", false },
	{ "trace", "name trace NAME", false },
	{ "traceroute", "name trace NAME", false },
	{ "ping", "cloud ping ADDRESS", false },
	{ "ports", "doctor ports", false },
	{ "port", "doctor ports", false },
	{ "check", "doctor", false },
	{ "diagnose", "doctor", false },
	{ "peers", "masc peers", false },
	{ "neighbors", "masc peers", false },
	{ "neighbours", "masc peers", false },
	{ "sessions", "masc peers", false },
	{ "prefixes", "masc prefixes", false },
	{ "ranges", "masc prefixes", false },
	{ "claims", "masc claims", false },
	{ "claim", "masc claim 256", false },
	{ "space", "masc space", false },
	{ "demand", "masc demand", false },
	{ "withdraw", "masc withdraw NAME", false },
	{ "clashes", "masc clashes", false },
	{ "list", "masc peers", false },
	{ "ls", "masc peers", false },
	{ "up", "masc peer NAME up", false },
	{ "down", "masc peer NAME down", false },
	{ "reset", "masc peer NAME reset", false },
	{ "clear", "masc peer NAME reset", false },
	{ "masc up", "masc peer NAME up", false },
	{ "masc down", "masc peer NAME down", false },
	{ "masc reset", "masc peer NAME reset", false },
	{ "masc sessions", "masc peers", false },
	{ "masc neighbors", "masc peers", false },
	{ "masc neighbours", "masc peers", false },
	{ "reload", "daemon reload", false },
	{ "daemon logs", "events", false },
	{ "daemon log", "log", false },
	{ "configure", "daemon reload", false },
	{ "logs", "events", false },
	{ "watch", "events --watch", false },
	{ "tail", "events --watch", false },
	{ "monitor", "events --watch", false },
	{ "history", "events", false },
	{ "debug", "log debug", false },
	{ "man", "help", false },
	{ 0 },
};
