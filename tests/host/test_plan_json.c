/* plan/plan_json: exact round trips, stable bytes, and what strangers' files may not hold. */
#include "plan_fixture.h"

#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static char *written(const struct kbm_plan *plan)
{
	struct kbm_bytes out;
	struct kbm_error error = {0};
	kbm_bytes_init(&out, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = kbm_plan_to_json(plan, &out, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	return kbm_bytes_take(&out, NULL);
}

static enum kbm_code parse(const char *text, struct kbm_error *error)
{
	struct kbm_plan plan = {0};
	enum kbm_code code = kbm_plan_from_json(text, strlen(text), &plan, error);
	kbm_plan_clear(&plan);
	return code;
}

static const struct {
	uint32_t type;
	size_t length;
	char data[24];
	const char *json; /* a part of it */
} values[] = {
    {KBM_REG_SZ, 6, "a\0b\0\0\0", "\"text\": \"ab\""},
    {KBM_REG_SZ, 2, "\0\0", "\"text\": \"\""},
    {KBM_REG_SZ, 0, "", "\"hex\": \"\""},
    {KBM_REG_SZ, 4, "a\0b\0", "\"hex\": \"61006200\""},
    {KBM_REG_SZ, 3, "a\0b", "\"hex\": \"610062\""},
    {KBM_REG_SZ, 6, "a\0\0\0\0\0", "\"hex\": \"610000000000\""},
    {KBM_REG_SZ, 8, "a\0\0\0b\0\0\0", "\"hex\": \"6100000062000000\""},
    {KBM_REG_SZ, 4, "\0\xd8\0\0", "\"hex\": \"00d80000\""}, /* an unpaired surrogate */
    {KBM_REG_SZ, 6, "\x3d\xd8\0\xde\0\0", "\"text\": \"\xf0\x9f\x98\x80\""},
    {KBM_REG_SZ, 6,
     "\x2e\x20"
     "a\0\0\0",
     "\"text\": \"\\u202Ea\""},
    {KBM_REG_EXPAND_SZ, 4, "%\0\0\0", "\"text\": \"%\""},
    {KBM_REG_MULTI_SZ, 10, "a\0\0\0b\0\0\0\0\0", "\"list\": ["},
    {KBM_REG_MULTI_SZ, 2, "\0\0", "\"list\": []"},
    {KBM_REG_MULTI_SZ, 4, "\0\0\0\0", "\"hex\""},
    {KBM_REG_MULTI_SZ, 4, "a\0\0\0", "\"hex\""},
    {KBM_REG_MULTI_SZ, 8, "\0\0a\0\0\0\0\0", "\"hex\""},
    {KBM_REG_DWORD, 4, "\xff\xff\xff\xff", "\"number\": 4294967295"},
    {KBM_REG_DWORD_BIG_ENDIAN, 4, "\0\0\x01\x02", "\"number\": 258"},
    {KBM_REG_DWORD, 5, "\1\0\0\0\0", "\"hex\": \"0100000000\""},
    {KBM_REG_QWORD, 8, "\xff\xff\xff\xff\xff\xff\xff\xff", "\"number\": \"18446744073709551615\""},
    {KBM_REG_BINARY, 2, "\0\xff", "\"hex\": \"00ff\""},
    {KBM_REG_LINK, 2, "a\0", "\"hex\": \"6100\""},
    {4242, 1, "x", "\"type\": \"type 4242\""},
};

Test(plan_json, keeps_every_byte_of_every_kind_of_value)
{
	for (size_t i = 0; i < COUNT(values); i++) {
		struct kbm_plan plan = {0};
		struct kbm_plan back = {0};
		struct kbm_error error = {0};
		struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
		add_set(&result, "Q1", "A", NULL, "x", KBM_RISK_LOW);
		kbm_state_set_value(&result.changes[0].after, values[i].type, values[i].data,
				    values[i].length);
		add_to_plan(&plan, "Q1", &result, KBM_OK, &error);
		char *text = written(&plan);
		int has = strstr(text, values[i].json) != NULL;
		cr_expect(eq(int, has, 1), "row %zu: %s", i, text);
		enum kbm_code code = kbm_plan_from_json(text, strlen(text), &back, &error);
		cr_assert(eq(int, (int)code, KBM_OK), "row %zu: %s", i, error.message);
		int equal = kbm_state_equal(&plan.changes[0].after, &back.changes[0].after);
		cr_expect(eq(int, equal, 1), "row %zu", i);
		free(text);
		kbm_result_clear(&result);
		kbm_plan_clear(&plan);
		kbm_plan_clear(&back);
	}
}

static void set_source(struct kbm_target_identity *target)
{
	target->name = strdup("EXCH1");
	target->control_set = strdup("ControlSet001");
	target->control_set_source = strdup("Current");
	target->sources = calloc(2, sizeof *target->sources);
	target->source_count = 2;
	target->sources[0] = (struct kbm_source_identity){.kind = strdup("hive"),
							  .hive = strdup("SYSTEM"),
							  .path = strdup("/mnt/\xff/system"),
							  .size = UINT64_MAX,
							  .primary_sequence = UINT32_MAX,
							  .secondary_sequence = 1,
							  .last_written = UINT64_MAX,
							  .sha256 = strdup(SHA256_OF_A_SCRIPT)};
	target->sources[1] = (struct kbm_source_identity){
	    .kind = strdup("ldif"), .hive = strdup(""), .path = strdup("a.ldif"), .size = 7};
}

static void add_search(struct kbm_result *result, size_t value_bytes)
{
	struct kbm_precondition read = {.kind = KBM_READ_SEARCH,
					.base = strdup("o=Contoso"),
					.scope = KBM_SCOPE_ONE,
					.filter = strdup("(cn=EXCH1)"),
					.base_exists = true};
	kbm_text_list_add(&read.attributes, "cn");
	read.entries.items = calloc(1, sizeof *read.entries.items);
	read.entries.count = 1;
	struct kbm_entry *entry = &read.entries.items[0];
	entry->dn = strdup("cn=EXCH1,o=Contoso");
	entry->attributes = calloc(1, sizeof *entry->attributes);
	entry->attribute_count = 1;
	entry->attributes[0].name = strdup("cn");
	struct kbm_state values_of = {0};
	char *large = calloc(1, value_bytes + 1);
	memset(large, 'x', value_bytes);
	kbm_state_add_value(&values_of, large, value_bytes);
	kbm_state_add_value(&values_of, "a\0b", 3);
	free(large);
	entry->attributes[0].values = values_of.values;
	entry->attributes[0].value_count = values_of.value_count;
	kbm_result_add_read(result, &read);
}

/* A plan with one of everything. */
static struct kbm_plan full_plan(size_t value_bytes)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_params params = {0};
	struct kbm_script_info script = script_of("Q1");
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	struct kbm_result after = result_of("Q1", KBM_VERDICT_PASS);
	kbm_params_set(&params, "server", "EXCH\xe4");
	kbm_params_set(&params, "depth", "site");
	add_finding(&result, "site", "differs", "a", "b", true);
	add_set(&result, "Q1", "A", "1", "2", KBM_RISK_HIGH);
	add_set(&result, "Q1", "", "1", NULL, KBM_RISK_MEDIUM);
	add_set(&result, "Q1", "nul", "1", "2", KBM_RISK_LOW);
	result.changes[2].place.name[1] = '\0';
	add_set(&result, "Q1", "half\xed\xa0\x80", "1", "2", KBM_RISK_LOW);
	add_key(&result, "Q1", "New\\Key", false);
	add_key(&result, "Q1", "Old\\Key", true);
	add_modify(&result, "Q1", "cn=A,o=B", "displayName", NULL, "\xff\n");
	add_manual(&result, "Q1", "start \"it\"\n\x1b[31m\xc2\x9b");
	add_value_read(&result, "A", "1");
	add_value_read(&result, "Absent", NULL);
	struct kbm_precondition key = {
	    .kind = KBM_READ_KEY, .place = place_of(KBM_PLACE_KEY, IMC_PATH, IMC_PHYSICAL, NULL)};
	key.state.present = true;
	kbm_result_add_read(&result, &key);
	add_search(&result, value_bytes);
	kbm_plan_add(&plan, &script, SHA256_OF_A_SCRIPT, &params, &result, &error);
	kbm_plan_judge(&plan, &result, &after, &error);
	set_source(&plan.target);
	kbm_params_clear(&params);
	kbm_script_info_clear(&script);
	kbm_result_clear(&result);
	kbm_result_clear(&after);
	plan.read_twice = true;
	return plan;
}

Test(plan_json, writes_what_it_read_byte_for_byte)
{
	struct kbm_plan plan = full_plan(10);
	struct kbm_plan back = {0};
	struct kbm_error error = {0};
	char *first = written(&plan);
	enum kbm_code code = kbm_plan_from_json(first, strlen(first), &back, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	char *second = written(&back);
	EXPECT_TEXT(second, first);
	int equal = kbm_place_equal(&plan.changes[2].place, &back.changes[2].place);
	cr_expect(eq(int, equal, 1));
	cr_expect(eq(sz, back.changes[2].place.name_length, 3));
	cr_expect(eq(u64, back.target.sources[0].last_written, UINT64_MAX));
	EXPECT_TEXT(back.target.sources[0].path, "/mnt/\xff/system");
	EXPECT_TEXT(back.scripts[0].params.items[1].value, "EXCH\xe4");
	cr_assert(eq(sz, back.precondition_count, 4));
	cr_expect(eq(sz, back.preconditions[3].entries.items[0].attributes[0].values[1].length, 3));
	free(first);
	free(second);
	kbm_plan_clear(&plan);
	kbm_plan_clear(&back);
}

Test(plan_json, leaves_a_terminal_alone)
{
	struct kbm_plan plan = full_plan(10);
	char *text = written(&plan);
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
		int plain = *at >= ' ' ? *at != 0x7F && *at != 0x9B : *at == '\n';
		cr_assert(eq(int, plain, 1), "byte %02x", *at);
	}
	EXPECT_HAS(text, "\\u009B");
	free(text);
	kbm_plan_clear(&plan);
}

/* The text of every character in turn, sixteen rows of Unicode at a time. */
static size_t put_characters(uint32_t first, char *text)
{
	size_t length = 0;
	for (uint32_t code_point = first; code_point < first + 0x1000; code_point++)
		if (code_point != 0 && (code_point < 0xD800 || code_point > 0xDFFF))
			length += kbm_text_put(code_point, text + length);
	return length;
}

Test(plan_json, escapes_without_changing_what_is_read)
{
	static char text[4 * 0x1000];
	for (uint32_t first = 0; first <= 0x10FFFF; first += 0x1000) {
		size_t length = put_characters(first, text);
		struct kbm_bytes out;
		kbm_bytes_init(&out, KBM_MIB);
		json_t *object = json_pack("{s:s%}", "text", text, length);
		json_object_set_new(object, "\x1B\xC2\x9B\xE2\x80\xAE", json_null());
		cr_assert(eq(int, (int)kbm_json_write(object, false, &out, NULL), KBM_OK));
		bool same = out.data[out.length - 1] == '\n';
		for (size_t at = 0, size = 0; at + 1 < out.length; at += size)
			same = same && kbm_text_is_visible(kbm_text_next(kbm_bytes_text(&out) + at,
									 out.length - at, &size));
		cr_expect(same, "U+%04X and what follows", first);
		json_t *read = json_loadb(kbm_bytes_text(&out), out.length, 0, NULL);
		same = json_equal(read, object);
		cr_expect(same, "U+%04X and what follows", first);
		json_decref(object);
		json_decref(read);
		kbm_bytes_clear(&out);
	}
}

Test(plan_json, keeps_the_hash_of_a_long_answer)
{
	struct kbm_plan plan = full_plan(100000);
	struct kbm_plan back = {0};
	struct kbm_error error = {0};
	char *text = written(&plan);
	enum kbm_code code = kbm_plan_from_json(text, strlen(text), &back, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_expect(eq(sz, back.preconditions[3].entry_count, 1));
	EXPECT_TEXT(back.preconditions[3].entries_sha256, plan.preconditions[3].entries_sha256);
	free(text);
	kbm_plan_clear(&plan);
	kbm_plan_clear(&back);
}

/* The full plan with one piece of its text exchanged. */
static char *exchanged(const char *from, const char *to)
{
	struct kbm_plan plan = full_plan(10);
	char *text = written(&plan);
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_PLAN_MAX_FILE_BYTES);
	const char *at = strstr(text, from);
	cr_assert(ne(ptr, (char *)at, NULL), "'%s' is not in the plan", from);
	kbm_bytes_append(&out, text, (size_t)(at - text));
	kbm_bytes_append_text(&out, to);
	kbm_bytes_append_text(&out, at + strlen(from));
	free(text);
	kbm_plan_clear(&plan);
	return kbm_bytes_take(&out, NULL);
}

static const struct {
	const char *from;
	const char *to;
	enum kbm_code code;
	const char *message;
} wrong[] = {
    {"kbmend.plan/1", "kbmend.plan/2", KBM_UNSUPPORTED, "another version"},
    {"kbmend.plan/1", "other", KBM_INVALID, "hence no plan"},
    {"\"target\": {", "\"goal\": 1, \"target\": {", KBM_INVALID, "goal: no such member"},
    {"\"name\": \"EXCH1\"", "\"nam\": \"EXCH1\"", KBM_INVALID, "target.nam: no such"},
    {"\"name\": \"EXCH1\",", "", KBM_INVALID, "target.name: this member is missing"},
    {"\"name\": \"EXCH1\"", "\"name\": 7", KBM_INVALID, "target.name: text is needed"},
    {"\"name\": \"EXCH1\"", "\"name\": \"a\", \"name\": \"b\"", KBM_INVALID, "line 4"},
    {"\"op\": \"set_value\"", "\"op\": \"format\"", KBM_INVALID, "changes[0].op"},
    {"\"type\": \"REG_SZ\"", "\"type\": \"REG_TEXT\"", KBM_INVALID, "changes[0].before.type"},
    {"\"text\": \"1\"", "\"text\": 1", KBM_INVALID, "changes[0].before.text"},
    {"\"text\": \"1\"", "\"number\": 1", KBM_INVALID, "changes[0].before.number: this form"},
    {"\"text\": \"1\"", "\"hex\": \"0\"", KBM_INVALID, "changes[0].before.hex: an odd"},
    {"\"text\": \"1\"", "\"hex\": \"0G\"", KBM_INVALID, "changes[0].before.hex: lower"},
    {"\"text\": \"1\"", "\"hex\": \"00\", \"text\": \"\"", KBM_INVALID, "not two"},
    {"\"text\": \"1\"", "\"text\": \"2\"", KBM_INVALID, "change 1: it changes nothing"},
    {"\"risk\": \"high\"", "\"risk\": \"none\"", KBM_INVALID, "changes[0].risk"},
    {"\"kind\": \"value\"", "\"kind\": \"file\"", KBM_INVALID, "changes[0].where.kind"},
    {"\"size\": \"7\"", "\"size\": \"07\"", KBM_INVALID, "target.sources[1].size"},
    {"\"size\": \"7\"", "\"size\": \"18446744073709551616\"", KBM_INVALID, "out of range"},
    {"\"size\": \"7\"", "\"size\": 7", KBM_INVALID, "target.sources[1].size"},
    {"4294967295", "4294967296", KBM_INVALID, "primary_sequence: the number is out"},
    {"4294967295", "-1", KBM_INVALID, "primary_sequence: the number is out"},
    {"4294967295", "1e3", KBM_INVALID, "primary_sequence: a whole number"},
    {"4294967295", "99999999999999999999", KBM_INVALID, "line"},
    {"\"present\": true", "\"present\": false", KBM_INVALID, "present: only true"},
    {"\"base_exists\": true", "\"base_exists\": 1", KBM_INVALID, "base_exists"},
    {"\"base_exists\": true", "\"base_exists\": false", KBM_INVALID, "precondition 4"},
    {"\"entries\": [", "\"entry_count\": 1, \"entries\": [", KBM_INVALID, "preconditions[3]"},
    {"\"scope\": \"one\"", "\"scope\": \"two\"", KBM_INVALID, "preconditions[3].scope"},
    {"\"dn\": \"cn=A,o=B\"", "\"dn\": \"\"", KBM_INVALID, "change 7: where.dn"},
    {"\"attribute\": \"displayName\"", "\"attribute\": \"a b\"", KBM_INVALID, "where.attribute"},
    {"\"read_twice\": true", "\"read_twice\": 1", KBM_INVALID, "prediction.read_twice"},
    {"\"verdict\": \"pass\"", "\"verdict\": \"sure\"", KBM_INVALID, "prediction.verdict"},
    {"\"text\": \"1\"", "\"text\": \"\\u0000\"", KBM_INVALID, "line"},
    {"\"text\": \"1\"", "\"text\": \"\\ud800\"", KBM_INVALID, "line"},
    {"\"text\": \"1\"", "\"text\": \"\xff\"", KBM_INVALID, "line"},
    {"\"depth\": \"site\"", "\"depth\": {\"hex\": \"6100\"}", KBM_INVALID,
     "parameters.depth: a NUL"},
    {"\"id\": \"Q1\"", "\"id\": \"Q2\"", KBM_INVALID, "its script is not in the plan's list"},
};

Test(plan_json, refuses_what_it_does_not_know)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct kbm_error error = {0};
		char *text = exchanged(wrong[i].from, wrong[i].to);
		enum kbm_code code = parse(text, &error);
		cr_expect(eq(int, (int)code, (int)wrong[i].code), "row %zu: %s", i, error.message);
		int has = strstr(error.message, wrong[i].message) != NULL;
		cr_expect(eq(int, has, 1), "row %zu: %s", i, error.message);
		free(text);
	}
}

