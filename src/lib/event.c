/* Events of graphs and groups, from the daemon's JSON to the fields of the public header. */
#include "lib/group_int.h"

#include <jansson.h>
#include <string.h>

/* The daemon's names of what a program is told. */
static const struct {
	const char *name;
	uint32_t kind;
} kinds[] = {
	{ "status", HST_EVENT_STATUS },
	{ "loaded", HST_EVENT_STATUS },
	{ "synchronised", HST_EVENT_SYNCED },
	{ "properties", HST_EVENT_PROPS },
	{ "record", HST_EVENT_RECORD },
	{ "node", HST_EVENT_MESH_NODE },
	{ "neighbor", HST_EVENT_NEIGHBOUR },
	{ "direct", HST_EVENT_DIRECT },
	{ "need-connection", HST_EVENT_NEED_CONNECTION },
	{ "time", HST_EVENT_CLOCK_SKEW },
	{ "partition", HST_EVENT_PARTITION },
	{ "invalid", HST_EVENT_TROUBLE },
	{ "bad-peer", HST_EVENT_TROUBLE },
	{ "slow", HST_EVENT_TROUBLE },
	{ "full", HST_EVENT_TROUBLE },
	{ "store-failed", HST_EVENT_TROUBLE },
	{ "member", HST_EVENT_MEMBER },
	{ "auth-failed", HST_EVENT_AUTH_FAILED },
	{ "clock", HST_EVENT_CLOCK_SKEW },
	{ "refused", HST_EVENT_TROUBLE },
	{ "renew", HST_EVENT_MEMBERSHIP },
	{ "renewed", HST_EVENT_MEMBERSHIP },
	{ "key-epoch", HST_EVENT_MEMBERSHIP },
	{ "password", HST_EVENT_PROPS },
};

struct change {
	const char *word;
	uint32_t change;
};
static const struct change changes[] = {
	{ "added", HST_RECORD_ADDED },
	{ "updated", HST_RECORD_UPDATED },
	{ "deleted", HST_RECORD_DELETED },
	{ "expired", HST_RECORD_EXPIRED },
	{ "connected", HST_LINK_CONNECTED },
	{ "ended", HST_LINK_ENDED },
	{ "failed", HST_LINK_FAILED },
	{ "changed", HST_LINK_CHANGED },
	{ 0 },
};
static const struct change of_members[] = {
	{ "joined", HST_MEMBER_JOINED },
	{ "updated", HST_MEMBER_UPDATED },
	{ "online", HST_MEMBER_ONLINE },
	{ "offline", HST_MEMBER_OFFLINE },
	{ "role", HST_MEMBER_ROLE },
	{ "expired", HST_MEMBER_ENDED },
	{ 0 },
};

static const char *text_at(const json_t *fields, const char *name)
{
	const char *s = json_string_value(json_object_get(fields, name));
	return s ? s : "";
}

static uint32_t change_of(const struct change *c, const char *word)
{
	for (; c->word; c++)
		if (strcmp(c->word, word) == 0)
			return c->change;
	return 0;
}

/* What those of groups alone have. */
static void read_group(const json_t *fields, struct hst_event *e)
{
	const char *until = text_at(fields, "until");
	e->role = lib_role_of(text_at(fields, "role"));
	if (!until[0] || ops_time_parse(until, &e->until) != OK)
		e->until = 0;
}

static uint32_t kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	return 0;
}

bool lib_event_read(const struct json_t *j, struct hst_event *e)
{
	const json_t *fields = json_object_get(j, "fields");
	const char *status = text_at(fields, "status");
	e->kind = kind_of(text_at(j, "name"));
	if (!e->kind)
		return false;
	e->graph = text_at(fields, "graph");
	e->peer = text_at(fields, json_object_get(fields, "member") ? "member" : "peer");
	e->message = text_at(j, "text");
	e->change = change_of(e->kind == HST_EVENT_MEMBER ? of_members : changes,
			      status[0] ? status : text_at(fields, "change"));
	e->version = (uint32_t)json_integer_value(json_object_get(fields, "version"));
	(void)hst_guid_parse(text_at(fields, "id"), &e->id);
	(void)hst_guid_parse(text_at(fields, "type"), &e->type);
	e->ours = strcmp(text_at(fields, "ours"), "true") == 0;
	e->incoming = strcmp(text_at(fields, "incoming"), "true") == 0;
	e->node = lib_node_of(text_at(fields, "node"));
	e->conn_number = (uint64_t)json_integer_value(json_object_get(fields, "connection"));
	e->skew = json_integer_value(json_object_get(fields, "skew_us"));
	read_group(fields, e);
	return true;
}
