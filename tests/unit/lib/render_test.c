/* Invitations in other forms, of a daemon that answers from a table: GROUP-14.34, GROUP-14.35. */
#include "canned.h"

#include <homestead.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define CODE "apple-river-stone-lemon-tiger"
#define LINK "homestead:join/AQEA"
#define SAYS(body)                                                                                 \
	{                                                                                          \
		{ "POST /v1/papers/read", 0, "{" body ",\"schema\":1}", NULL },                    \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

static const struct canned code_known[] =
	SAYS("\"kind\":\"code\",\"code\":\"" CODE "\",\"link\":\"" LINK "\"");
static const struct canned code_alone[] = SAYS("\"kind\":\"code\",\"code\":\"" CODE "\"");
static const struct canned link_known[] =
	SAYS("\"kind\":\"link\",\"code\":\"" CODE "\",\"link\":\"" LINK "\"");
static const struct canned link_alone[] = SAYS("\"kind\":\"link\",\"link\":\"" LINK "\"");
static const struct canned password[] =
	SAYS("\"kind\":\"link\",\"asks\":true,\"link\":\"" LINK "\"");
static const struct canned document[] = SAYS("\"kind\":\"invitation\"");

/* The result; with HST_OK the text. */
static int render(const struct canned *table, const char *text, int form, char **out)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	hst_ctx *c;
	char *made = NULL;
	canned_serve(table);
	opts.socket_path = canned_socket();
	assert_int_equal(hst_ctx_new(&opts, &c), HST_OK);
	int r = hst_invite_render(c, text, form, &made);
	*out = made ? strdup(made) : NULL;
	hst_free(made);
	hst_free(c);
	canned_end();
	return r;
}

static void gives(const struct canned *table, const char *text, int form, const char *want)
{
	char *s;
	assert_int_equal(render(table, text, form, &s), HST_OK);
	assert_non_null(s);
	assert_string_equal(s, want);
	free(s);
}

static void has_none(const struct canned *table, const char *text, int form, int want)
{
	char *s;
	assert_int_equal(render(table, text, form, &s), want);
	assert_null(s);
}

static void one_is_made_of_the_other(void **state)
{
	gives(code_known, CODE, HST_FORM_LINK, LINK);
	gives(code_known, CODE, HST_FORM_WORDS, CODE);
	gives(code_alone, "Apple River stone lemon tiger", HST_FORM_WORDS, CODE);
	gives(link_known, LINK, HST_FORM_WORDS, CODE);
	gives(link_alone, LINK, HST_FORM_LINK, LINK);
	gives(password, LINK, HST_FORM_LINK, LINK);
	gives(document, " <PEERINVITATION/>", HST_FORM_XML, " <PEERINVITATION/>");
}

static void what_is_not_known_is_not_made_up(void **state)
{
	has_none(code_alone, CODE, HST_FORM_LINK, HST_E_NOT_FOUND);
	has_none(code_alone, CODE, HST_FORM_QR, HST_E_NOT_FOUND);
	has_none(link_alone, LINK, HST_FORM_WORDS, HST_E_NOT_FOUND);
	has_none(password, LINK, HST_FORM_WORDS, HST_E_INVALID);
	has_none(document, "<PEERINVITATION/>", HST_FORM_WORDS, HST_E_INVALID);
	has_none(document, "<PEERINVITATION/>", HST_FORM_QR, HST_E_INVALID);
	has_none(link_known, LINK, HST_FORM_XML, HST_E_INVALID);
	has_none(link_known, LINK, 0, HST_E_INVALID);
	has_none(link_known, LINK, HST_FORM_XML + 1, HST_E_INVALID);
	has_none(link_known, NULL, HST_FORM_LINK, HST_E_INVALID);
}

/* A code is drawn as the link that it is. */
static void a_link_is_drawn(void **state)
{
	char *of_link, *of_code, *long_one = calloc(1, 4000);
	assert_non_null(long_one);
	assert_int_equal(render(document, LINK, HST_FORM_QR, &of_link), HST_OK);
	assert_int_equal(render(code_known, CODE, HST_FORM_QR, &of_code), HST_OK);
	assert_string_equal(of_link, of_code);
	assert_non_null(strstr(of_link, "█"));
	memset(long_one, 'a', 3999);
	memcpy(long_one, "homestead:join/", 15);
	has_none(document, long_one, HST_FORM_QR, HST_E_INVALID);
	free(long_one);
	free(of_link);
	free(of_code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_made_of_the_other),
		cmocka_unit_test(what_is_not_known_is_not_made_up),
		cmocka_unit_test(a_link_is_drawn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