Test(plan_json, refuses_what_is_no_plan_at_all)
{
	static const char *const texts[] = {"", "[]", "null", "{}", "{", "\"schema\"", "{}{}"};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct kbm_error error = {0};
		enum kbm_code code = parse(texts[i], &error);
		cr_expect(eq(int, (int)code, KBM_INVALID), "'%s'", texts[i]);
	}
}

Test(plan_json, refuses_nesting_and_numbers_of_values_before_parsing, .timeout = 20)
{
	struct kbm_error error = {0};
	size_t length = 4 * KBM_MIB;
	char *text = malloc(length + 1);
	memset(text, '[', length);
	text[length] = '\0';
	enum kbm_code code = parse(text, &error);
	cr_expect(eq(int, (int)code, KBM_LIMIT));
	EXPECT_HAS(error.message, "nested");
	for (size_t i = 1; i < length; i++)
		text[i] = i % 2 == 0 ? ',' : '0';
	code = parse(text, &error);
	cr_expect(eq(int, (int)code, KBM_LIMIT));
	EXPECT_HAS(error.message, "more than");
	memset(text, ' ', length);
	memcpy(text, "\"\\\"[[[[[[[[[[[[[[[[[[[[[[\"", 25);
	code = parse(text, &error); /* brackets in a string nest nothing */
	cr_expect(eq(int, (int)code, KBM_INVALID));
	free(text);
	code = kbm_plan_from_json("", KBM_PLAN_MAX_FILE_BYTES + 1, &(struct kbm_plan){0}, &error);
	cr_expect(eq(int, (int)code, KBM_LIMIT));
}

Test(plan_json, does_not_write_what_it_would_not_read)
{
	struct kbm_plan plan = full_plan(10);
	struct kbm_bytes out;
	struct kbm_error error = {0};
	kbm_bytes_init(&out, KBM_PLAN_MAX_FILE_BYTES);
	plan.changes[0].place.physical[0] = '\\';
	enum kbm_code code = kbm_plan_to_json(&plan, &out, &error);
	cr_expect(eq(int, (int)code, KBM_INVALID));
	cr_expect(eq(sz, out.length, 0));
	plan.changes[0].place.physical[0] = 'C';
	out.maximum = 1000;
	code = kbm_plan_to_json(&plan, &out, &error);
	cr_expect(eq(int, (int)code, KBM_LIMIT));
	kbm_bytes_clear(&out);
	kbm_plan_clear(&plan);
}
