#include "../failing_env.h"
#include "base/list.h"

struct item {
	int id;
	struct list node;
};

static void reads(const struct list *head, const char *want)
{
	char got[16];
	size_t n = 0;
	const struct list *back = head->prev;
	for (const struct list *l = head->next; l != head; l = l->next) {
		assert_ptr_equal(l->prev->next, l);
		got[n++] = (char)LIST_ENTRY((struct list *)(uintptr_t)l, struct item, node)->id;
	}
	got[n] = '\0';
	assert_string_equal(got, want);
	for (; n > 0; back = back->prev)
		assert_int_equal(LIST_ENTRY((struct list *)(uintptr_t)back, struct item, node)->id,
				 got[--n]);
	assert_ptr_equal(back, head);
}

static void pushes_at_the_end(void **state)
{
	struct list head;
	struct item a = { 'a', { NULL } }, b = { 'b', { NULL } }, c = { 'c', { NULL } };
	list_init(&head);
	assert_true(list_empty(&head));
	reads(&head, "");
	list_push_back(&head, &a.node);
	list_push_back(&head, &b.node);
	list_push_back(&head, &c.node);
	assert_false(list_empty(&head));
	reads(&head, "abc");
}

static void takes_out_twice(void **state)
{
	struct list head;
	struct item a = { 'a', { NULL } }, b = { 'b', { NULL } }, c = { 'c', { NULL } };
	list_init(&head);
	list_push_back(&head, &a.node);
	list_push_back(&head, &b.node);
	list_push_back(&head, &c.node);
	list_take(&b.node);
	reads(&head, "ac");
	list_take(&b.node);
	reads(&head, "ac");
	list_push_back(&head, &b.node);
	reads(&head, "acb");
	list_take(&c.node);
	list_take(&a.node);
	list_take(&b.node);
	assert_true(list_empty(&head));
}

static void each_lets_the_body_take_out(void **state)
{
	struct list head;
	struct item item[9];
	int seen = 0;
	list_init(&head);
	for (int i = 0; i < 9; i++) {
		item[i].id = '1' + i;
		list_push_back(&head, &item[i].node);
	}
	LIST_EACH(node, tmp, &head)
	{
		struct item *it = LIST_ENTRY(node, struct item, node);
		assert_int_equal(it->id, '1' + seen++);
		if (seen % 2)
			list_take(node);
	}
	assert_int_equal(seen, 9);
	reads(&head, "2468");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pushes_at_the_end),
		cmocka_unit_test(takes_out_twice),
		cmocka_unit_test(each_lets_the_body_take_out),
	};
	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
