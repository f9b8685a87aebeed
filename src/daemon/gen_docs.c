/* gen-docs-daemon FOLDER: writes the daemon's manual pages below FOLDER/man.
 * Run by tools/gen-docs. */
#include "daemon/manual.h"

#include <limits.h>
#include <stdio.h>

static int page(const char *folder, const char *name, void (*write)(FILE *f))
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/man/%s", folder, name);
	FILE *f = n > 0 && (size_t)n < sizeof(path) ? fopen(path, "w") : NULL;
	if (f)
		write(f);
	if (!f || fclose(f) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

int main(int argc, char *argv[])
{
	if (argc != 2) {
		fputs("usage: gen-docs-daemon FOLDER\n", stderr);
		return 2;
	}
	return page(argv[1], "homesteadd.8", manual_homesteadd) ||
	       page(argv[1], "homestead.conf.5", manual_homestead_conf);
}
