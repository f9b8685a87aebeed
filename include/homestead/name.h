/* name.h - the part of <homestead.h> about names and the clouds they are found in. */
#ifndef HOMESTEAD_NAME_H
#define HOMESTEAD_NAME_H

#include <homestead/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names without servers. A name is "0.printer-room" (anybody may publish it),
 * "printer-room" for short, the 40 digits of a key, a dot and a classifier, or
 * a host name below pnrp.net. */

/* *name gets "0.CLASSIFIER", or "AUTHORITY.CLASSIFIER" with the digits of a key.
 * Local, at once; hst_free it. HST_E_INVALID. */
HST_API int hst_name_make(hst_ctx *c, const char *authority, const char *classifier, char **name);

enum hst_name_form {
	HST_NAME_PEER = 1, /* "0.printer-room" */
	HST_NAME_HOST = 2  /* "printer-room.pnrp.net"; HST_E_UNSUPPORTED: it has none */
};
/* The same name in another form. Local, at once; hst_free it. */
HST_API int hst_name_convert(hst_ctx *c, const char *name, int form, char **out);

typedef struct hst_publish_opts {
	uint32_t size;	   /* HST_INIT */
	const char *cloud; /* NULL: all */
	bool secure;	   /* under this machine's key */
	bool temporary;	   /* until the daemon ends */
	uint16_t port;	   /* on all addresses of this machine, kept current, where no
			    * addresses are given */
	int protocol;	   /* of that port; 0: TCP */
	const hst_address *addresses;
	size_t n_addresses;  /* at most 10 */
	const char *comment; /* NULL: none; at most 39 characters */
	const void *payload; /* NULL: none; at most 4,096 octets */
	size_t payload_n;
	bool payload_text; /* it is UTF-8 */
	int deadline_ms;   /* 0: 30 s */
} hst_publish_opts;
/* Publishes a name, or changes what it leads to. opts may be NULL. */
HST_API int hst_name_publish(hst_ctx *c, const char *name, const hst_publish_opts *opts,
			     hst_op *op);

typedef struct hst_unpublish_opts {
	uint32_t size;	 /* HST_INIT */
	bool secure;	 /* the name that was published so, given without its key */
	int deadline_ms; /* 0: 30 s */
} hst_unpublish_opts;
/* Withdraws a name. opts may be NULL; HST_E_NOT_FOUND: it is not published here. */
HST_API int hst_name_unpublish(hst_ctx *c, const char *name, const hst_unpublish_opts *opts,
			       hst_op *op);

enum hst_criteria {
	HST_CRITERIA_ANY = 0,
	HST_CRITERIA_NEAREST = 1, /* to this machine, as far as the network tells */
	HST_CRITERIA_NEAREST64 = 2
};
typedef struct hst_resolve_opts {
	uint32_t size;	   /* HST_INIT */
	const char *cloud; /* NULL: all */
	uint32_t most;	   /* publishers that are enough, up to 64; 0: one */
	int criteria;	   /* enum hst_criteria */
	bool remote_only;  /* not this machine's own */
	bool payload;	   /* fetch it, too */
	bool trace;	   /* an HST_EVENT_STEP for each node that is asked */
	int deadline_ms;   /* 0: 30 s; at most 600 s */
} hst_resolve_opts;
/* Finds who publishes a name: one HST_EVENT_ENDPOINT each, as they are found, then the
 * OP_DONE, whose json holds them all; HST_E_NOT_FOUND without any. hst_op_cancel() ends
 * the search. opts may be NULL. */
HST_API int hst_name_resolve(hst_ctx *c, const char *name, const hst_resolve_opts *opts,
			     hst_op *op);

/* The clouds of this machine, their states and counters; as GET /v1/clouds. */
HST_API int hst_cloud_list(hst_ctx *c, hst_op *op);

#ifdef __cplusplus
}
#endif

#endif
