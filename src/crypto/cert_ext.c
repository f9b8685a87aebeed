/* The extensions of a certificate, a row each (CRYPTO-4.3, CRYPTO-4.4): how it is read,
 * how it is made, who must have it. */
#include "crypto/cert_int.h"

#define ALT_NAME_MAX   255 /* characters, of those that others issue */
#define CLASSIFIER_MAX 150
#define CLASSIFIERS    64 /* of one certificate: they are held against each other's */
#define LATER_OTHERS   16 /* names beside a peer's: hosts, as web servers have them */
#define TYPE_OCTETS    4
#define GUID	       16

/* 1.3.6.1.4.1.311.44 and what follows */
#define ARC(x, y)                                                                                  \
	{                                                                                          \
		10,                                                                                \
		{                                                                                  \
			0x2b, 6, 1, 4, 1, 0x82, 0x37, 0x2c, x, y                                   \
		}                                                                                  \
	}

static const struct crypto_oid oid_name = ARC(0, 2), oid_classifier = ARC(0, 3);
static const struct crypto_oid oid_peer = ARC(3, 4);
static const struct crypto_oid oid_server = { 8, { 0x2b, 6, 1, 5, 5, 7, 3, 1 } };

struct reading {
	const struct crypto_profile *p;
	struct arena *arena;
	struct crypto_cert *cert;
	struct span subject_later, issuer_later; /* under the newer identifiers */
};

/* Made: der is the library's, n octets; n 0: this certificate has it not. */
struct writing {
	const struct crypto_profile *p;
	const struct crypto_cert *what;
	struct span issuer_key;
	unsigned char *der;
	int n;
};

typedef enum err read_fn(struct reading *r, struct span value);
typedef enum err write_fn(struct writing *w);

static enum err made(int n)
{
	return n > 0 ? OK : ERR_NOMEM;
}

/* Octet strings of four octets: type, version, flags. */

static enum err read_four(struct span value, uint8_t out[TYPE_OCTETS])
{
	ASN1_OCTET_STRING *s = crypto_item_read(value, ASN1_ITEM_rptr(ASN1_OCTET_STRING));
	enum err e = s && ASN1_STRING_length(s) == TYPE_OCTETS ? OK : ERR_MALFORMED;
	if (!e)
		memcpy(out, ASN1_STRING_get0_data(s), TYPE_OCTETS);
	ASN1_OCTET_STRING_free(s);
	return e;
}

static enum err write_octets(struct writing *w, struct span octets)
{
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	if (s && ASN1_OCTET_STRING_set(s, octets.p, (int)octets.n))
		w->n = i2d_ASN1_OCTET_STRING(s, &w->der);
	ASN1_OCTET_STRING_free(s);
	return made(w->n);
}

static enum err read_type(struct reading *r, struct span value)
{
	uint8_t v[TYPE_OCTETS];
	enum err e = read_four(value, v);
	if (e)
		return e;
	if (v[1] || v[2] || v[3] || v[0] < CRYPTO_CERT_MEMBER || v[0] > CRYPTO_CERT_IDENTITY)
		return ERR_MALFORMED;
	r->cert->type = (enum crypto_cert_type)v[0];
	return OK;
}

static enum err write_type(struct writing *w)
{
	uint8_t v[TYPE_OCTETS] = { (uint8_t)w->what->type };
	return write_octets(w, span_of(v, sizeof v));
}

static enum err read_version(struct reading *r, struct span value)
{
	uint8_t v[TYPE_OCTETS];
	enum err e = read_four(value, v);
	if (!e && memcmp(v, crypto_scheme(r->p->id)->cert_version, sizeof v) != 0)
		return ERR_MALFORMED;
	return e;
}

static enum err write_version(struct writing *w)
{
	return write_octets(w, span_of(crypto_scheme(w->p->id)->cert_version, TYPE_OCTETS));
}

