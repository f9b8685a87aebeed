#include "node/record_int.h"

/* The pieces that are groups': commands, without what they keep secret, and events. */

#define FIXED_MAX 128

static struct span *const *names_of(struct groups_command *c, struct span *names[8])
{
	names[0] = &c->identity;
	names[1] = &c->group;
	names[2] = &c->who;
	names[3] = &c->text;
	names[4] = &c->classifier;
	names[5] = &c->comment;
	names[6] = &c->cloud;
	names[7] = &c->label;
	return names;
}

size_t record_groups_command_size(const struct groups_command *c)
{
	return FIXED_MAX + c->identity.n + c->group.n + c->who.n + c->text.n + c->classifier.n +
	       c->comment.n + c->cloud.n + c->label.n + c->n_address * RECORD_IF_MAX;
}

static void addresses_write(struct wr *w, const struct groups_command *c)
{
	size_t n =
		c->n_address < NODE_GROUP_ADDRESSES_MAX ? c->n_address : NODE_GROUP_ADDRESSES_MAX;
	wr_u8(w, (uint8_t)n);
	for (size_t i = 0; i < n; i++)
		record_addr_write(w, &c->address[i]);
}

static void addresses_read(struct rd *r, struct groups_command *c, struct record_room *room)
{
	uint8_t n = record_enum_read(r, NODE_GROUP_ADDRESSES_MAX + 1);
	for (size_t i = 0; i < n; i++)
		room->addresses[i] = record_addr_read(r);
	c->address = room->addresses;
	c->n_address = n;
}

void record_groups_command_write(struct wr *w, const struct groups_command *c)
{
	struct groups_command copy = *c;
	struct span *names[8];
	wr_u8(w, (uint8_t)c->kind);
	for (size_t i = 0; i < 8; i++)
		record_span_write(w, *names_of(&copy, names)[i]);
	addresses_write(w, c);
	wr_u8(w, (uint8_t)c->profile);
	wr_u8(w, (uint8_t)c->role);
	wr_u32(w, c->uses);
	wr_u32(w, c->set);
	wr_u32(w, c->options);
	wr_u32(w, c->membership_life);
	wr_u32(w, c->presence_life);
	wr_u64(w, (uint64_t)c->until);
	wr_u8(w, c->make_default);
	wr_u8(w, c->publish);
	wr_u8(w, c->dry_run);
	wr_u8(w, c->drop_records);
	wr_u8(w, c->drop_invited);
	wr_u64(w, c->other);
}

void record_groups_command_read(struct rd *r, struct groups_command *c, struct record_room *room)
{
	struct span *names[8];
	c->kind = (enum groups_command_kind)record_enum_read(r, GROUPS_CANCEL + 1);
	for (size_t i = 0; i < 8; i++)
		*names_of(c, names)[i] = record_span_read(r);
	addresses_read(r, c, room);
	c->profile = (enum crypto_profile_id)record_enum_read(r, CRYPTO_CLASSIC + 1);
	c->role = (enum group_role)record_enum_read(r, GROUP_ROLE_COUNT);
	c->uses = rd_u32(r);
	c->set = rd_u32(r);
	c->options = rd_u32(r);
	c->membership_life = rd_u32(r);
	c->presence_life = rd_u32(r);
	c->until = (int64_t)rd_u64(r);
	c->make_default = record_bool_read(r);
	c->publish = record_bool_read(r);
	c->dry_run = record_bool_read(r);
	c->drop_records = record_bool_read(r);
	c->drop_invited = record_bool_read(r);
	c->other = rd_u64(r);
}

/* Events */

static void words_read(struct rd *r, char *out, size_t size)
{
	struct span s = record_span_read(r);
	memset(out, 0, size);
	if (s.n >= size || (s.n && memchr(s.p, 0, s.n)))
		r->failed = true;
	else if (s.n)
		memcpy(out, s.p, s.n);
}

void record_group_event_write(struct wr *w, const struct node_group_event *e)
{
	const struct group_event *of = &e->of;
	record_string_write(w, e->id);
	record_string_write(w, e->name);
	wr_u8(w, (uint8_t)of->kind);
	wr_u8(w, (uint8_t)of->change);
	wr_u8(w, (uint8_t)of->refusal);
	wr_u8(w, (uint8_t)of->fault);
	wr_u8(w, (uint8_t)of->chain);
	wr_u32(w, of->roles);
	wr_u8(w, of->ours);
	wr_u8(w, of->over);
	wr_u8(w, of->set);
	wr_u64(w, (uint64_t)of->skew);
	wr_u64(w, (uint64_t)of->until);
	wr_u32(w, of->number);
	record_guid_write(w, &of->id);
	record_guid_write(w, &of->type);
	record_string_write(w, of->text);
	record_span_write(w, span_str(of->who));
	record_string_write(w, of->label);
	record_string_write(w, of->by);
	record_string_write(w, of->by_label);
	record_string_write(w, of->reason);
}

void record_group_event_read(struct rd *r, struct node_group_event *e)
{
	struct group_event *of = &e->of;
	e->id = record_string_read(r);
	e->name = record_string_read(r);
	of->kind = (enum group_event_kind)record_enum_read(r, GROUP_EVENT_COUNT);
	of->change = (enum group_change)record_enum_read(r, GROUP_CHANGE_COUNT);
	of->refusal = (enum group_refusal)record_enum_read(r, GROUP_REFUSAL_COUNT);
	of->fault = (enum group_session_fault)record_enum_read(r, GROUP_SESSION_FAULT_COUNT);
	of->chain = (enum group_chain_fault)record_enum_read(r, GROUP_CHAIN_FAULT_COUNT);
	of->roles = rd_u32(r);
	of->ours = record_bool_read(r);
	of->over = record_bool_read(r);
	of->set = record_bool_read(r);
	of->skew = (int64_t)rd_u64(r);
	of->until = (int64_t)rd_u64(r);
	of->number = rd_u32(r);
	record_guid_read(r, &of->id);
	record_guid_read(r, &of->type);
	of->text = record_string_read(r);
	words_read(r, of->who, sizeof(of->who));
	of->label = record_string_read(r);
	of->by = record_string_read(r);
	of->by_label = record_string_read(r);
	of->reason = record_string_read(r);
}
