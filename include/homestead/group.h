/* group.h - the part of <homestead.h> about identities, groups, members and
 * invitations. */
#ifndef HOMESTEAD_GROUP_H
#define HOMESTEAD_GROUP_H

#include <homestead/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Identities: who people are to each other. An identity is a key that stays on this machine and
 * a name made of it, "DIGITS.classifier"; its card is what others are given. Where one is
 * named, also its label will do, or six digits of its name; NULL is the default identity. The
 * first one of a machine becomes the default. */
typedef struct hst_identity_opts {
	uint32_t size;		/* HST_INIT */
	const char *label;	/* for people, at most 255 characters; everybody sees it */
	const char *classifier; /* NULL: none; at most 149 characters. hst_identity_create
				 * alone */
	const char *profile;	/* "modern" (NULL) or "classic". hst_identity_create alone */
	bool make_default;
} hst_identity_opts;
typedef struct hst_identity_info {
	uint32_t size;
	const char *name, *label;
	const char *profile; /* "modern" or "classic" */
	const char *card;    /* XML, to be given to whoever invites; "" in a list */
	bool is_default;
	bool usable;	 /* its key can be read */
	const char *why; /* why not */
	uint64_t groups;
	int64_t made;
	const char *json; /* all there is; "" in a list */
} hst_identity_info;
/* *id gets its name. opts may be NULL. */
HST_API int hst_identity_create(hst_ctx *c, const hst_identity_opts *opts, char **id);
/* Items: hst_identity_info. */
HST_API int hst_identity_list(hst_ctx *c, hst_iter **it);
HST_API int hst_identity_get(hst_ctx *c, const char *id, hst_identity_info **info);
#define HST_IDENTITY_LABEL   0x1u
#define HST_IDENTITY_DEFAULT 0x2u
/* Sets what mask names. */
HST_API int hst_identity_set(hst_ctx *c, const char *id, const hst_identity_opts *opts,
			     uint32_t mask);
/* id NULL is HST_E_INVALID. HST_E_EXISTS: groups use it. flags: 0. */
HST_API int hst_identity_delete(hst_ctx *c, const char *id, uint32_t flags);
/* *document gets the identity, its key too, sealed under a passphrase of up to 1,024 octets:
 * what moves it to another machine. Memberships are not in it. The passphrase is used for the
 * call alone, and wiped here; the caller wipes its own. */
HST_API int hst_identity_export(hst_ctx *c, const char *id, const void *pass, size_t pass_n,
				char **document);
/* *id gets its name. HST_E_DENIED: another passphrase; HST_E_EXISTS. */
HST_API int hst_identity_import(hst_ctx *c, const char *document, const void *pass, size_t pass_n,
				char **id);

/* Groups: graphs whose links are encrypted, whose members are known by certificates and whose
 * records are signed. A group is named by its Group Peer Name, six digits of it or more, or by
 * its friendly name. Records, nodes, events and direct connections are those of its graph.
 *
 * A group stays open in the daemon when its handle is freed, and over restarts, until
 * hst_group_disconnect(). */
typedef struct hst_group hst_group;

enum hst_role {
	HST_ROLE_MEMBER = 1,  /* reads, publishes, changes what is its own */
	HST_ROLE_INVITER = 2, /* and invites members and inviters */
	HST_ROLE_ADMIN = 3    /* and changes all records, makes administrators */
};
#define HST_GROUP_NO_MEMBER_DATA 0x1u /* members need not publish their certificates */
#define HST_GROUP_NO_PRESENCE	 0x2u /* nobody tells that it is here */
#define HST_GROUP_DEFER		 0x4u /* records stay past their time while there is no neighbor */

typedef struct hst_group_props {
	uint32_t size;		    /* HST_INIT */
	const char *name;	    /* friendly name; at most 126 characters */
	const char *comment;	    /* NULL: none */
	const char *identity;	    /* ours in it, for good; NULL: the default */
	const char *classifier;	    /* of its Group Peer Name; NULL: none */
	const char *profile;	    /* "modern" (NULL) or "classic" */
	uint32_t flags;		    /* HST_GROUP_... */
	uint32_t membership_life_s; /* what members tell of themselves lives so long; 0: 28 days */
	uint32_t presence_life_s;   /* 0: 300 */
	const char *cloud;	    /* where its members are found by name; NULL: Global_ */
} hst_group_props;
/* Makes a group with us as its administrator, and opens it. Without the group key, which is on
 * this machine alone until hst_group_export() gives a copy, nobody can become its creator
 * again. */