static enum err read_flags(struct reading *r, struct span value)
{
	uint8_t v[TYPE_OCTETS];
	return read_four(value, v);
}

/* General names that hold text of ours. */

/* The text of g, if it is another name of that kind; else `out` stays. */
static enum err read_general(struct reading *r, const GENERAL_NAME *g,
			     const struct crypto_oid *kind, size_t max, struct span *out)
{
	if (g->type != GEN_OTHERNAME || !crypto_oid_is(g->d.otherName->type_id, kind))
		return OK;
	/* Other than strings the text cannot be made of. */
	const ASN1_TYPE *t = g->d.otherName->value;
	if (t->type != V_ASN1_UNIVERSALSTRING && t->type != V_ASN1_BMPSTRING &&
	    t->type != V_ASN1_UTF8STRING)
		return ERR_MALFORMED;
	return crypto_text_read(r->arena, t->value.asn1_string, max, out);
}

/* The one peer name among names of which `others` may be there. */
static enum err read_peer_name(struct reading *r, struct span value, int others, struct span *out)
{
	GENERAL_NAMES *names = crypto_item_read(value, ASN1_ITEM_rptr(GENERAL_NAMES));
	enum err e = names ? OK : ERR_MALFORMED;
	struct span found = { NULL, 0 };
	int n = names ? sk_GENERAL_NAME_num(names) : 0, ours = 0;
	for (int i = 0; i < n && !e; i++) {
		struct span one = { NULL, 0 };
		e = read_general(r, sk_GENERAL_NAME_value(names, i), &oid_name, ALT_NAME_MAX, &one);
		ours += one.p != NULL;
		found = one.p ? one : found;
	}
	GENERAL_NAMES_free(names);
	if (!e && (ours != 1 || n - ours > others))
		e = ERR_MALFORMED;
	if (!e)
		*out = found;
	return e;
}

/* One peer name, and nothing else. */
static enum err read_one(struct reading *r, struct span value, struct span *out)
{
	return read_peer_name(r, value, 0, out);
}

/* An alternative name: the peer name in it, or else all of it, as it stands. */
static enum err read_alternative(struct reading *r, struct span value, struct span *out)
{
	enum err e = read_one(r, value, out);
	return e == ERR_MALFORMED ? crypto_keep(r->arena, value, out) : e;
}

/* Under the newer identifiers other names stand too, which are nothing to us. */
static enum err read_later(struct reading *r, struct span value, struct span *out)
{
	enum err e = read_peer_name(r, value, LATER_OTHERS, out);
	return e == ERR_MALFORMED ? OK : e;
}

static enum err read_subject(struct reading *r, struct span value)
{
	return read_alternative(r, value, &r->cert->subject_name);
}

static enum err read_issuer(struct reading *r, struct span value)
{
	return read_alternative(r, value, &r->cert->issuer_name);
}

static enum err read_subject_later(struct reading *r, struct span value)
{
	return read_later(r, value, &r->subject_later);
}

static enum err read_issuer_later(struct reading *r, struct span value)
{
	return read_later(r, value, &r->issuer_later);
}

static enum err read_group(struct reading *r, struct span value)
{
	return read_one(r, value, &r->cert->group_name);
}

static enum err general_name(struct writing *w, struct span text, size_t max,
			     const struct crypto_oid *kind, GENERAL_NAMES *names)
{
	ASN1_STRING *s = NULL;
	enum err e = crypto_text_make(text, max, crypto_scheme(w->p->id)->strings, &s);
	if (e)
		return e;
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_OBJECT *object = crypto_oid_object(kind);
	ASN1_TYPE *value = ASN1_TYPE_new();
	if (g && object && value) {
		ASN1_TYPE_set(value, ASN1_STRING_type(s), s);
		s = NULL; /* the value's now, as these are the name's: */
		if (GENERAL_NAME_set0_othername(g, object, value)) {
			object = NULL;
			value = NULL;
		}
	}
	bool ok = g && !object && !value && sk_GENERAL_NAME_push(names, g) > 0;
	if (!ok)
		GENERAL_NAME_free(g);
	ASN1_STRING_free(s);
	ASN1_TYPE_free(value);
	ASN1_OBJECT_free(object);
	return ok ? OK : ERR_NOMEM;
}

