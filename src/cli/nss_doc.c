/* libnss_homestead(8): how programs that know nothing of us find names. */
#include "cli/cli.h"

void cli_write_nss_manual(FILE *f)
{
	fprintf(f,
		".\\\" Made from src/cli/nss_doc.c: see tools/gen-docs.\n"
		".TH LIBNSS_HOMESTEAD 8 \"\" \"Homestead %s\" \"System Administration\"\n"
		".SH NAME\nlibnss_homestead \\- names below pnrp.net in every program\n"
		".SH DESCRIPTION\nA module of the C library's name service. With it, "
		"getaddrinfo(3) finds the names that\n.BR homesteadd (8)\nresolves, so that any "
		"program can use them:\n"
		".PP\n.RS\n.nf\ngetent ahosts printer\\-room.pnrp.net\n"
		"curl http://printer\\-room.pnrp.net:8080/\n.fi\n.RE\n"
		".PP\nNames that do not end in .pnrp.net are never asked for. Link\\-local "
		"addresses keep the interface they belong to, except where libc asks for one "
		"family alone and has no place for it: gethostbyname(3), and getaddrinfo(3) with "
		"a family or, on a machine that has IPv6 and no IPv4, with AI_ADDRCONFIG. There "
		"they are given when the name has no other address; getent \\-A ahosts shows them "
		"in full.\n"
		".PP\nWithout a daemon, or with one that is stopped, the module gives up within 50 "
		"ms; a daemon that answers has 5 seconds to find a name.\n"
		".SH ACTIVATION\nAdd homestead to the line hosts of\n.IR /etc/nsswitch.conf ,\n"
		"in front of dns:\n"
		".PP\n.RS\n.nf\nhosts: files homestead dns\n.fi\n.RE\n"
		".PP\nThe module lies with the other libraries; after an installation outside of a "
		"package, run ldconfig(8) once. Installing it changes nothing by itself.\n"
		".SH FILES\nThe daemon's socket is looked for in the user's own folder, then in the "
		"system's. A folder that somebody else than root or the user owns, or may write "
		"to, is passed over.\n"
		".TP\n.I $XDG_RUNTIME_DIR/homestead/resolve.sock\nof a daemon of the user;\n"
		".TP\n.I $TMPDIR/homestead\\-UID/resolve.sock\nthe same, where there is no such "
		"folder (without TMPDIR: below /tmp);\n"
		".TP\n.I /run/homestead/resolve.sock\nof the system's daemon.\n"
		".SH SEE ALSO\n.BR homestead (1),\n.BR homesteadd (8),\n.BR nsswitch.conf (5)\n",
		HOMESTEAD_VERSION);
}
