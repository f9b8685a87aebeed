/* record_int.h - the pieces that inputs and outputs are written of. */
#ifndef NODE_RECORD_INT_H
#define NODE_RECORD_INT_H

#include "node/record.h"

/* Readers fail r on a value that cannot be. */
void record_addr_write(struct wr *w, const struct addr *a);
struct addr record_addr_read(struct rd *r);
void record_err_write(struct wr *w, enum err e);
enum err record_err_read(struct rd *r);
bool record_bool_read(struct rd *r);
/* u32 length and octets. */
void record_span_write(struct wr *w, struct span s);
struct span record_span_read(struct rd *r);
/* u32 length and text with its NUL, so that the reader can lend it; NULL: none. */
void record_string_write(struct wr *w, const char *s);
const char *record_string_read(struct rd *r);
/* u8 length and at most 255 octets; the reader ends the text with NUL in a
 * buffer of `size`. */
void record_name_write(struct wr *w, struct span s);
void record_name_read(struct rd *r, char *out, size_t size);

/* Below `count`, else r fails and it is 0. */
uint8_t record_enum_read(struct rd *r, uint8_t count);

/* record_masc.c */
void record_masc_command_write(struct wr *w, const struct masc_command *c);
void record_masc_command_read(struct rd *r, struct masc_command *c);
void record_masc_event_write(struct wr *w, const struct masc_event *e);
void record_masc_event_read(struct rd *r, struct masc_event *e);

/* record_pnrp.c */
#define RECORD_COMMAND_MAX 1536 /* without its payload */
#define RECORD_RESULT_MAX  1536 /* likewise */
#define RECORD_IF_MAX	   64	/* octets of an address of an interface */
void record_pnrp_command_write(struct wr *w, const struct pnrp_command *c);
void record_pnrp_command_read(struct rd *r, struct pnrp_command *c);
void record_pnrp_event_write(struct wr *w, const struct pnrp_clouds_event *e);
void record_pnrp_event_read(struct rd *r, struct pnrp_clouds_event *e);
void record_interfaces_write(struct wr *w, const struct node_interfaces *n);
void record_interfaces_read(struct rd *r, struct node_interfaces *n, struct record_room *room);
void record_hosts_write(struct wr *w, const struct node_hosts *h);
void record_hosts_read(struct rd *r, struct node_hosts *h, struct record_room *room);
void record_found_write(struct wr *w, const struct node_found *f);
void record_found_read(struct rd *r, struct node_found *f, struct record_room *room);
void record_step_write(struct wr *w, const struct node_found *f);
void record_step_read(struct rd *r, struct node_found *f, struct record_room *room);

/* record_graph.c */
#define RECORD_GRAPHS_MAX 12288 /* a command without its spans: two sets of properties */
void record_guid_write(struct wr *w, const struct graph_guid *g);
void record_guid_read(struct rd *r, struct graph_guid *g);
size_t record_graphs_command_size(const struct graphs_command *c);
void record_graphs_command_write(struct wr *w, const struct graphs_command *c);
void record_graphs_command_read(struct rd *r, struct graphs_command *c, struct record_room *room);
void record_graph_event_write(struct wr *w, const struct graph_event *e);
void record_graph_event_read(struct rd *r, struct graph_event *e);

/* record_group.c. Of a command only what nobody has to hide: no key, passphrase or document
 * (DESIGN, secrets); these are record_secret.c's. */
size_t record_groups_command_size(const struct groups_command *c);
void record_groups_command_write(struct wr *w, const struct groups_command *c);
void record_groups_command_read(struct rd *r, struct groups_command *c, struct record_room *room);
void record_group_event_write(struct wr *w, const struct node_group_event *e);
void record_group_event_read(struct rd *r, struct node_group_event *e);

#define RECORD_EVENT_MAX 3072
void record_event_write(struct wr *w, const struct node_event *e);
void record_event_read(struct rd *r, struct node_event *e);

#endif