HST_API int hst_group_create(hst_ctx *c, const hst_group_props *props, hst_group **g);
/* A handle of a group that this machine is in; "GROUP/IDENTITY" where two of its identities are
 * in it. HST_E_NOT_FOUND. */
HST_API int hst_group_open(hst_ctx *c, const char *group, hst_group **g);
/* Becomes a member. invite: an invitation to a card, which is taken up here alone, so that
 * hst_group_connect() then finds the others; or a short code, a link, or the whole name of a
 * group, with which members are asked at once, for 90 s at most. secret: the group's password,
 * for a name or a link that has none itself; NULL else, and of an invitation always
 * (HST_E_UNSUPPORTED). It goes over stream.sock, and is in
 * no request. A code may take 90 s. id NULL: the
 * identity that the invitation is for, or the default one; where there is none and it is no
 * invitation to a card, one is made. HST_ALREADY: we are in that group; HST_E_NOT_FOUND: it is
 * for an identity that is not here, or nobody answers to it; HST_E_DENIED: it is wrong, used
 * up, or no longer good. */
HST_API int hst_group_join(hst_ctx *c, const char *id, const char *invite, const char *secret,
			   hst_group **g);
HST_API const char *hst_group_id(const hst_group *g); /* its Group Peer Name */
/* Opens it, and ends when it is connected to a member at one of the addresses, tried in turn,
 * or cannot be. n 0: when it is open, to be found by others. deadline_ms as hst_call(). */
HST_API int hst_group_connect(hst_group *g, const hst_address *addrs, size_t n, int deadline_ms,
			      hst_op *op);
/* Takes leave of the neighbors; membership and records stay. */
HST_API int hst_group_disconnect(hst_group *g);
/* The same, and forgets membership and records; the identity stays. flags: 0. */
HST_API int hst_group_leave(hst_group *g, uint32_t flags);
/* Begins a new epoch: what members write from then on is under another key. HST_E_DENIED: only
 * an administrator may. */
HST_API int hst_group_rotate(hst_group *g);

typedef struct hst_group_info {
	uint32_t size;
	const char *id, *name, *comment;
	const char *identity; /* our peer name in it */
	const char *profile;
	const char *state, *why; /* as of its graph; or "locked": its keys are not at hand */
	bool open;
	bool owner;	     /* we hold the group key */
	bool owner_kept;     /* it was exported */
	int role;	     /* ours, enum hst_role; 0: none is valid */
	int64_t from, until; /* of our membership */
	uint64_t members, online, neighbors;
	const char *json; /* all there is; "" in a list */
} hst_group_info;
/* Items: hst_group_info. */
HST_API int hst_group_list(hst_ctx *c, hst_iter **it);
HST_API int hst_group_get(hst_group *g, hst_group_info **info);
#define HST_SET_OPTIONS 0x40u
/* Sets what mask of HST_SET_NAME, HST_SET_COMMENT and HST_SET_OPTIONS (flags) names, at all
 * members. */
HST_API int hst_group_set(hst_group *g, const hst_group_props *props, uint32_t mask);
/* Its graph, for hst_record_...(), hst_conn_...() and the like; lives as long as g, and must
 * not be freed. NULL: it is not open, or the context is gone. */
HST_API hst_graph *hst_group_graph(hst_group *g);

/* Its events: the kinds as hst_graph_subscribe() has them. Those of its graph come by that. */
HST_API int hst_group_subscribe(hst_group *g, uint64_t kinds, hst_sub *sub);

/* Lets in as a member whoever knows that password, from now on; pass_n 0: nobody any more. It
 * is text, UTF-8, and known in the daemon for as long as it takes. Administrators may:
 * HST_E_DENIED. */
HST_API int hst_group_password(hst_group *g, const void *pass, size_t pass_n);
/* *link gets a link to the group for whoever knows its password, which is not in it.
 * HST_E_STATE: there is no password. */
HST_API int hst_group_link(hst_group *g, char **link);

enum hst_group_what {
	HST_GROUP_MEMBERSHIP = 1, /* takes no passphrase: worth nothing without the identity */
	HST_GROUP_OWNER = 2	  /* the group key, sealed under a passphrase: the creator's */
};
HST_API int hst_group_export(hst_group *g, int what, const void *pass, size_t pass_n,
			     char **document);
/* Of either. *g may be NULL. */
HST_API int hst_group_import(hst_ctx *c, const char *document, const void *pass, size_t pass_n,
			     hst_group **g);

