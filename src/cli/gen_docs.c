/* gen-docs-cli FOLDER: writes homestead(1) and the reference of the API. */
#include "cli/cli.h"

#include <string.h>

static int write_to(const char *folder, const char *name, void (*write)(FILE *f))
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return 1;
	FILE *f = fopen(path, "w");
	if (!f) {
		perror(path);
		return 1;
	}
	write(f);
	if (fclose(f) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: gen-docs-cli FOLDER\n", stderr);
		return 2;
	}
	int failed = write_to(argv[1], "man/homestead.1", cli_write_manual);
	failed = write_to(argv[1], "man/libnss_homestead.8", cli_write_nss_manual) || failed;
	return write_to(argv[1], "api.md", cli_write_api) || failed;
}
