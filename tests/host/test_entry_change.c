/* source/entry_change: what is refused, what differs, what is asserted. */
#include "source/entry_change.h"

#include "base/limits.h"
#include "source/filter.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { MOST = 8 };

/* An attribute's change whose values are words; owned by the test. */
struct words {
	struct kbm_blob before[MOST];
	struct kbm_blob after[MOST];
	struct kbm_attribute_change change;
};

static size_t split(const char *text, struct kbm_blob *values)
{
	size_t count = 0;
	for (; *text != '\0'; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");
		values[count++] = (struct kbm_blob){(uint8_t *)text, length};
		text += length;
	}
	return count;
}

static struct kbm_attribute_change *fill(struct words *words, const char *name, const char *before,
					 const char *after)
{
	words->change =
	    (struct kbm_attribute_change){(char *)name, words->before, split(before, words->before),
					  words->after, split(after, words->after)};
	return &words->change;
}

static void join(const struct kbm_blob *values, size_t count, char *text, size_t size)
{
	size_t length = 0;
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		length +=
		    (size_t)snprintf(text + length, size - length, "%s%.*s", i == 0 ? "" : " ",
				     (int)values[i].length, (const char *)values[i].data);
}

static const struct {
	const char *before, *after, *removed, *added;
} differences[] = {
    {"a", "b", "a", "b"},	  {"", "b a", "", "a b"},      {"a b", "", "a b", ""},
    {"a b c", "c d a", "b", "d"}, {"a b", "b a", "", ""},      {"a", "A", "a", "A"},
    {"ab", "a", "ab", "a"},	  {"a ab b", "ab", "a b", ""}, {"", "", "", ""},
};

Test(entry_change, removes_and_adds_no_more_than_differs)
{
	for (size_t i = 0; i < COUNT(differences); i++) {
		struct words words;
		struct kbm_value_difference found = {0};
		struct kbm_error error = {0};
		char text[64];
		enum kbm_code code = kbm_attribute_change_compare(
		    fill(&words, "description", differences[i].before, differences[i].after),
		    &found, &error);
		cr_assert(eq(int, code, KBM_OK));
		join(found.removed, found.removed_count, text, sizeof text);
		cr_expect(eq(int, strcmp(text, differences[i].removed), 0), "row %zu: -%s", i,
			  text);
		join(found.added, found.added_count, text, sizeof text);
		cr_expect(eq(int, strcmp(text, differences[i].added), 0), "row %zu: +%s", i, text);
		kbm_value_difference_clear(&found);
	}
}

Test(entry_change, tells_an_empty_value_from_none)
{
	struct kbm_blob empty = {(uint8_t *)"", 0};
	char name[] = "description";
	const struct kbm_attribute_change change = {name, NULL, 0, &empty, 1};
	struct kbm_value_difference found = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_attribute_change_compare(&change, &found, &error);
	cr_assert(eq(int, code, KBM_OK));
	cr_expect(eq(sz, found.removed_count, 0));
	cr_expect(eq(sz, found.added_count, 1));
	kbm_value_difference_clear(&found);
}

static const struct {
	const char *dn, *name, *before, *after;
	enum kbm_code code;
	const char *words;
} checks[] = {
    {"o=Contoso", "description", "a", "b", KBM_OK, ""},
    {"o=Contoso", "description;lang-de;binary", "", "b", KBM_OK, ""},
    {"o=Contoso", "2.5.4.13", "a", "", KBM_OK, ""},
    {"", "description", "a", "b", KBM_INVALID, "empty"},
    {"Contoso", "description", "a", "b", KBM_INVALID, "Contoso"},
    {"o=Contoso", "", "a", "b", KBM_INVALID, "name of an attribute"},
    {"o=Contoso", "a)(b", "a", "b", KBM_INVALID, "name of an attribute"},
    {"o=Contoso", "member;range=0-9", "a", "b", KBM_INVALID, "name of an attribute"},
    {"o=Contoso", "member;range=0-*", "a", "b", KBM_INVALID, "name of an attribute"},
    {"o=Contoso", "member;x*", "a", "b", KBM_INVALID, "name of an attribute"},
    {"o=Contoso", "description", "a b", "b a", KBM_INVALID, "not changed"},
    {"o=Contoso", "description", "", "", KBM_INVALID, "not changed"},
    {"o=Contoso", "description", "a b a", "b", KBM_INVALID, "twice"},
    {"o=Contoso", "description", "a", "c b c", KBM_INVALID, "twice"},
};

