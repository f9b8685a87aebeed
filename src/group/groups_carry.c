/* Identities and group keys carried elsewhere, under a passphrase (GROUP-10.7). */
#include "group/groups_int.h"
#include "group/groups_job.h"

static bool passphrase_fits(struct groups *s, const struct groups_command *c,
			    struct groups_call *call)
{
	bool fits = c->passphrase.n && c->passphrase.n <= GROUPS_PASS_MAX;
	if (!fits)
		groups_answer(s, call, ERR_RANGE, "a passphrase is 1 to 1,024 octets");
	return fits;
}

/* The question to a job, in memory of the call. */
static enum err ask(struct groups *s, struct groups_call *call, const struct groups_pfx *x,
		    enum groups_job job)
{
	size_t n = groups_job_size(x);
	struct wr w = wr_of(groups_call_room(s, call, n), n);
	if (!w.p)
		return ERR_NOMEM;
	groups_job_write(&w, x);
	groups_job_start(s, call, job);
	return OK;
}

static void make_pfx(struct groups *s, struct groups_call *call, const struct crypto_key *k,
		     struct groups_pfx *x)
{
	uint8_t plain[CRYPTO_PKCS8_MAX];
	size_t n;
	enum err e = crypto_key_save(s->crypto, k, plain, sizeof(plain), &n);
	if (!e) {
		x->key = span_of(plain, n);
		e = ask(s, call, x, GROUPS_JOB_PFX_MAKE);
	}
	crypto_wipe(plain, sizeof(plain));
	if (e)
		groups_answer(s, call, e, NULL);
}

static uint8_t major_of(enum crypto_profile_id id)
{
	const struct group_profile *p = group_profile(id);
	return p ? p->group_major : 0;
}

/* The profile of a paper's version. */
static const struct group_profile *profile_of(struct groups *s, const struct group_paper *paper,
					      struct groups_call *call)
{
	struct text t = TEXT_OF(call->out.text);
	for (int i = 0; i < CRYPTO_PROFILE_COUNT; i++) {
		const struct group_profile *p = group_profile((enum crypto_profile_id)i);
		if (!p || p->group_major != paper->major)
			continue;
		return groups_profile_allowed(s, p->crypto->id, &t) ? p : NULL;
	}
	text_str(&t, "this program does not know the version of that document");
	return NULL;
}

/* ---- identities ---- */

void groups_id_export(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_person *p = groups_person_of(s, call, c->identity);
	if (!p || !passphrase_fits(s, c, call))
		return;
	if (!p->key) {
		groups_answer(s, call, ERR_DENIED, "the key of that identity is not at hand");
		return;
	}
	struct groups_pfx x = {
		.profile = p->profile,
		.certificate = groups_span(&p->certificate),
		.friendly = span_str(p->label),
		.passphrase = c->passphrase,
	};
	groups_words(call->name, sizeof(call->name), span_str(p->name));
	groups_words(call->out.made, sizeof(call->out.made), span_str(p->name));
	call->profile = p->profile;
	make_pfx(s, call, p->key, &x);
}

/* The document that `kind` is, read; answers where it is none. */
static bool read_paper(struct groups *s, const struct groups_command *c, enum group_paper_kind kind,
		       struct group_paper *paper, struct groups_call *call)
{
	struct text t = TEXT_OF(call->out.text);
	enum err e = group_paper_read(paper, c->document, s->env, &t);
	if (e) {
		groups_answer(s, call, e, "that document cannot be read");
		return false;
	}
	if (paper->kind == kind)
		return true;
	text_clear(&t);
	text_str(&t, "that is ");
	text_str(&t, group_paper_text(paper->kind));
	text_str(&t, ", not ");
	text_str(&t, group_paper_text(kind));
	group_paper_free(paper, s->env);
	groups_answer(s, call, ERR_MALFORMED, NULL);
	return false;
}

static void open_pfx(struct groups *s, const struct groups_command *c,
		     const struct group_paper *paper, struct groups_call *call)
{
	const struct group_profile *p = profile_of(s, paper, call);
	if (!p) {
		groups_answer(s, call, ERR_UNSUPPORTED, NULL);
		return;
	}
	const struct groups_pfx x = {
		.profile = p->crypto->id,
		.passphrase = c->passphrase,
		.pfx = paper->octets,
	};
	call->profile = p->crypto->id;
	enum err e = ask(s, call, &x, GROUPS_JOB_PFX_OPEN);
	if (e)
		groups_answer(s, call, e, NULL);
}

void groups_id_import(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct group_paper paper;
	enum err e = OK;
	const char *why = NULL;
	if (!passphrase_fits(s, c, call))
		return;
	if (!groups_vault_ready(s, &e, &why)) {
		groups_answer(s, call, e, why);
		return;
	}
	if (!read_paper(s, c, GROUP_PAPER_IDENTITY, &paper, call))
		return;
	groups_words(call->name, sizeof(call->name), paper.identity);
	call->make_default = c->make_default;
	open_pfx(s, c, &paper, call);
	group_paper_free(&paper, s->env);
}