typedef struct hst_member_info {
	uint32_t size;
	const char *name, *label;
	const char *issuer; /* who let it in */
	int role;	    /* enum hst_role; 0: none that holds */
	bool self, online;
	int64_t from, until; /* of its membership */
	const char *json;    /* all there is, its chain too; "" in a list */
} hst_member_info;
/* By peer name, six digits of it or more, or friendly name; *info is freed by hst_free.
 * HST_E_NOT_FOUND; HST_E_INVALID: several are called so. */
HST_API int hst_member_get(hst_group *g, const char *who, hst_member_info **info);
#define HST_MEMBERS_ONLINE 0x1u
/* Items: hst_member_info, as far as they are known here; also those that are away. */
HST_API int hst_member_list(hst_group *g, uint32_t flags, hst_iter **it);
#define HST_GRANT_PUBLISH 0x1u /* tell all members, so that nothing need be carried to it */
/* A new membership of somebody who is in: another role, a later end (us; 0: as late as may
 * be). role 0: as it has. *invite, which may be NULL, gets the document to be carried to it. */
HST_API int hst_member_grant(hst_group *g, const char *who, int role, int64_t until, uint32_t flags,
			     char **invite);

#define HST_REMOVE_RECORDS 0x1u /* none of its records is kept */
#define HST_REMOVE_INVITED 0x2u /* whom it let in goes, too */
/* An administrator's: the key of that member counts no more, for all members, but for what
 * stands here now of its records and of whom it let in. reason: one line for all; NULL none. */
HST_API int hst_member_remove(hst_group *g, const char *who, uint32_t flags, const char *reason);
/* And lets it back in with a new membership, as hst_member_grant(). */
HST_API int hst_member_return(hst_group *g, const char *who, int role, int64_t until,
			      const char *reason);

typedef struct hst_invite_opts {
	uint32_t size;	      /* HST_INIT */
	const char *for_card; /* the document of an identity card; NULL: a code */
	int role;	      /* enum hst_role; 0: member */
	int64_t expires;      /* end of the membership, us; 0: as the group has it. Of a code: when
			       * it ends; 0: a week */
	uint32_t uses;	      /* of a code: how many it lets in, 1,000 at most; 0: one */
	const char *label;    /* of a code: for whom it is, which all members see; NULL: not said */
	bool link;	      /* of a code: as a link */
} hst_invite_opts;
/* *text gets an invitation that only the holder of that card can use; or a code of five
 * words, or a link, by which whoever has it is let in by any member that may invite. */
HST_API int hst_invite_create(hst_group *g, const hst_invite_opts *opts, char **text);
/* An invitation by code lets nobody in any more: its identifier or six digits of it, the
 * first two words of the code, or for whom it is. HST_E_NOT_FOUND. */
HST_API int hst_invite_revoke(hst_group *g, const char *which);
typedef struct hst_code_info {
	uint32_t size;
	const char *id;	    /* hexadecimal */
	const char *lookup; /* the first two words of the code */
	const char *label;
	const char *state; /* "open", or why it is not */
	const char *maker; /* peer name */
	int role;
	uint32_t uses, used, wrong; /* used may be more, where members were apart */
	int64_t made, until;
} hst_code_info;
/* Items: hst_code_info. */
HST_API int hst_invite_list(hst_group *g, hst_iter **it);
typedef struct hst_invite_info {
	uint32_t size;
	const char *kind; /* "card", "invitation", "identity", "membership", "owner", "code",
			   * "link" */
	const char *group, *group_name; /* "": it has none */
	const char *identity;		/* whose it is, or for whom */
	const char *label;
	const char *issuer; /* who invites */
	bool valid;	    /* it holds, by what can be told without its group */
	const char *why;    /* why not */
	int role;
	int64_t from, until;
	const char *json;
} hst_invite_info;
/* What a card, an invitation, an export, a code or a link says. Changes nothing, and asks nobody else. */
HST_API int hst_invite_parse(hst_ctx *c, const char *text, hst_invite_info **info);

enum hst_form {
	HST_FORM_QR = 1,    /* a link as lines of half blocks in UTF-8, for a dark terminal: what is
			  * drawn is light, and four light modules are about it */
	HST_FORM_WORDS = 2, /* a code of five words */
	HST_FORM_LINK = 3,
	HST_FORM_XML = 4 /* of a document alone: as it is */
};
/* The same invitation in another form, for hst_free(). A code and its link say different things
 * beside the secret: only a machine that is in the group knows one by the other, and whether the
 * secret is right is not looked at. HST_E_NOT_FOUND: it is not known here. HST_E_INVALID: it has
 * no such form, or it is too long for a QR code, which holds 2,953 octets. */
HST_API int hst_invite_render(hst_ctx *c, const char *text, int form, char **out);

#ifdef __cplusplus
}
#endif

#endif
