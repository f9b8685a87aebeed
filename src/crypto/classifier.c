/* Delegation of classifiers (CRYPTO-5.5). */
#include "crypto/cert.h"

static bool begins_with(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq(span_of(s.p, prefix.n), prefix);
}

/* Whether one may be handed on: as it stands, or, by who may hand on roles too, made
 * narrower. */
static bool is_covered(const struct span *parent, size_t n, struct span child, bool narrower)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(child, parent[i]) || (narrower && begins_with(child, parent[i])))
			return true;
	return false;
}

bool crypto_classifiers_allowed(const struct span *parent, size_t n_parent,
				const struct span *child, size_t n_child, unsigned int child_roles)
{
	bool wide = child_roles & (CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_INVITER);
	if (!n_parent)
		return true;
	/* No list is every classifier: only who was given all of them has that to give. */
	if (!n_child)
		return wide && is_covered(parent, n_parent, span_of(NULL, 0), false);
	for (size_t i = 0; i < n_child; i++)
		if (!is_covered(parent, n_parent, child[i], wide))
			return false;
	return true;
}
