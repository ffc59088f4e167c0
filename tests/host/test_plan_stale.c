/* plan/plan_stale: what of a plan's preconditions no longer holds. */
#include "plan_fixture.h"

#include "plan/plan_stale.h"

static void read_text(struct kbm_result *result, const char *name, const char *text)
{
	struct kbm_precondition read = {.kind = KBM_READ_VALUE, .place = value_place(name)};
	set_text(&read.state, text);
	cr_assert(kbm_result_add_read(result, &read));
}

/* Entries cn=<letter>, each with one value of rdn. */
static void add_search(struct kbm_result *result, const char *filter, const char *letters)
{
	struct kbm_precondition read = {.kind = KBM_READ_SEARCH,
					.base = strdup("o=Org"),
					.scope = KBM_SCOPE_SUB,
					.filter = strdup(filter),
					.base_exists = true};
	read.entries.items = calloc(strlen(letters) + 1, sizeof *read.entries.items);
	for (; letters[read.entries.count] != '\0'; read.entries.count++) {
		struct kbm_entry *entry = &read.entries.items[read.entries.count];
		char dn[32];
		snprintf(dn, sizeof dn, "cn=%c,o=Org", letters[read.entries.count]);
		entry->dn = strdup(dn);
		entry->attributes = calloc(1, sizeof *entry->attributes);
		entry->attribute_count = 1;
		entry->attributes[0].name = strdup("rdn");
		entry->attributes[0].values = calloc(1, sizeof(struct kbm_blob));
		entry->attributes[0].value_count = 1;
		entry->attributes[0].values[0].data = (uint8_t *)strndup(&dn[3], 1);
		entry->attributes[0].values[0].length = 1;
	}
	cr_assert(kbm_result_add_read(result, &read));
}

static struct kbm_plan plan_on(const struct kbm_result *then)
{
	return (struct kbm_plan){.preconditions = then->reads,
				 .precondition_count = then->read_count};
}

/* How many reads of the plan are stale, and the filter or name of the first. */
static size_t count_stale(const struct kbm_result *then, const struct kbm_result *now,
			  char first[static 32])
{
	const struct kbm_plan plan = plan_on(then);
	struct kbm_stale_reads stale = {0};
	struct kbm_error error = {0};
	cr_assert(eq(int, kbm_plan_find_stale(&plan, now, 1, &stale, &error), KBM_OK));
	size_t count = stale.count;
	first[0] = '\0';
	if (count > 0)
		snprintf(first, 32, "%s %s", stale.items[0].now == NULL ? "gone" : "other",
			 stale.items[0].then->kind == KBM_READ_SEARCH
			     ? stale.items[0].then->filter
			     : stale.items[0].then->place.name);
	kbm_stale_reads_clear(&stale);
	return count;
}

Test(plan_stale, is_nothing_where_all_is_as_it_was)
{
	char first[32];
	struct kbm_result then = {0};
	struct kbm_result now = {0};
	read_text(&then, "SiteDN", "/o=A");
	read_text(&then, "Absent", NULL);
	add_search(&then, "(rdn=*)", "abc");
	read_text(&now, "More", "that the check asks for now");
	add_search(&now, "(rdn=*)", "cab"); /* a server chooses the order */
	read_text(&now, "ABSENT", NULL);
	read_text(&now, "sitedn", "/o=A");
	cr_expect(eq(sz, count_stale(&then, &now, first), 0), "%s", first);
	kbm_result_clear(&then);
	kbm_result_clear(&now);
}

Test(plan_stale, names_each_read_that_is_answered_otherwise)
{
	static const struct {
		const char *value;
		const char *absent;
		const char *letters;
		const char *first;
	} rows[] = {
	    {"/o=B", NULL, "abc", "other SiteDN"},  {NULL, NULL, "abc", "other SiteDN"},
	    {"/o=A", "", "abc", "other Absent"},    {"/o=A", NULL, "ab", "other (rdn=*)"},
	    {"/o=A", NULL, "abd", "other (rdn=*)"}, {"/o=A", NULL, "abcd", "other (rdn=*)"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char first[32];
		struct kbm_result then = {0};
		struct kbm_result now = {0};
		read_text(&then, "SiteDN", "/o=A");
		read_text(&then, "Absent", NULL);
		add_search(&then, "(rdn=*)", "abc");
		read_text(&now, "SiteDN", rows[i].value);
		read_text(&now, "Absent", rows[i].absent);
		add_search(&now, "(rdn=*)", rows[i].letters);
		cr_expect(eq(sz, count_stale(&then, &now, first), 1), "row %zu", i);
		EXPECT_TEXT(first, rows[i].first);
		kbm_result_clear(&then);
		kbm_result_clear(&now);
	}
}

Test(plan_stale, puts_what_is_not_asked_for_behind_what_changed)
{
	char first[32];
	struct kbm_result then = {0};
	struct kbm_result now = {0};
	read_text(&then, "Later", "x");
	add_search(&then, "(rdn=*)", "a");
	read_text(&then, "SiteDN", "/o=A");
	add_search(&now, "(rdn=a)", "a");
	read_text(&now, "SiteDN", "/o=B");
	cr_expect(eq(sz, count_stale(&then, &now, first), 3));
	EXPECT_TEXT(first, "other SiteDN");
	kbm_result_clear(&then);
	kbm_result_clear(&now);
}

Test(plan_stale, compares_answers_that_were_shortened_to_their_hash)
{
	char first[32];
	struct kbm_result then = {0};
	struct kbm_result now = {0};
	char letters[3000];
	for (size_t i = 0; i + 1 < sizeof letters; i++)
		letters[i] = (char)('a' + i % 26);
	letters[sizeof letters - 1] = '\0';
	add_search(&then, "(rdn=*)", letters);
	add_search(&now, "(rdn=*)", letters);
	cr_assert(kbm_precondition_shorten(&then.reads[0]));
	cr_assert(ne(ptr, then.reads[0].entries_sha256, NULL));
	cr_expect(eq(sz, count_stale(&then, &now, first), 0), "%s", first);
	now.reads[0].entries.items[7].dn[3] = 'z';
	cr_expect(eq(sz, count_stale(&then, &now, first), 1));
	kbm_result_clear(&then);
	kbm_result_clear(&now);
}
