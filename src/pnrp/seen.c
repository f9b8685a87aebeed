#include "pnrp/clouds_int.h"
#include "wire/rd.h"
#include "wire/wr.h"

/* Nodes that answered lately, kept over a restart: with whom to begin the next time
 * (digest 3.3, LocalOOB). A row a cloud; nothing depends on them, so nobody waits. */

const struct store_table pnrp_table_seen = { "pnrp_seen", STORE_KEY_OCTETS };

#define ROW_OCTETS (PNRP_SEEN_MAX * 18)

static size_t row_write(const struct pnrp_endpoint *e, size_t n, uint8_t *out)
{
	struct wr w = wr_of(out, ROW_OCTETS);
	for (size_t i = 0; i < n; i++) {
		wr_bytes(&w, span_of(e[i].ip, sizeof(e[i].ip)));
		wr_u16(&w, e[i].port);
	}
	return w.n;
}

/* A row that is damaged gives what it can: these are hints. */
static uint32_t row_read(struct span row, struct pnrp_endpoint *e)
{
	struct rd r = rd_of(row);
	uint32_t n = 0;
	while (n < PNRP_SEEN_MAX && r.left >= 18) {
		struct span ip = rd_bytes(&r, sizeof(e->ip));
		memcpy(e[n].ip, ip.p, ip.n);
		e[n++].port = rd_u16(&r);
	}
	return n;
}

enum err pnrp_seen_load(struct pnrp_clouds *c, struct pnrp_cloud *cloud)
{
	struct span row;
	enum err e = store_get(c->store, &pnrp_table_seen, span_str(cloud->name), &row);
	if (e)
		return e == ERR_NOT_FOUND ? OK : e;
	cloud->d.n_seen = row_read(row, cloud->d.seen);
	return OK;
}

static bool same(const struct pnrp_cloud *cloud, const struct pnrp_endpoint *e, size_t n)
{
	if (n != cloud->d.n_seen)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!pnrp_endpoint_eq(&e[i], &cloud->d.seen[i]))
			return false;
	return true;
}

void pnrp_seen_write(struct pnrp_clouds *c, struct pnrp_cloud *cloud)
{
	struct pnrp_endpoint e[PNRP_SEEN_MAX];
	uint8_t row[ROW_OCTETS];
	uint64_t number;
	size_t n = pnrp_remember(cloud->core, e, PNRP_SEEN_MAX);
	/* Whoever knows nobody now is better off with those of before. */
	if (!n || same(cloud, e, n))
		return;
	if (store_put(c->store, &pnrp_table_seen, span_str(cloud->name),
		      span_of(row, row_write(e, n, row)), &number))
		return;
	memcpy(cloud->d.seen, e, n * sizeof(e[0]));
	cloud->d.n_seen = (uint32_t)n;
}

/* Interfaces come and go under new names: rows of the last ones by name are dropped. */
enum err pnrp_seen_prune(struct pnrp_clouds *c)
{
	uint8_t key[PNRP_CLOUD_NAME_MAX];
	struct span after = { NULL, 0 };
	struct store_row row;
	size_t n = 0;
	enum err e;
	while ((e = store_scan(c->store, &pnrp_table_seen, after, &row)) == OK) {
		uint64_t number;
		if (row.key.n > sizeof(key))
			return ERR_CORRUPT;
		memcpy(key, row.key.p, row.key.n);
		after = span_of(key, row.key.n);
		if (++n > PNRP_CLOUDS_MAX)
			e = store_del(c->store, &pnrp_table_seen, after, &number);
		if (e)
			return e;
	}
	return e == ERR_NOT_FOUND ? OK : e;
}