static enum err write_names(struct writing *w, const struct span *texts, size_t n, size_t max,
			    const struct crypto_oid *kind)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	enum err e = names ? OK : ERR_NOMEM;
	for (size_t i = 0; i < n && !e; i++)
		e = general_name(w, texts[i], max, kind, names);
	if (!e) {
		w->n = i2d_GENERAL_NAMES(names, &w->der);
		e = made(w->n);
	}
	GENERAL_NAMES_free(names);
	return e;
}

/* A peer name that is not there is no extension. */
static enum err write_one(struct writing *w, const struct span *text)
{
	return text->p ? write_names(w, text, 1, CRYPTO_CERT_NAME, &oid_name) : OK;
}

static enum err write_subject(struct writing *w)
{
	return write_one(w, &w->what->subject_name);
}

static enum err write_issuer(struct writing *w)
{
	return write_one(w, &w->what->issuer_name);
}

static enum err write_group(struct writing *w)
{
	return write_one(w, &w->what->group_name);
}

/* Classifiers: none, too (CRYPTO-5.6). */

static enum err keep_classifiers(struct reading *r, const GENERAL_NAMES *names)
{
	size_t n = (size_t)sk_GENERAL_NAME_num(names);
	if (n > CLASSIFIERS)
		return ERR_MALFORMED;
	struct span *list = arena_alloc(r->arena, (n + 1) * sizeof *list);
	if (!list)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, (int)i);
		enum err e = read_general(r, g, &oid_classifier, CLASSIFIER_MAX, &list[i]);
		if (e)
			return e;
		if (!list[i].p)
			return ERR_MALFORMED;
	}
	r->cert->classifiers = list;
	r->cert->classifier_count = n;
	return OK;
}

static enum err read_classifiers(struct reading *r, struct span value)
{
	GENERAL_NAMES *names = crypto_item_read(value, ASN1_ITEM_rptr(GENERAL_NAMES));
	enum err e = names ? keep_classifiers(r, names) : ERR_MALFORMED;
	GENERAL_NAMES_free(names);
	return e;
}

static enum err write_classifiers(struct writing *w)
{
	if (w->what->classifier_count > CLASSIFIERS)
		return ERR_RANGE;
	return write_names(w, w->what->classifiers, w->what->classifier_count, CLASSIFIER_MAX,
			   &oid_classifier);
}

/* Roles. The last is a misprint of the specification's, read and never written. */

static const struct {
	unsigned int role;
	uint8_t guid[GUID];
} roles[] = {
	{ CRYPTO_ROLE_ADMIN,
	  { 0x04, 0x38, 0x71, 0x27, 0xaa, 0x56, 0x45, 0x0a, 0x8c, 0xe5, 0x4f, 0x56, 0x5c, 0x67,
	    0x90, 0xf4 } },
	{ CRYPTO_ROLE_INVITER,
	  { 0x43, 0x70, 0xfd, 0x89, 0xdc, 0x18, 0x4c, 0xfb, 0x8d, 0xbf, 0x98, 0x53, 0xa8, 0xa9,
	    0xf9, 0x05 } },
	{ CRYPTO_ROLE_MEMBER,
	  { 0xf1, 0x2d, 0xc4, 0xc7, 0x08, 0x57, 0x4c, 0xa0, 0x93, 0xfc, 0xb1, 0xbb, 0x19, 0xa3,
	    0xd8, 0xc2 } },
	{ CRYPTO_ROLE_INVITER,
	  { 0xdd, 0x15, 0xf4, 0x1f, 0xfc, 0x4e, 0x49, 0x22, 0xb0, 0x35, 0x4c, 0x06, 0xa7, 0x54,
	    0xd0, 0x1d } },
};
#define ROLES_READ    (sizeof roles / sizeof *roles)
#define ROLES_WRITTEN (ROLES_READ - 1)

