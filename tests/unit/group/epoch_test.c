/* Payloads of Epoch and Key records: the layout, round trips, every truncation, what is out of
 * order, whatever else may come. */
#include "../failing_env.h"
#include "group/epoch.h"
#include "wire/wr.h"

#define MEMBERS 3

/* n parts of that size, the first octets ascending. */
static struct span row(uint8_t *room, size_t n, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		memset(room + i * size, (int)(0x10 + i), size);
		room[i * size + size - 1] = 0xee;
	}
	return span_of(room, n * size);
}

static struct group_epoch sample(uint8_t *covers, uint8_t *recipients, const uint8_t *hash)
{
	return (struct group_epoch){
		.number = 0x01020304,
		.hash = span_of(hash, GROUP_EPOCH_HASH),
		.covers = row(covers, 2, 16),
		.recipients = row(recipients, MEMBERS, GROUP_EPOCH_RECIPIENT),
	};
}

static bool same(struct span a, struct span b)
{
	return span_eq(a, b);
}

/* GROUP-12.1 */
static void an_epoch_lies_in_octets(void **state)
{
	static const uint8_t begin[] = { 1, 4, 3, 2, 1, 0xab };
	uint8_t covers[64], recipients[1024], hash[GROUP_EPOCH_HASH], out[1024];
	size_t n;
	memset(hash, 0xab, sizeof hash);
	struct group_epoch e = sample(covers, recipients, hash), back;
	assert_int_equal(group_epoch_write(&e, out, sizeof out, &n), OK);
	assert_int_equal(n, GROUP_EPOCH_OCTETS(2, MEMBERS));
	assert_memory_equal(out, begin, sizeof begin);
	static const uint8_t two[] = { 2, 0, 0, 0 }, three[] = { 3, 0, 0, 0 };
	assert_memory_equal(out + 37, two, 4);
	assert_memory_equal(out + 41 + 32, three, 4);
	assert_int_equal(group_epoch_read(&back, span_of(out, n)), OK);
	assert_int_equal(back.number, e.number);
	assert_true(same(back.hash, e.hash) && same(back.covers, e.covers) &&
		    same(back.recipients, e.recipients));
	assert_int_equal(group_epoch_recipients(&back), MEMBERS);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(group_epoch_read(&back, span_of(out, i)), ERR_MALFORMED);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(group_epoch_write(&e, out, i, &n), ERR_RANGE);
	out[n] = 0;
	assert_int_equal(group_epoch_read(&back, span_of(out, n + 1)), ERR_MALFORMED);
}

/* GROUP-12.1 */
static void what_is_no_epoch_is_refused(void **state)
{
	uint8_t covers[64], recipients[1024], hash[GROUP_EPOCH_HASH] = { 0 }, out[1024];
	size_t n, m;
	struct group_epoch e = sample(covers, recipients, hash), back;
	assert_int_equal(group_epoch_write(&e, out, sizeof out, &n), OK);
	out[0] = 2;
	assert_int_equal(group_epoch_read(&back, span_of(out, n)), ERR_UNSUPPORTED);
	out[0] = 0;
	assert_int_equal(group_epoch_read(&back, span_of(out, n)), ERR_MALFORMED);
	out[0] = 1;
	memset(out + 1, 0, 4);
	assert_int_equal(group_epoch_read(&back, span_of(out, n)), ERR_MALFORMED);
	e.number = 0;
	assert_int_equal(group_epoch_write(&e, out, sizeof out, &m), ERR_MALFORMED);
	e.number = 1;
	/* Twice the same, and the wrong way round. */
	memcpy(recipients + GROUP_EPOCH_RECIPIENT, recipients, GROUP_AUTHORITY);
	assert_int_equal(group_epoch_write(&e, out, sizeof out, &m), ERR_MALFORMED);
	e = sample(covers, recipients, hash);
	memset(covers, 0xff, 16);
	assert_int_equal(group_epoch_write(&e, out, sizeof out, &m), ERR_MALFORMED);
	e = sample(covers, recipients, hash);
	assert_int_equal(group_epoch_write(&e, out, sizeof out, &n), OK);
	memset(out + 41, 0xff, 16);
	assert_int_equal(group_epoch_read(&back, span_of(out, n)), ERR_MALFORMED);
}

