#include "group/fallen.h"

struct fallen {
	struct list at;
	struct crypto_chain *chain;
};

static struct fallen *fallen_at(const struct list *at)
{
	return LIST_ENTRY(at, struct fallen, at);
}

void group_fallen_init(struct group_fallen *f, const struct env *env)
{
	f->env = env;
	f->n = 0;
	f->next = NULL;
	list_init(&f->all);
}

static struct list *after(const struct group_fallen *f, const struct list *at)
{
	return at->next == &f->all ? NULL : at->next;
}

static void forget(struct group_fallen *f, struct fallen *one)
{
	if (f->next == &one->at)
		f->next = after(f, &one->at);
	list_take(&one->at);
	crypto_chain_free(one->chain);
	env_free(f->env, one);
	f->n--;
}

void group_fallen_fini(struct group_fallen *f)
{
	LIST_EACH(at, next, &f->all)
	forget(f, fallen_at(at));
}

static const struct fallen *find(const struct group_fallen *f, struct span name, struct span serial)
{
	LIST_EACH(at, next, (struct list *)(uintptr_t)&f->all)
	{
		const struct crypto_cert *leaf = group_chain_leaf(fallen_at(at)->chain);
		if (span_eq(leaf->serial, serial) && span_eq(leaf->subject_name, name))
			return fallen_at(at);
	}
	return NULL;
}

bool group_fallen_has(const struct group_fallen *f, const struct group_removals *r,
		      struct span name, struct span serial)
{
	const struct fallen *one = find(f, name, serial);
	return one && !(f->next && r && group_removals_chain(r, one->chain));
}

void group_fallen_add(struct group_fallen *f, struct crypto_chain *chain)
{
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	bool there = find(f, leaf->subject_name, leaf->serial) != NULL;
	struct fallen *one = there ? NULL : env_zalloc(f->env, 1, sizeof(*one));
	if (!one) {
		crypto_chain_free(chain);
		return;
	}
	one->chain = chain;
	list_push_back(&f->all, &one->at);
	if (++f->n > GROUP_FALLEN_MOST)
		forget(f, fallen_at(f->all.next));
}

void group_fallen_judge(struct group_fallen *f)
{
	f->next = after(f, &f->all);
}

/* A chain is as long as 24 keys to be looked up. */
#define LOOKS 8

bool group_fallen_judge_on(struct group_fallen *f, const struct group_removals *r, size_t *looks)
{
	while (f->next && *looks) {
		struct fallen *one = fallen_at(f->next);
		f->next = after(f, &one->at);
		*looks -= *looks < LOOKS ? *looks : LOOKS;
		if (group_removals_chain(r, one->chain))
			forget(f, one);
	}
	return !f->next;
}
