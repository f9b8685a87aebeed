/* graph map --svg: this node in the middle, neighbors about it, the others in a wider ring.
 * Plain SVG, that needs no font and no script. */
#include "cli/cli_int.h"

#define MARGIN	  110 /* around the outer ring, for labels */
#define NEAR_RING 170
#define FAR_RING  300
#define FAR_STEP  26 /* of the outer ring's length, for each node */
#define ONE	  1000

/* A thousand times the sine of 0 to 90 degrees. */
static const int16_t sines[91] = {
	0,   17,  35,  52,  70,	 87,  105, 122, 139, 156,  174,	 191, 208, 225, 242, 259,
	276, 292, 309, 326, 342, 358, 375, 391, 407, 423,  438,	 454, 469, 485, 500, 515,
	530, 545, 559, 574, 588, 602, 616, 629, 643, 656,  669,	 682, 695, 707, 719, 731,
	743, 755, 766, 777, 788, 799, 809, 819, 829, 839,  848,	 857, 866, 875, 883, 891,
	899, 906, 914, 921, 927, 934, 940, 946, 951, 956,  961,	 966, 970, 974, 978, 982,
	985, 988, 990, 993, 995, 996, 998, 999, 999, 1000, 1000,
};

static int sine(int degree)
{
	degree %= 360;
	int half = degree % 180, v = sines[half > 90 ? 180 - half : half];
	return degree >= 180 ? -v : v;
}

struct point {
	int x, y;
};

/* The i-th of n on a ring, the first at the top. */
static struct point on_ring(int middle, int radius, size_t i, size_t n)
{
	int degree = (int)(i * 360 / n);
	return (struct point){ middle + radius * sine(degree) / ONE,
			       middle - radius * sine(degree + 90) / ONE };
}

static void put_text(FILE *f, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		default:
			/* What XML cannot hold. */
			fputc((unsigned char)*s < ' ' ? ' ' : *s, f);
		}
}

static const char *colour_of(const struct cli_map_node *n)
{
	return n->self ? "#2b6cb0" : n->neighbor ? "#2f855a" : "#718096";
}

static void put_node(FILE *f, const struct cli_map_node *n, struct point at)
{
	fprintf(f, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"%s\"%s/>\n", at.x, at.y,
		n->self ? 14 : 9, colour_of(n),
		n->contact ? " stroke=\"#d69e2e\" stroke-width=\"3\"" : "");
	fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", at.x, at.y + 26);
	put_text(f, n->label);
	fputs("</text>\n", f);
}

/* The more useful, the broader. */
static void put_link(FILE *f, const struct cli_map_node *n, struct point from, struct point to)
{
	uint64_t percent = (n->utility * 100 + 2048) / 4096;
	fprintf(f,
		"<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#a0aec0\" "
		"stroke-width=\"%d\"><title>%d %%</title></line>\n",
		from.x, from.y, to.x, to.y, 1 + (int)percent / 20, (int)percent);
	fprintf(f, "<text x=\"%d\" y=\"%d\" fill=\"#718096\">%d %%</text>\n",
		(from.x + to.x) / 2 + 6, (from.y + to.y) / 2 - 4, (int)percent);
}

static size_t count(const struct cli_map *m, bool neighbor)
{
	size_t n = 0;
	for (size_t i = 0; i < m->n; i++)
		n += !m->nodes[i].self && m->nodes[i].neighbor == neighbor;
	return n;
}

/* Wide enough for all of its nodes. */
static int far_radius(size_t n)
{
	size_t wanted = n * FAR_STEP * ONE / (2 * 3142);
	return wanted > FAR_RING ? (int)(wanted < 20000 ? wanted : 20000) : FAR_RING;
}

static void put_ring(FILE *f, const struct cli_map *m, bool neighbor, int middle, int radius)
{
	const struct point self = { middle, middle };
	size_t n = count(m, neighbor), at = 0;
	for (size_t i = 0; i < m->n; i++) {
		const struct cli_map_node *node = &m->nodes[i];
		if (node->self || node->neighbor != neighbor)
			continue;
		struct point p = on_ring(middle, radius, at++, n);
		if (neighbor)
			put_link(f, node, self, p);
		put_node(f, node, p);
	}
}

void cli_map_svg(FILE *f, const struct cli_map *m)
{
	size_t far = count(m, false);
	int radius = far ? far_radius(far) : NEAR_RING, middle = radius + MARGIN;
	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		"font-family=\"sans-serif\" font-size=\"13\">\n<title>",
		2 * middle, 2 * middle);
	put_text(f, m->graph);
	fputs("</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", f);
	put_ring(f, m, true, middle, NEAR_RING);
	put_ring(f, m, false, middle, radius);
	put_node(f, &m->nodes[0], (struct point){ middle, middle });
	fputs("</svg>\n", f);
}