/* GROUP-12.1: a count that no payload can hold sizes nothing. */
static void counts_are_held_against_their_limits(void **state)
{
	static uint8_t payload[45 + (GROUP_EPOCH_MOST + 1) * 16];
	struct group_epoch e;
	struct wr w = wr_of(payload, sizeof payload);
	wr_u8(&w, 1);
	wr_le32(&w, 1);
	w.n += GROUP_EPOCH_HASH;
	wr_le32(&w, GROUP_EPOCH_MOST + 1);
	for (uint32_t i = 0; i <= GROUP_EPOCH_MOST; i++) {
		wr_u32(&w, i);
		w.n += 12;
	}
	wr_le32(&w, 0);
	assert_false(w.failed);
	assert_int_equal(group_epoch_read(&e, wr_span(&w)), ERR_MALFORMED);
	struct wr again = wr_of(payload + 37, 4);
	wr_le32(&again, UINT32_MAX);
	assert_int_equal(group_epoch_read(&e, wr_span(&w)), ERR_MALFORMED);
}

/* GROUP-12.1: as many as there can be, and one more. */
static void the_largest_is_read_and_written(void **state)
{
	size_t size = GROUP_EPOCH_OCTETS(GROUP_EPOCH_MOST + 1, GROUP_EPOCH_MOST + 1), n;
	uint8_t *covers = calloc(GROUP_EPOCH_MOST + 1, 16), *out = malloc(size);
	uint8_t *to = calloc(GROUP_EPOCH_MOST + 1, GROUP_EPOCH_RECIPIENT);
	uint8_t hash[GROUP_EPOCH_HASH] = { 0 };
	struct span box;
	for (uint32_t i = 0; i <= GROUP_EPOCH_MOST; i++) {
		struct wr a = wr_of(covers + i * 16, 4);
		struct wr b = wr_of(to + i * GROUP_EPOCH_RECIPIENT, 4);
		wr_u32(&a, i);
		wr_u32(&b, i);
	}
	struct group_epoch e = {
		.number = UINT32_MAX,
		.hash = span_of(hash, sizeof hash),
		.covers = span_of(covers, GROUP_EPOCH_MOST * 16),
		.recipients = span_of(to, (size_t)GROUP_EPOCH_MOST * GROUP_EPOCH_RECIPIENT),
	};
	assert_int_equal(group_epoch_write(&e, out, size, &n), OK);
	assert_int_equal(n, 1160045);
	assert_int_equal(n, GROUP_EPOCH_OCTETS(GROUP_EPOCH_MOST, GROUP_EPOCH_MOST));
	assert_int_equal(group_epoch_read(&e, span_of(out, n)), OK);
	assert_int_equal(group_epoch_recipients(&e), GROUP_EPOCH_MOST);
	assert_true(group_epoch_box(&e, group_epoch_authority(&e, GROUP_EPOCH_MOST - 1), &box));
	e.recipients = span_of(to, (size_t)(GROUP_EPOCH_MOST + 1) * GROUP_EPOCH_RECIPIENT);
	assert_int_equal(group_epoch_write(&e, out, size, &n), ERR_MALFORMED);
	e.recipients.n = 0;
	e.covers = span_of(covers, (GROUP_EPOCH_MOST + 1) * 16);
	assert_int_equal(group_epoch_write(&e, out, size, &n), ERR_MALFORMED);
	free(covers);
	free(out);
	free(to);
}

/* GROUP-12.1 */
static void each_recipient_finds_its_box(void **state)
{
	uint8_t covers[64], recipients[1024], hash[GROUP_EPOCH_HASH] = { 0 };
	struct group_epoch e = sample(covers, recipients, hash);
	for (size_t n = 0; n <= MEMBERS; n++) {
		e.recipients.n = n * GROUP_EPOCH_RECIPIENT;
		for (size_t i = 0; i < MEMBERS; i++) {
			uint8_t who[GROUP_AUTHORITY] = { 0 };
			struct span box;
			memset(who, (int)(0x10 + i), sizeof who);
			assert_int_equal(group_epoch_box(&e, span_of(who, sizeof who), &box),
					 i < n);
			if (i >= n)
				continue;
			assert_int_equal(box.n, GROUP_EPOCH_BOX);
			assert_ptr_equal(box.p, group_epoch_authority(&e, i).p + GROUP_AUTHORITY);
			who[GROUP_AUTHORITY - 1]++;
			assert_false(group_epoch_box(&e, span_of(who, sizeof who), &box));
		}
	}
}