/* A name that the document tells must be that of the certificate in it. */
static enum err add_read(struct groups *s, struct groups_call *call, struct crypto_key *key,
			 const struct crypto_cert *cert, const char **why)
{
	struct groups_new_person n = {
		.key = key,
		.profile = call->profile,
		.name = cert->subject_name,
		.label = cert->subject,
		.certificate = cert->der,
		.make_default = call->make_default,
	};
	bool same = span_eq(cert->public, crypto_key_public(key)) &&
		    (!call->name[0] || span_eq(cert->subject_name, span_str(call->name)));
	if (!same || cert->subject_name.n > GROUP_NAME_OCTETS || !groups_label_fits(n.label)) {
		crypto_key_free(key);
		*why = "its key and its certificate are not of one identity";
		return ERR_DENIED;
	}
	groups_words(call->out.made, sizeof(call->out.made), n.name);
	return groups_person_add(s, &n, why);
}

static enum err add_imported(struct groups *s, struct groups_call *call, const struct groups_pfx *x,
			     struct crypto_key *key, const char **why)
{
	struct crypto_chain *chain = NULL;
	enum group_chain_fault fault = GROUP_CHAIN_NONE;
	enum err e = group_identity_read(s->crypto, group_profile(call->profile), x->certificate, 0,
					 &chain, &fault);
	if (e) {
		crypto_key_free(key);
		*why = e == ERR_DENIED ? group_chain_fault_text(fault) : NULL;
	} else {
		e = add_read(s, call, key, crypto_chain_cert(chain, 0), why);
	}
	crypto_chain_free(chain);
	return e;
}

/* ---- group keys ---- */

void groups_owner(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_entry_of(s, call, c);
	if (!e || !passphrase_fits(s, c, call))
		return;
	if (!e->owner || !e->group_key) {
		groups_answer(s, call, e->owner ? ERR_DENIED : ERR_NOT_FOUND,
			      e->owner ? "the key of that group is not at hand"
				       : "this machine has not the key of that group: its "
					 "creator's machine has");
		return;
	}
	struct groups_pfx x = {
		.profile = e->profile,
		.certificate = groups_span(&e->root),
		.friendly = span_str(e->friendly),
		.passphrase = c->passphrase,
	};
	make_pfx(s, call, e->group_key, &x);
}

void groups_owner_import(struct groups *s, const struct groups_command *c,
			 const struct group_paper *paper, struct groups_call *call)
{
	struct groups_entry *e = groups_entry_named(s, paper->group, span_of(NULL, 0));
	if (!passphrase_fits(s, c, call))
		return;
	if (!e) {
		groups_answer(s, call, ERR_NOT_FOUND,
			      "this machine is not in that group: import the membership first");
		return;
	}
	call->entry = e;
	groups_words(call->out.made, sizeof(call->out.made), span_str(e->id));
	open_pfx(s, c, paper, call);
}

static enum err take_owner(struct groups *s, struct groups_entry *e, const struct groups_pfx *x,
			   struct crypto_key *key)
{
	if (!group_name_of(s->crypto, crypto_profile(e->profile), span_str(e->id),
			   crypto_key_public(key)))
		return ERR_DENIED;
	enum err err = groups_key_seal(s, key, "group", e->id, &e->owner_sealed);
	if (!err)
		err = groups_octets_set(s, &e->root, x->certificate);
	if (err)
		return err;
	e->owner = e->owner_kept = true;
	err = groups_entry_put(s, e);
	if (err)
		e->owner = e->owner_kept = false;
	return err;
}

static enum err add_owner(struct groups *s, struct groups_call *call, const struct groups_pfx *x,
			  struct crypto_key *key, const char **why)
{
	struct groups_entry *e = call->entry;
	enum err err = e->group_key ? ERR_EXISTS : take_owner(s, e, x, key);
	if (err) {
		crypto_key_free(key);
		*why = err == ERR_EXISTS   ? "this machine has the key of that group already"
		       : err == ERR_DENIED ? "that is not the key of this group"
					   : NULL;
		return err;
	}
	e->group_key = key;
	if (e->group)
		group_owner_is(e->group, key);
	return OK;
}

/* ---- what jobs give ---- */

static enum err carried_in(struct groups *s, struct groups_call *call, struct span result,
			   const char **why)
{
	struct groups_pfx x;
	struct crypto_key *key;
	enum err e = groups_job_read(&x, result);
	if (!e)
		e = crypto_key_load(s->crypto, crypto_profile(call->profile), x.key, &key);
	if (e)
		return e;
	return call->kind == GROUPS_ID_IMPORT ? add_imported(s, call, &x, key, why)
					      : add_owner(s, call, &x, key, why);
}

static enum err carried_out(struct groups *s, struct groups_call *call, struct span result)
{
	struct group_paper p = {
		.kind = GROUP_PAPER_IDENTITY,
		.major = major_of(call->profile),
		.identity = span_str(call->name),
		.octets = result,
	};
	struct groups_entry *e = call->entry;
	if (e)
		groups_paper_of(e, GROUP_PAPER_OWNER, &p);
	p.octets = result;
	enum err err = groups_write(s, call, &p);
	if (err || !e || e->owner_kept)
		return err;
	e->owner_kept = true;
	err = groups_entry_put(s, e);
	if (err)
		e->owner_kept = false;
	return err;
}

void groups_carried(struct groups *s, struct groups_call *call, enum err err, struct span result)
{
	const char *why = NULL;
	bool in = call->kind == GROUPS_ID_IMPORT || call->kind == GROUPS_IMPORT;
	if (err == ERR_DENIED)
		why = "that is another passphrase";
	else if (!err)
		err = in ? carried_in(s, call, result, &why) : carried_out(s, call, result);
	groups_answer(s, call, err, why);
}
