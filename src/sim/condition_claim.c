#include "sim/scenario_int.h"

/* What a scenario can ask about claims. */

static enum err read_prefix(struct scn_parser *p, struct masc_prefix *out)
{
	struct span w = scn_word(p);
	return masc_prefix_parse(w, out) ? scn_fail(p, "range", w, "a prefix") : OK;
}

enum err scn_read_holds(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	return e ? e : read_prefix(p, &c->prefix);
}

enum err scn_life_of(struct span s, enum masc_life *life)
{
	for (int i = 0; i < MASC_LIFE_COUNT; i++) {
		if (!span_eq(s, span_str(masc_life_text((enum masc_life)i))))
			continue;
		*life = (enum masc_life)i;
		return OK;
	}
	return ERR_MALFORMED;
}

/* "own N held > 2"; `any`: whatever is held, in any of its states. */
enum err scn_read_own(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (e)
		return e;
	struct span w = scn_word(p);
	enum masc_life life = MASC_LIFE_COUNT;
	if (scn_life_of(w, &life) == OK || span_eq(w, span_str("any"))) {
		c->what = life;
		return scn_read_op(p, c);
	}
	return scn_fail(p, "life", w,
			"wanted, scheduled, waiting, held, renewing, growing, deprecated, "
			"clashed, expired, or any that is held");
}

/* "resumed N held": the claim that `kill N when` was about. */
enum err scn_read_crashed(struct scn_parser *p, struct scn_condition *c)
{
	enum masc_life life;
	enum err e = scn_node_name(p, &c->a);
	if (e)
		return e;
	struct span w = scn_word(p);
	if (scn_life_of(w, &life))
		return scn_fail(p, "life", w,
				"wanted, scheduled, waiting, held, renewing, growing, "
				"deprecated or clashed");
	c->what = life;
	return OK;
}

static enum err read_type(struct scn_parser *p, uint32_t *type)
{
	struct span w = scn_word(p);
	for (*type = 0; *type < 6; (*type)++)
		if (span_eq(w, span_str(masc_claim_type_text((uint8_t)*type))))
			return OK;
	return scn_fail(p, "claim", w, "in-use, denied, expand, new, managed or withdraw");
}

/* "stamped as TYPE PREFIX" */
static enum err read_like(struct scn_parser *p, struct scn_condition *c)
{
	if (!scn_accept(p, "as"))
		return scn_fail(p, "after stamped", scn_peek(p), "as");
	enum err e = read_type(p, &c->like_what);
	return e ? e : read_prefix(p, &c->like);
}

enum err scn_read_knows(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (!e)
		e = read_type(p, &c->what);
	if (!e)
		e = read_prefix(p, &c->prefix);
	return e || !scn_accept(p, "stamped") ? e : read_like(p, c);
}

enum err scn_read_known(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	if (!e)
		e = read_type(p, &c->what);
	return e ? e : scn_read_op(p, c);
}

enum err scn_read_count_of(struct scn_parser *p, struct scn_condition *c)
{
	enum err e = scn_node_name(p, &c->a);
	return e ? e : scn_read_op(p, c);
}