/* GROUP-12.2 */
static void keys_for_one_lie_in_octets(void **state)
{
	uint8_t gifts[512], out[512], who[GROUP_AUTHORITY] = { 0 };
	size_t n;
	struct group_key back, k = {
		.recipient = span_of(who, sizeof who),
		.gifts = row(gifts, 2, GROUP_EPOCH_GIFT),
	};
	struct span epoch, box;
	memset(who, 7, sizeof who);
	assert_int_equal(group_key_write(&k, out, sizeof out, &n), OK);
	assert_int_equal(n, GROUP_KEY_OCTETS(2));
	assert_int_equal(out[0], 1);
	assert_memory_equal(out + 1, who, sizeof who);
	assert_int_equal(group_key_read(&back, span_of(out, n)), OK);
	assert_true(same(back.recipient, k.recipient) && same(back.gifts, k.gifts));
	assert_int_equal(group_key_gifts(&back), 2);
	group_key_gift(&back, 1, &epoch, &box);
	assert_memory_equal(epoch.p, gifts + GROUP_EPOCH_GIFT, GROUP_EPOCH_ID);
	assert_ptr_equal(box.p, epoch.p + GROUP_EPOCH_ID);
	assert_int_equal(box.n, GROUP_EPOCH_BOX);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(group_key_read(&back, span_of(out, i)), ERR_MALFORMED);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(group_key_write(&k, out, i, &n), ERR_RANGE);
	k.gifts.n = 0;
	assert_int_equal(group_key_write(&k, out, sizeof out, &n), ERR_MALFORMED);
	memset(out + 21, 0, 4);
	assert_int_equal(group_key_read(&back, span_of(out, 25)), ERR_MALFORMED);
}

/* GROUP-12.2: each is a box to open. */
static void a_key_record_has_24_epochs_at_most(void **state)
{
	uint8_t gifts[25 * GROUP_EPOCH_GIFT] = { 0 }, out[GROUP_KEY_OCTETS(25)];
	uint8_t who[GROUP_AUTHORITY] = { 0 };
	size_t n;
	for (size_t i = 0; i < 25; i++)
		gifts[i * GROUP_EPOCH_GIFT] = (uint8_t)i;
	struct group_key back,
		k = { span_of(who, sizeof who), span_of(gifts, 24 * GROUP_EPOCH_GIFT) };
	assert_int_equal(group_key_write(&k, out, sizeof out, &n), OK);
	assert_int_equal(group_key_read(&back, span_of(out, n)), OK);
	assert_int_equal(group_key_gifts(&back), 24);
	out[21] = 25;
	memcpy(out + n, gifts + k.gifts.n, GROUP_EPOCH_GIFT);
	assert_int_equal(group_key_read(&back, span_of(out, sizeof out)), ERR_MALFORMED);
	k.gifts.n = sizeof gifts;
	assert_int_equal(group_key_write(&k, out, sizeof out, &n), ERR_MALFORMED);
}

/* Whatever is read is written the same. */
static void any_octets_do_no_harm(void **state)
{
	uint8_t in[400], out[400];
	struct failing_env f;
	failing_env_init(&f, 12);
	for (int i = 0; i < 200000; i++) {
		struct group_epoch e;
		struct group_key k;
		size_t n = (size_t)env_random_below(&f.env, sizeof in), m;
		f.env.random(f.env.ctx, in, n);
		in[0] = 1;
		if (n > 45 && i % 2) {
			memset(in + 37, 0, 8);
			in[41] = (uint8_t)(n > 145 ? 1 : 0);
			n = n > 145 ? 145 : 45;
		}
		if (group_epoch_read(&e, span_of(in, n)) == OK) {
			assert_int_equal(group_epoch_write(&e, out, sizeof out, &m), OK);
			assert_int_equal(m, n);
			assert_memory_equal(in, out, n);
		}
		if (group_key_read(&k, span_of(in, n)) == OK) {
			assert_int_equal(group_key_write(&k, out, sizeof out, &m), OK);
			assert_memory_equal(in, out, n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_epoch_lies_in_octets),
		cmocka_unit_test(what_is_no_epoch_is_refused),
		cmocka_unit_test(counts_are_held_against_their_limits),
		cmocka_unit_test(the_largest_is_read_and_written),
		cmocka_unit_test(each_recipient_finds_its_box),
		cmocka_unit_test(keys_for_one_lie_in_octets),
		cmocka_unit_test(a_key_record_has_24_epochs_at_most),
		cmocka_unit_test(any_octets_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