/* As Windows has a GUID in memory: its first three fields the other way round. */
static void swap_guid(const uint8_t *in, uint8_t *out)
{
	static const uint8_t from[GUID] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	for (size_t i = 0; i < GUID; i++)
		out[i] = in[from[i]];
}

unsigned int crypto_role_of_guid(const uint8_t *guid)
{
	uint8_t swapped[GUID];
	swap_guid(guid, swapped);
	for (size_t i = 0; i < ROLES_READ; i++)
		if (memcmp(roles[i].guid, guid, GUID) == 0 ||
		    memcmp(roles[i].guid, swapped, GUID) == 0)
			return roles[i].role;
	return CRYPTO_ROLE_OTHER;
}

static enum err read_roles(struct reading *r, struct span value)
{
	ASN1_SEQUENCE_ANY *list = crypto_item_read(value, ASN1_ITEM_rptr(ASN1_SEQUENCE_ANY));
	enum err e = list && sk_ASN1_TYPE_num(list) > 0 ? OK : ERR_MALFORMED;
	for (int i = 0; !e && i < sk_ASN1_TYPE_num(list); i++) {
		const ASN1_TYPE *t = sk_ASN1_TYPE_value(list, i);
		if (t->type != V_ASN1_OCTET_STRING ||
		    ASN1_STRING_length(t->value.octet_string) != GUID)
			e = ERR_MALFORMED;
		else
			r->cert->roles |=
				crypto_role_of_guid(ASN1_STRING_get0_data(t->value.octet_string));
	}
	sk_ASN1_TYPE_pop_free(list, ASN1_TYPE_free);
	return e;
}

static bool push_octets(ASN1_SEQUENCE_ANY *list, const uint8_t *octets, size_t n)
{
	ASN1_TYPE *t = ASN1_TYPE_new();
	if (t && ASN1_TYPE_set_octetstring(t, (unsigned char *)(uintptr_t)octets, (int)n) &&
	    sk_ASN1_TYPE_push(list, t) > 0)
		return true;
	ASN1_TYPE_free(t);
	return false;
}

static enum err write_roles(struct writing *w)
{
	ASN1_SEQUENCE_ANY *list = sk_ASN1_TYPE_new_null();
	bool ok = list != NULL;
	for (size_t i = 0; i < ROLES_WRITTEN && ok; i++)
		if (w->what->roles & roles[i].role)
			ok = push_octets(list, roles[i].guid, GUID);
	if (ok)
		w->n = i2d_ASN1_SEQUENCE_ANY(list, &w->der);
	sk_ASN1_TYPE_pop_free(list, ASN1_TYPE_free);
	return made(w->n);
}

/* Extended key usage; authority key identifier. */

static enum err read_usages(struct reading *r, struct span value)
{
	EXTENDED_KEY_USAGE *list = crypto_item_read(value, ASN1_ITEM_rptr(EXTENDED_KEY_USAGE));
	if (!list)
		return ERR_MALFORMED;
	for (int i = 0; i < sk_ASN1_OBJECT_num(list); i++) {
		const ASN1_OBJECT *o = sk_ASN1_OBJECT_value(list, i);
		r->cert->usages |= crypto_oid_is(o, &oid_peer) ? CRYPTO_USAGE_PEER : 0;
		r->cert->usages |= crypto_oid_is(o, &oid_server) ? CRYPTO_USAGE_SERVER : 0;
	}
	EXTENDED_KEY_USAGE_free(list);
	return OK;
}