Test(entry_change, refuses_what_makes_no_sense)
{
	for (size_t i = 0; i < COUNT(checks); i++) {
		struct words words;
		struct kbm_error error = {0};
		struct kbm_entry_change change = {
		    (char *)checks[i].dn,
		    fill(&words, checks[i].name, checks[i].before, checks[i].after), 1};
		enum kbm_code code = kbm_entry_change_check(&change, &error);
		cr_expect(eq(int, (int)code, (int)checks[i].code), "row %zu: %s", i, error.message);
		bool said = strstr(error.message, checks[i].words) != NULL;
		cr_expect(eq(int, said, true), "row %zu: %s", i, error.message);
	}
}

Test(entry_change, refuses_an_attribute_twice_under_any_name)
{
	struct words first;
	struct words second;
	struct kbm_attribute_change items[] = {*fill(&first, "commonName", "a", "b"),
					       *fill(&second, "CN", "a", "c")};
	struct kbm_entry_change change = {(char *)"o=Contoso", items, 2};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_entry_change_check(&change, &error);
	cr_expect(eq(int, code, KBM_INVALID));
	items[1].name = (char *)"cn;lang-de";
	code = kbm_entry_change_check(&change, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	change.count = 0;
	code = kbm_entry_change_check(&change, &error);
	cr_expect(eq(int, code, KBM_INVALID));
}

Test(entry_change, has_limits)
{
	static uint8_t large[KBM_PLAN_MAX_VALUE_BYTES + 1];
	static struct kbm_attribute_change many[KBM_PLAN_MAX_CHANGES + 1];
	static char names[KBM_PLAN_MAX_CHANGES + 1][16];
	struct kbm_blob value = {large, KBM_PLAN_MAX_VALUE_BYTES};
	struct kbm_error error = {0};
	for (size_t i = 0; i < COUNT(many); i++) {
		snprintf(names[i], sizeof names[i], "a%zu", i);
		many[i] = (struct kbm_attribute_change){names[i], NULL, 0, &value, 1};
	}
	struct kbm_entry_change change = {(char *)"o=Contoso", many, KBM_PLAN_MAX_CHANGES};
	enum kbm_code code = kbm_entry_change_check(&change, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	change.count++;
	code = kbm_entry_change_check(&change, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	change.count = 1;
	value.length++;
	code = kbm_entry_change_check(&change, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
}

static const struct {
	const char *before, *filter;
} assertions[] = {
    {"", "(!(description=*))"},
    {"a", "(description=a)"},
    {"b a", "(&(description=b)(description=a))"},
    {"(x*)\\", "(description=\\28x\\2a\\29\\5c)"},
    {"\xff", "(description=\\ff)"},
};

Test(entry_change, asserts_each_value_or_that_there_is_none)
{
	for (size_t i = 0; i < COUNT(assertions); i++) {
		struct words words;
		struct kbm_error error = {0};
		struct kbm_filter *filter = NULL;
		struct kbm_bytes out;
		kbm_bytes_init(&out, KBM_LDAP_MAX_ASSERTION);
		bool fits = kbm_attribute_change_assertion(
		    fill(&words, "description", assertions[i].before, "other"), &out);
		cr_assert(fits);
		cr_expect(eq(int, strcmp(kbm_bytes_text(&out), assertions[i].filter), 0), "%s",
			  kbm_bytes_text(&out));
		enum kbm_code code = kbm_filter_parse(kbm_bytes_text(&out), &filter, &error);
		cr_expect(eq(int, code, KBM_OK), "%s", error.message);
		kbm_filter_free(filter);
		kbm_bytes_clear(&out);
	}
	struct kbm_blob nul = {(uint8_t *)"a\0b", 3};
	char name[] = "description";
	const struct kbm_attribute_change change = {name, &nul, 1, NULL, 0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_LDAP_MAX_ASSERTION);
	kbm_attribute_change_assertion(&change, &out);
	cr_expect(eq(int, strcmp(kbm_bytes_text(&out), "(description=a\\00b)"), 0));
	kbm_bytes_clear(&out);
	kbm_bytes_init(&out, 8);
	bool fits = kbm_attribute_change_assertion(&change, &out);
	cr_expect(eq(int, fits, false));
	kbm_bytes_clear(&out);
}
