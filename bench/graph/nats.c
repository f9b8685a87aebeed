/* nats FILE SELF URL asap|batch: a client of a NATS server, which fans each record out to all. */
#include "mesh.h"

#include <err.h>
#include <nats/nats.h>
#include <poll.h>
#include <string.h>
#include <time.h>

static natsConnection *conn;
static natsSubscription *sub;

static void arrived(natsConnection *c, natsSubscription *s, natsMsg *m, void *arg)
{
	mesh_arrived((const uint8_t *)natsMsg_GetData(m), (size_t)natsMsg_GetDataLength(m));
	natsMsg_Destroy(m);
}

static bool start(uint32_t self, struct mesh *m, char **argv)
{
	natsOptions *o = NULL;
	natsStatus s = natsOptions_Create(&o);
	if (s == NATS_OK)
		s = natsOptions_SetURL(o, argv[0]);
	if (s == NATS_OK)
		s = natsOptions_SetNoEcho(o, true);
	if (s == NATS_OK)
		s = natsOptions_SetMaxPendingMsgs(o, 10000000);
	if (s == NATS_OK)
		s = natsOptions_SetSendAsap(o, strcmp(argv[1], "asap") == 0);
	if (s == NATS_OK)
		s = natsConnection_Connect(&conn, o);
	if (s == NATS_OK)
		s = natsConnection_Subscribe(&sub, conn, "g", arrived, NULL);
	if (s == NATS_OK)
		s = natsSubscription_SetPendingLimits(sub, -1, -1);
	if (s == NATS_OK)
		s = natsConnection_Flush(conn);
	if (s != NATS_OK)
		errx(1, "%s: %s", argv[0], natsStatus_GetText(s));
	natsOptions_Destroy(o);
	atomic_store(&m->node[self].ready, 1);
	return true;
}

static bool send_record(const uint8_t record[MESH_RECORD])
{
	return natsConnection_Publish(conn, "g", record, MESH_RECORD) == NATS_OK;
}

/* Its library has threads of its own for what comes and what goes. */
static void turn(int wait_ms)
{
	if (wait_ms > 0)
		(void)poll(NULL, 0, wait_ms);
}

static void end(void)
{
	natsConnection_Destroy(conn);
}

int main(int argc, char **argv)
{
	static const struct mesh_kind kind = { start, send_record, turn, end };
	return mesh_main(argc, argv, &kind);
}