static bool push_usage(EXTENDED_KEY_USAGE *list, const struct crypto_oid *oid)
{
	ASN1_OBJECT *o = crypto_oid_object(oid);
	if (o && sk_ASN1_OBJECT_push(list, o) > 0)
		return true;
	ASN1_OBJECT_free(o);
	return false;
}

static enum err write_usages(struct writing *w)
{
	EXTENDED_KEY_USAGE *list = EXTENDED_KEY_USAGE_new();
	if (list && push_usage(list, &oid_peer) && push_usage(list, &oid_server))
		w->n = i2d_EXTENDED_KEY_USAGE(list, &w->der);
	EXTENDED_KEY_USAGE_free(list);
	return made(w->n);
}

static enum err read_authority_key(struct reading *r, struct span value)
{
	AUTHORITY_KEYID *id = crypto_item_read(value, ASN1_ITEM_rptr(AUTHORITY_KEYID));
	enum err e = id ? OK : ERR_MALFORMED;
	if (id && id->keyid)
		e = crypto_keep(r->arena,
				span_of(ASN1_STRING_get0_data(id->keyid),
					(size_t)ASN1_STRING_length(id->keyid)),
				&r->cert->issuer_key);
	AUTHORITY_KEYID_free(id);
	return e;
}

static enum err write_authority_key(struct writing *w)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();
	if (id) {
		id->keyid = ASN1_OCTET_STRING_new();
		if (id->keyid &&
		    ASN1_OCTET_STRING_set(id->keyid, w->issuer_key.p, (int)w->issuer_key.n))
			w->n = i2d_AUTHORITY_KEYID(id, &w->der);
	}
	AUTHORITY_KEYID_free(id);
	return made(w->n);
}

/* Basic constraints: nothing to us, but what other verifiers ask of an issuer. */

static enum err read_constraints(struct reading *r, struct span value)
{
	BASIC_CONSTRAINTS *b = crypto_item_read(value, ASN1_ITEM_rptr(BASIC_CONSTRAINTS));
	enum err e = b ? OK : ERR_MALFORMED;
	BASIC_CONSTRAINTS_free(b);
	return e;
}

static bool may_issue(const struct crypto_cert *what)
{
	return what->type == CRYPTO_CERT_ROOT ||
	       what->roles & (CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER);
}

static enum err write_constraints(struct writing *w)
{
	if (!may_issue(w->what))
		return OK;
	BASIC_CONSTRAINTS *b = BASIC_CONSTRAINTS_new();
	if (b) {
		b->ca = 0xff;
		w->n = i2d_BASIC_CONSTRAINTS(b, &w->der);
	}
	BASIC_CONSTRAINTS_free(b);
	return made(w->n);
}

#define MEMBER	 (1u << CRYPTO_CERT_MEMBER)
#define ROOT	 (1u << CRYPTO_CERT_ROOT)
#define IDENTITY (1u << CRYPTO_CERT_IDENTITY)
#define ALL	 (MEMBER | ROOT | IDENTITY)

static const struct row {
	struct crypto_oid oid;
	bool critical;	    /* as we make it */
	unsigned int made;  /* in which kinds; where the writer finds something to write */
	unsigned int asked; /* which kinds cannot do without */
	read_fn *read;
	write_fn *write;
} rows[] = {
	{ ARC(0, 1), true, ALL, ALL, read_type, write_type },
	{ ARC(0, 4), true, ALL, ROOT | MEMBER, read_version, write_version },
	{ { 3, { 0x55, 0x1d, 7 } }, false, ALL, 0, read_subject, write_subject },
	{ { 3, { 0x55, 0x1d, 17 } }, false, 0, 0, read_subject_later, NULL },
	{ { 3, { 0x55, 0x1d, 8 } }, false, MEMBER, 0, read_issuer, write_issuer },
	{ { 3, { 0x55, 0x1d, 18 } }, false, 0, 0, read_issuer_later, NULL },
	{ ARC(3, 1), true, ROOT | MEMBER, 0, read_group, write_group },
	{ ARC(2, 2), true, 0, 0, read_flags, NULL },
	{ ARC(3, 2), true, 0, 0, read_flags, NULL },
	{ ARC(3, 3), true, MEMBER, MEMBER, read_roles, write_roles },
	{ ARC(3, 5), true, MEMBER, MEMBER, read_classifiers, write_classifiers },
	{ { 3, { 0x55, 0x1d, 37 } }, false, ALL, 0, read_usages, write_usages },
	{ { 3, { 0x55, 0x1d, 35 } }, false, MEMBER, 0, read_authority_key, write_authority_key },
	{ { 3, { 0x55, 0x1d, 19 } }, false, ROOT | MEMBER, 0, read_constraints, write_constraints },
};
#define ROWS (sizeof rows / sizeof *rows)

