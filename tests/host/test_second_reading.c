/* plan/second_reading: what is read again, and what a second reader's word is worth. */
#include "plan/second_reading.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct kbm_place place_of(enum kbm_place_kind kind, const char *name)
{
	return (struct kbm_place){
	    .kind = kind,
	    .path = strdup("HKLM\\SYSTEM\\CurrentControlSet\\X"),
	    .hive = strdup("SYSTEM"),
	    .physical = strdup("ControlSet001\\X"),
	    .name = name == NULL ? NULL : strdup(name),
	    .name_length = name == NULL ? 0 : strlen(name),
	};
}

static struct kbm_state state_of(uint32_t type, const char *data, size_t length)
{
	struct kbm_state state = {0};
	bool set = kbm_state_set_value(&state, type, data, length);
	cr_assert(set);
	return state;
}

/* A reading of a value that was read first as this. */
struct one {
	struct kbm_place place;
	struct kbm_state first;
	struct kbm_second_reading reading;
};

static void start(struct one *one, enum kbm_place_kind kind, struct kbm_state first)
{
	*one = (struct one){.place = place_of(kind, kind == KBM_PLACE_KEY ? NULL : "v"),
			    .first = first};
	one->reading = (struct kbm_second_reading){.place = &one->place, .first = &one->first};
}

static void stop(struct one *one)
{
	kbm_place_free(&one->place);
	kbm_state_clear(&one->first);
	kbm_state_clear(&one->reading.second);
}

static void expect_reason(const struct one *one, const char *part)
{
	char *reason = kbm_second_reading_reason(&one->reading);
	cr_assert(ne(ptr, reason, NULL));
	cr_expect(strstr(reason, part) != NULL, "'%s' lacks '%s'", reason, part);
	free(reason);
}

#define TEXT(letter) letter "\0\0\0"

Test(second_reading, agrees_on_equal_values)
{
	struct one one;
	start(&one, KBM_PLACE_VALUE, state_of(1, TEXT("a"), 4));
	struct kbm_state second = state_of(1, TEXT("a"), 4);
	kbm_second_reading_judge(&one.reading, &second);
	cr_expect(eq(int, (int)one.reading.outcome, KBM_SECOND_AGREES));
	cr_expect(eq(sz, second.value_count, 0));
	stop(&one);
}

/* Type, data and presence count, each alone. */
Test(second_reading, shows_both_readings_where_they_differ)
{
	static const struct {
		uint32_t type;
		const char *data;
		size_t length;
		const char *says;
	} others[] = {
	    {2, TEXT("a"), 4, "kbmend reads it as REG_SZ \"a\", libregf as REG_EXPAND_SZ \"a\""},
	    {1, TEXT("b"), 4, "kbmend reads it as REG_SZ \"a\", libregf as REG_SZ \"b\""},
	    {1, "a\0", 2, "libregf as REG_SZ \"a\""},
	};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct one one;
		start(&one, KBM_PLACE_VALUE, state_of(1, TEXT("a"), 4));
		struct kbm_state second =
		    state_of(others[i].type, others[i].data, others[i].length);
		kbm_second_reading_judge(&one.reading, &second);
		cr_expect(eq(int, (int)one.reading.outcome, KBM_SECOND_DIFFERS), "row %zu", i);
		expect_reason(&one, "HKLM\\SYSTEM\\CurrentControlSet\\X");
		expect_reason(&one, others[i].says);
		stop(&one);
	}
}

Test(second_reading, takes_absence_for_a_difference)
{
	struct one one;
	struct kbm_state absent = {0};
	start(&one, KBM_PLACE_VALUE, state_of(4, "\1\0\0\0", 4));
	kbm_second_reading_judge(&one.reading, &absent);
	cr_expect(eq(int, (int)one.reading.outcome, KBM_SECOND_DIFFERS));
	expect_reason(&one, "kbmend reads it as REG_DWORD 0x1 (1), libregf as absent");
	stop(&one);
	struct kbm_state present = state_of(4, "\1\0\0\0", 4);
	start(&one, KBM_PLACE_VALUE, (struct kbm_state){0});
	kbm_second_reading_judge(&one.reading, &present);
	cr_expect(eq(int, (int)one.reading.outcome, KBM_SECOND_DIFFERS));
	expect_reason(&one, "kbmend reads it as absent, libregf as REG_DWORD 0x1 (1)");
	stop(&one);
}

Test(second_reading, asks_of_a_key_only_whether_it_is_there)
{
	struct one one;
	struct kbm_state present = {.present = true};
	start(&one, KBM_PLACE_KEY, (struct kbm_state){.present = true});
	kbm_second_reading_judge(&one.reading, &present);
	cr_expect(eq(int, (int)one.reading.outcome, KBM_SECOND_AGREES));
	struct kbm_state absent = {0};
	kbm_second_reading_judge(&one.reading, &absent);
	cr_expect(eq(int, (int)one.reading.outcome, KBM_SECOND_DIFFERS));
	expect_reason(&one, "kbmend reads it as present, libregf as absent");
	stop(&one);
}

Test(second_reading, says_why_there_is_no_answer)
{
	struct one one;
	start(&one, KBM_PLACE_VALUE, state_of(1, TEXT("a"), 4));
	expect_reason(&one, "could not be confirmed by the second reader, libregf (no answer)");
	kbm_fail(&one.reading.error, KBM_LIMIT, "it hung");
	expect_reason(&one, "(it hung); kbmend reads it as REG_SZ \"a\"");
	stop(&one);
}

Test(second_reading, cuts_long_data_between_characters)
{
	struct one one;
	char wide[2000];
	for (size_t i = 0; i < sizeof wide; i += 2) {
		wide[i] = (char)0xE9; /* é */
		wide[i + 1] = 0;
	}
	start(&one, KBM_PLACE_VALUE, state_of(1, wide, sizeof wide));
	expect_reason(&one, "\xC3\xA9... (2000 bytes in all)");
	stop(&one);
}

Test(second_reading, gathers_registry_places_and_what_changes_found)
{
	struct kbm_precondition reads[3] = {
	    {.kind = KBM_READ_VALUE, .place = place_of(KBM_PLACE_VALUE, "v")},
	    {.kind = KBM_READ_SEARCH},
	    {.kind = KBM_READ_KEY, .place = place_of(KBM_PLACE_KEY, NULL)},
	};
	struct kbm_change changes[2] = {
	    {.op = KBM_SET_VALUE, .place = place_of(KBM_PLACE_VALUE, "w")},
	    {.op = KBM_MANUAL},
	};
	const struct kbm_plan plan = {
	    .preconditions = reads, .precondition_count = 3, .changes = changes, .change_count = 2};
	struct kbm_second_readings readings = {0};
	bool first = kbm_second_readings_add(&readings, &plan);
	bool second = kbm_second_readings_add(&readings, &plan);
	cr_assert(first && second);
	cr_expect(eq(sz, readings.count, 6));
	cr_expect(eq(ptr, (void *)readings.items[2].place, &changes[0].place));
	cr_expect(eq(ptr, (void *)readings.items[2].first, &changes[0].before));
	kbm_second_readings_clear(&readings);
	for (size_t i = 0; i < 3; i++)
		kbm_precondition_clear(&reads[i]);
	for (size_t i = 0; i < 2; i++)
		kbm_change_clear(&changes[i]);
}
