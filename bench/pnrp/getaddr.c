/* getaddr COUNT NAME...: the median time of getaddrinfo(3) for each name, warm: after one
 * look-up that does not count. One line of JSON; fails where a name is not found. */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double look_up(const char *name)
{
	struct addrinfo *found, hints = { .ai_socktype = SOCK_STREAM };
	double began = now_us();
	int e = getaddrinfo(name, NULL, &hints, &found);
	if (e) {
		fprintf(stderr, "getaddr: %s: %s\n", name, gai_strerror(e));
		exit(1);
	}
	freeaddrinfo(found);
	return now_us() - began;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(const char *name, double *times, size_t count)
{
	for (size_t i = 0; i < count; i++)
		times[i] = look_up(name);
	qsort(times, count, sizeof(*times), by_value);
	return times[count / 2];
}

int main(int argc, char **argv)
{
	size_t count = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	double *times = calloc(count ? count : 1, sizeof(*times));
	if (!count || !times) {
		fprintf(stderr, "usage: getaddr COUNT NAME...\n");
		return 2;
	}
	for (int n = 2; n < argc; n++) {
		(void)look_up(argv[n]);
		printf("%s\"%s\": %.2f", n > 2 ? ", " : "{", argv[n],
		       median(argv[n], times, count));
	}
	printf("}\n");
	free(times);
	return 0;
}