static size_t row_of(const ASN1_OBJECT *object)
{
	size_t i = 0;
	while (i < ROWS && !crypto_oid_is(object, &rows[i].oid))
		i++;
	return i;
}

static enum err read_extension(struct reading *r, X509_EXTENSION *x, unsigned int *seen)
{
	size_t i = row_of(X509_EXTENSION_get_object(x));
	if (i == ROWS)
		return X509_EXTENSION_get_critical(x) ? ERR_MALFORMED : OK;
	if (*seen & 1u << i)
		return ERR_MALFORMED;
	*seen |= 1u << i;
	const ASN1_OCTET_STRING *s = X509_EXTENSION_get_data(x);
	return rows[i].read(r, span_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)));
}

static bool complete(const struct crypto_cert *cert, unsigned int seen)
{
	if (!(seen & 1u)) /* without the first, its type, it is of no kind */
		return false;
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].asked & 1u << cert->type && !(seen & 1u << i))
			return false;
	return cert->subject_name.p && (cert->type != CRYPTO_CERT_MEMBER || cert->issuer_name.p);
}

enum err crypto_extensions_read(const struct crypto_profile *p, struct arena *a,
				const STACK_OF(X509_EXTENSION) * list, struct crypto_cert *cert)
{
	struct reading r = { .p = p, .arena = a, .cert = cert };
	unsigned int seen = 0;
	int n = list ? sk_X509_EXTENSION_num(list) : 0;
	for (int i = 0; i < n; i++) {
		enum err e = read_extension(&r, sk_X509_EXTENSION_value(list, i), &seen);
		if (e)
			return e;
	}
	if (!cert->subject_name.p)
		cert->subject_name = r.subject_later;
	if (!cert->issuer_name.p)
		cert->issuer_name = r.issuer_later;
	return complete(cert, seen) ? OK : ERR_MALFORMED;
}

/* Wraps w's octets, which stay its own. */
static enum err wrap(const struct row *row, const struct writing *w,
		     STACK_OF(X509_EXTENSION) * list)
{
	ASN1_OBJECT *object = crypto_oid_object(&row->oid);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *x = NULL;
	if (object && value && ASN1_OCTET_STRING_set(value, w->der, w->n))
		x = X509_EXTENSION_create_by_OBJ(NULL, object, row->critical, value);
	bool ok = x && sk_X509_EXTENSION_push(list, x) > 0;
	if (!ok)
		X509_EXTENSION_free(x);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
	return ok ? OK : ERR_NOMEM;
}

enum err crypto_extensions_make(const struct crypto_profile *p, const struct crypto_cert *what,
				struct span issuer_key, STACK_OF(X509_EXTENSION) * list)
{
	enum err e = OK;
	for (size_t i = 0; i < ROWS && !e; i++) {
		if (!(rows[i].made & 1u << what->type))
			continue;
		struct writing w = { .p = p, .what = what, .issuer_key = issuer_key };
		e = rows[i].write(&w);
		if (!e && w.n)
			e = wrap(&rows[i], &w, list);
		OPENSSL_free(w.der);
	}
	return e;
}
