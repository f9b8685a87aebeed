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
	list_init(&f->all);
}

static void forget(struct group_fallen *f, struct fallen *one)
{
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

bool group_fallen_has(const struct group_fallen *f, struct span name, struct span serial)
{
	LIST_EACH(at, next, (struct list *)(uintptr_t)&f->all)
	{
		const struct crypto_cert *leaf = group_chain_leaf(fallen_at(at)->chain);
		if (span_eq(leaf->serial, serial) && span_eq(leaf->subject_name, name))
			return true;
	}
	return false;
}

void group_fallen_add(struct group_fallen *f, struct crypto_chain *chain)
{
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	bool there = group_fallen_has(f, leaf->subject_name, leaf->serial);
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

void group_fallen_judge(struct group_fallen *f, const struct group_removals *r)
{
	LIST_EACH(at, next, &f->all)
	if (group_removals_chain(r, fallen_at(at)->chain))
		forget(f, fallen_at(at));
}
