/* The words for what group's tables name. */
#include "group/group.h"
#include "group/paper.h"

const char *group_role_text(enum group_role r)
{
	static const char *const text[] = {
#define X(name, words) words,
		GROUP_ROLES(X)
#undef X
	};
	return text[r];
}

const char *group_chain_fault_text(enum group_chain_fault f)
{
	static const char *const text[] = {
#define X(name, words) words,
		GROUP_CHAIN_FAULTS(X)
#undef X
	};
	return text[f];
}

const char *group_session_fault_text(enum group_session_fault f)
{
	static const char *const text[] = {
#define X(name, words) words,
		GROUP_SESSION_FAULTS(X)
#undef X
	};
	return text[f];
}

const char *group_refusal_text(enum group_refusal r)
{
	static const char *const text[] = {
#define X(name, words) words,
		GROUP_REFUSALS(X)
#undef X
	};
	return text[r];
}

const char *group_paper_text(enum group_paper_kind k)
{
	static const char *const text[] = {
#define X(name, element, words) words,
		GROUP_PAPERS(X)
#undef X
	};
	return text[k];
}
