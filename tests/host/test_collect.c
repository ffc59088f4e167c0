/* source/collect: the maxima are met exactly, and what is taken over is freed. */
#include "source/collect.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>

static const struct kbm_entry pattern = {
    (char *)"o=Org",
    (struct kbm_attribute[]){
	{(char *)"cn", (struct kbm_blob[]){{(uint8_t *)"abc", 3}, {(uint8_t *)"", 0}}, 2},
	{(char *)"empty", NULL, 0},
    },
    2};

static struct kbm_entry make_entry(void)
{
	struct kbm_entry made = {0};
	bool copied = kbm_entry_copy(&pattern, &made);
	cr_assert(eq(int, copied, true));
	return made;
}

/* Takes a copy of the pattern; whatever comes of it, the entry is not ours any more. */
static enum kbm_code add(struct kbm_collected *collected, struct kbm_error *error)
{
	struct kbm_entry entry = make_entry();
	enum kbm_code code = kbm_collect(collected, &entry, error);
	cr_expect(eq(ptr, entry.dn, NULL));
	cr_expect(eq(ptr, entry.attributes, NULL));
	cr_expect(eq(sz, entry.attribute_count, 0));
	return code;
}

Test(collect, counts_every_piece_with_its_frame)
{
	/* five names and values and the DN, each with 16 bytes of its own */
	size_t bytes = kbm_entry_bytes(&pattern);
	cr_expect(eq(sz, bytes, (5 + 16) + (2 + 16) + (3 + 16) + (0 + 16) + (5 + 16)));
}

Test(collect, takes_as_many_entries_as_it_may)
{
	struct kbm_collected collected = {
	    .what = "this has", .most_entries = 40, .most_bytes = SIZE_MAX};
	struct kbm_error error = {0};
	for (size_t i = 0; i < 40; i++) {
		enum kbm_code code = add(&collected, &error);
		cr_assert(eq(int, code, KBM_OK), "entry %zu: %s", i, error.message);
	}
	enum kbm_code code = add(&collected, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	cr_expect(eq(int,
		     strcmp(error.message,
			    "this has more than 40 entries; use a narrower base or filter"),
		     0),
		  "%s", error.message);
	cr_assert(eq(sz, collected.entries.count, 40));
	for (size_t i = 0; i < 40; i++) {
		const struct kbm_attribute *cn =
		    kbm_entry_attribute(&collected.entries.items[i], "CN");
		cr_assert(ne(ptr, (void *)cn, NULL));
		cr_expect(eq(sz, cn->value_count, 2));
	}
	kbm_entries_clear(&collected.entries);
}

Test(collect, takes_as_many_bytes_as_it_may)
{
	const size_t one = kbm_entry_bytes(&pattern);
	struct kbm_error error = {0};
	struct kbm_collected exact = {.what = "x", .most_entries = 9, .most_bytes = 3 * one};
	struct kbm_collected short_of = {.what = "x", .most_entries = 9, .most_bytes = 3 * one - 1};
	for (size_t i = 0; i < 3; i++) {
		enum kbm_code code = add(&exact, &error);
		cr_expect(eq(int, code, KBM_OK), "entry %zu", i);
		code = add(&short_of, &error);
		cr_expect(eq(int, code, i < 2 ? KBM_OK : KBM_LIMIT), "entry %zu", i);
	}
	cr_expect(eq(sz, exact.bytes, 3 * one));
	cr_expect(eq(sz, short_of.entries.count, 2));
	bool says = strstr(error.message, "more than") != NULL &&
		    strstr(error.message, "ask for fewer attributes") != NULL;
	cr_expect(eq(int, says, true), "%s", error.message);
	kbm_entries_clear(&exact.entries);
	kbm_entries_clear(&short_of.entries);
}

Test(collect, refuses_the_first_where_nothing_fits)
{
	struct kbm_error error = {0};
	struct kbm_collected none = {.what = "x", .most_entries = 0, .most_bytes = SIZE_MAX};
	struct kbm_collected small = {.what = "x", .most_entries = 9, .most_bytes = 1};
	enum kbm_code code = add(&none, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	code = add(&small, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	cr_expect(eq(sz, none.entries.count + small.entries.count, 0));
	kbm_entries_clear(&none.entries);
	kbm_entries_clear(&small.entries);
}

Test(collect, has_the_maxima_of_an_answer)
{
	struct kbm_collected answer = kbm_collect_answer();
	struct kbm_error error = {0};
	cr_expect(eq(sz, answer.most_entries, KBM_DIRECTORY_MAX_ENTRIES));
	cr_expect(eq(sz, answer.most_bytes, KBM_DIRECTORY_MAX_ANSWER));
	struct kbm_entry entry = make_entry();
	enum kbm_code code = kbm_collect_next(&answer, &entry, &error);
	cr_expect(eq(int, code, KBM_OK));
	cr_expect(eq(sz, answer.entries.count, 1));
	kbm_entries_clear(&answer.entries);
}
