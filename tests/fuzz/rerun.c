/* rerun.c - gives a fuzzer every file of a corpus, whole and cut short at every
 * length, so that a finding stays found with any compiler. Prints TAP, a case
 * a file. Usage: rerun_NAME CORPUS_FOLDER [STEP]: with STEP at each STEPth length, where
 * one takes long. */
#include <dirent.h>
#include <stdio.h>

#include "fuzz_env.h"

enum {
	INPUT_MAX = 1 << 20,
	CUT_MAX = 4096
};

/* A block of the exact size, so that the sanitizer sees one octet too far. */
static void feed(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);
	if (!exact)
		abort();
	memcpy(exact, data, size);
	(void)LLVMFuzzerTestOneInput(size ? exact : exact + 1, size);
	free(exact);
}

static void feed_cuts(const uint8_t *data, size_t size, size_t step)
{
	for (size_t n = 0; n < size && n < CUT_MAX; n += step)
		feed(data, n);
	feed(data, size);
}

/* false when the file cannot be read whole. */
static bool rerun_file(const char *folder, const char *name, size_t step, uint8_t *buffer)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = n > 0 && (size_t)n < sizeof(path) ? fopen(path, "rb") : NULL;
	if (!f)
		return false;
	size_t size = fread(buffer, 1, INPUT_MAX, f);
	bool whole = !ferror(f) && feof(f);
	fclose(f);
	if (whole)
		feed_cuts(buffer, size, step);
	return whole;
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int rerun(const char *folder, size_t step, struct dirent **entries, int count)
{
	uint8_t *buffer = malloc(INPUT_MAX);
	if (!buffer)
		return 1;
	int failed = 0;
	for (int i = 0; i < count; i++) {
		bool good = rerun_file(folder, entries[i]->d_name, step, buffer);
		printf("%s %d - %s\n", good ? "ok" : "not ok", i + 1, entries[i]->d_name);
		failed += !good;
	}
	free(buffer);
	return failed;
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	size_t step = argc == 3 ? strtoul(argv[2], NULL, 10) : 1;
	int count = (argc == 2 || argc == 3) && step
			    ? scandir(argv[1], &entries, visible, alphasort)
			    : -1;
	if (count <= 0) {
		printf("Bail out! no corpus in %s\n", argc > 1 ? argv[1] : "(no argument)");
		return 2;
	}
	printf("1..%d\n", count);
	fflush(stdout);
	int failed = rerun(argv[1], step, entries, count);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return failed != 0;
}
