/* guard/protocol: each message comes back as it was sent; what a child may not say is refused. */
#include "base/limits.h"
#include "guard/channel.h"
#include "guard/jobs.h"
#include "guard/protocol.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Sends `structure`, reads it, sends what was read: the bytes must be the same. */
static void round_trip(enum kbm_message type, const void *structure, void *read)
{
	struct kbm_error error = {0};
	struct kbm_bytes out;
	struct kbm_bytes again;
	kbm_bytes_init(&out, kbm_message_maximum(type));
	kbm_bytes_init(&again, kbm_message_maximum(type));
	enum kbm_code code = kbm_message_encode(type, structure, &out, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	/* The bytes move: what borrows from them must be compared before they go. */
	code = kbm_message_decode(type, out.data, out.length, read, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	code = kbm_message_encode(type, read, &again, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_assert(eq(sz, again.length, out.length));
	cr_expect(eq(int, memcmp(again.data, out.data, out.length), 0));
	for (size_t length = 0; length < out.length; length++) {
		void *cut = calloc(1, kbm_message_structure_bytes(type));
		code = kbm_message_decode(type, out.data, length, cut, &error);
		cr_expect(code == KBM_INTERNAL, "cut to %zu of %zu bytes: accepted", length,
			  out.length);
		free(cut);
	}
	kbm_bytes_clear(&out);
	kbm_bytes_clear(&again);
}

static struct kbm_change sample_change(void)
{
	struct kbm_change change = {.op = KBM_SET_VALUE, .risk = KBM_RISK_HIGH};
	change.script = strdup("Q298565");
	change.finding = strdup("site");
	change.place.kind = KBM_PLACE_VALUE;
	change.place.path = strdup("HKLM\\SYSTEM\\CurrentControlSet\\Services\\X");
	change.place.hive = strdup("SYSTEM");
	change.place.physical = strdup("ControlSet001\\Services\\X");
	change.place.name = calloc(1, 4);
	memcpy(change.place.name, "a\0b", 3);
	change.place.name_length = 3;
	kbm_state_set_value(&change.before, KBM_REG_SZ, "\1\0\0", 3);
	kbm_state_set_value(&change.after, 200, "", 0);
	change.why = strdup("because");
	change.step = strdup("");
	return change;
}

Test(protocol, carries_a_change)
{
	struct kbm_change change = sample_change();
	struct kbm_change read = {0};
	round_trip(KBM_MESSAGE_CHANGE, &change, &read);
	cr_expect(eq(str, read.place.physical, change.place.physical));
	cr_expect(eq(sz, read.place.name_length, 3));
	bool same = kbm_change_same(&change, &read);
	cr_expect(same);
	bool state = kbm_state_equal(&change.before, &read.before);
	cr_expect(state);
	cr_expect(eq(ptr, read.text, NULL));
	kbm_change_clear(&change);
	kbm_change_clear(&read);
}

Test(protocol, carries_a_profile)
{
	struct kbm_profile sent = {.api = 1, .name = strdup("both"), .title = strdup("t")};
	struct kbm_profile read = {0};
	sent.description = strdup("");
	sent.entries = calloc(2, sizeof *sent.entries);
	sent.entry_count = 2;
	sent.entries[0].id = strdup("one");
	sent.entries[1].id = strdup("two");
	kbm_params_set(&sent.entries[1].params, "server", "EXCH2");
	round_trip(KBM_MESSAGE_PROFILE, &sent, &read);
	cr_assert(eq(sz, read.entry_count, 2));
	cr_expect(
	    eq(str, (char *)kbm_params_get(&read.entries[1].params, "server"), (char *)"EXCH2"));
	cr_expect(eq(ptr, (void *)kbm_params_get(&read.entries[1].params, "serve"), NULL));
	kbm_profile_clear(&sent);
	kbm_profile_clear(&read);
}

Test(protocol, carries_an_observation)
{
	struct kbm_observation sent = {.what = strdup("SiteDN"), .expected = strdup("b")};
	struct kbm_observation read = {0};
	sent.place.kind = KBM_PLACE_ENTRY;
	sent.place.path = strdup("o=x");
	sent.difference = strdup("d");
	sent.kb = strdup("Q298565");
	round_trip(KBM_MESSAGE_OBSERVATION, &sent, &read);
	cr_expect(eq(str, read.what, (char *)"SiteDN"));
	cr_expect(eq(ptr, read.found, NULL));
	cr_expect(eq(str, read.kb, (char *)"Q298565"));
	kbm_observation_clear(&sent);
	kbm_observation_clear(&read);
}

Test(protocol, carries_a_search_read_with_its_entries)
{
	struct kbm_precondition sent = {.kind = KBM_READ_SEARCH, .scope = KBM_SCOPE_SUB};
	sent.base = strdup("o=Contoso");
	sent.base_exists = true;
	kbm_text_list_add(&sent.attributes, "cn");
	sent.entries.items = calloc(1, sizeof *sent.entries.items);
	sent.entries.count = 1;
	struct kbm_entry *entry = sent.entries.items;
	entry->dn = strdup("cn=EXCH1,o=Contoso");
	entry->attributes = calloc(1, sizeof *entry->attributes);
	entry->attribute_count = 1;
	entry->attributes->name = strdup("cn");
	entry->attributes->values = calloc(2, sizeof *entry->attributes->values);
	entry->attributes->value_count = 2;
	entry->attributes->values[0] = (struct kbm_blob){(uint8_t *)strdup("EXCH1"), 5};
	entry->attributes->values[1] = (struct kbm_blob){(uint8_t *)strdup(""), 0};
	struct kbm_precondition read = {0};
	round_trip(KBM_MESSAGE_READ, &sent, &read);
	cr_assert(eq(sz, read.entries.count, 1));
	cr_expect(eq(str, (char *)read.entries.items->attributes->values->data, (char *)"EXCH1"));
	cr_expect(eq(ptr, read.filter, NULL));
	kbm_precondition_clear(&sent);
	kbm_precondition_clear(&read);
}

Test(protocol, carries_a_header)
{
	struct kbm_script_info sent = {
	    .api = 1, .severity = KBM_SEVERITY_HIGH, .on_request = true, .has_fix = true};
	sent.id = strdup("Q298565");
	sent.version = strdup("1.0.0");
	sent.title = strdup("t");
	sent.description = calloc(1, 100001);
	memset(sent.description, 'd', 100000);
	kbm_text_list_add(&sent.categories, "exchange");
	sent.products = calloc(1, sizeof *sent.products);
	sent.product_count = 1;
	sent.products->name = strdup("Microsoft Exchange Server");
	sent.products->versions = strdup("5.5");
	sent.symptoms = calloc(1, sizeof *sent.symptoms);
	sent.symptom_count = 1;
	*sent.symptoms = (struct kbm_symptom){-1, strdup(""), strdup("2140"), strdup("")};
	sent.aliases = calloc(1, sizeof *sent.aliases);
	sent.alias_count = 1;
	sent.aliases->kb = strdup("Q314148");
	sent.aliases->title = strdup("a");
	sent.aliases->symptoms = calloc(1, sizeof *sent.symptoms);
	sent.aliases->symptom_count = 1;
	*sent.aliases->symptoms =
	    (struct kbm_symptom){9301, strdup("MSExchangeMTA"), strdup(""), strdup("")};
	sent.params = calloc(1, sizeof *sent.params);
	sent.param_count = 1;
	sent.params->name = strdup("depth");
	sent.params->type = KBM_PARAM_CHOICE;
	sent.params->help = strdup("how deep");
	kbm_text_list_add(&sent.params->choices, "site");
	struct kbm_script_info read = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_INFO));
	enum kbm_code code = kbm_message_encode(KBM_MESSAGE_INFO, &sent, &out, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	code = kbm_message_decode(KBM_MESSAGE_INFO, out.data, out.length, &read, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(sz, strlen(read.description), 100000));
	cr_expect(read.on_request);
	cr_expect(eq(i64, read.symptoms->event, -1));
	cr_expect(eq(str, read.params->choices.items[0], (char *)"site"));
	cr_expect(eq(str, read.aliases->kb, (char *)"Q314148"));
	cr_expect(eq(sz, read.aliases->product_count, 0));
	cr_expect(eq(i64, read.aliases->symptoms->event, 9301));
	kbm_script_info_clear(&sent);
	kbm_script_info_clear(&read);
	kbm_bytes_clear(&out);
}

Test(protocol, carries_what_a_script_starts_with)
{
	struct kbm_change overlay = sample_change();
	struct kbm_start_source sources[] = {
	    {KBM_SOURCE_HIVE, "/mnt/SYSTEM", "SYSTEM", NULL, "no log"},
	    {KBM_SOURCE_HIVE, "/mnt/NTUSER.DAT", "HKU\\bob", "is cut", NULL},
	    {KBM_SOURCE_HIVE, "/mnt/SAM", "SAM", NULL, NULL},
	};
	struct kbm_start_script sent = {
	    .name = "Q298565.lua",
	    .text = (const uint8_t *)"return {}",
	    .length = 9,
	    .computer_name = "EXCH1",
	    .selection = -2,
	    .with_fix = true,
	    .omits_reads = true,
	    .sources = sources,
	    .source_count = 3,
	    .overlay = &overlay,
	    .overlay_count = 1,
	};
	kbm_params_set(&sent.params, "depth", "site");
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_START_SCRIPT));
	enum kbm_code code = kbm_message_encode(KBM_MESSAGE_START_SCRIPT, &sent, &out, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	struct kbm_start_script read = {0};
	code = kbm_message_decode(KBM_MESSAGE_START_SCRIPT, out.data, out.length, &read, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(int, strcmp(read.name, "Q298565.lua"), 0));
	cr_expect(eq(ptr, (void *)read.target_name, NULL));
	cr_expect(eq(int, strcmp(read.computer_name, "EXCH1"), 0));
	cr_expect(eq(int, read.selection, -2));
	bool omits_reads = read.omits_reads;
	cr_expect(omits_reads);
	cr_assert(eq(sz, read.source_count, 3));
	cr_expect(eq(int, strcmp(read.sources[0].hive, "SYSTEM"), 0));
	cr_expect(eq(ptr, (void *)read.sources[0].problem, NULL));
	cr_expect(eq(int, strcmp(read.sources[1].problem, "is cut"), 0));
	cr_expect(eq(str, (char *)read.sources[0].logs_reason, (char *)"no log"));
	cr_expect(eq(ptr, (void *)read.sources[2].logs_reason, NULL));
	cr_expect(eq(sz, kbm_start_source_input(read.sources, 0), 0));
	cr_expect(eq(sz, kbm_start_source_input(read.sources, 2), 1));
	cr_expect(eq(sz, kbm_start_source_input(read.sources, 3), 2));
	cr_expect(eq(str, read.params.items[0].value, (char *)"site"));
	bool same = kbm_change_same(&overlay, read.overlay);
	cr_expect(same);
	kbm_message_clear(KBM_MESSAGE_START_SCRIPT, &read);
	kbm_params_clear(&sent.params);
	kbm_change_clear(&overlay);
	kbm_bytes_clear(&out);
}

Test(protocol, carries_a_request_and_back)
{
	const char *attributes[] = {"cn", "distinguishedName"};
	struct kbm_directory_request request = {"o=Contoso", KBM_SCOPE_ONE, "(cn=*)", attributes,
						2,	     false};
	struct kbm_search sent = kbm_search_from_request(&request);
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_SEARCH));
	enum kbm_code code = kbm_message_encode(KBM_MESSAGE_SEARCH, &sent, &out, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	struct kbm_search read = {0};
	code = kbm_message_decode(KBM_MESSAGE_SEARCH, out.data, out.length, &read, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	struct kbm_directory_request back = kbm_search_to_request(&read);
	cr_expect(eq(int, strcmp(back.base, "o=Contoso"), 0));
	cr_expect(eq(int, (int)back.scope, KBM_SCOPE_ONE));
	cr_assert(eq(sz, back.attribute_count, 2));
	cr_expect(eq(int, strcmp(back.attributes[1], "distinguishedName"), 0));
	kbm_message_clear(KBM_MESSAGE_SEARCH, &read);
	kbm_bytes_clear(&out);
}

static struct kbm_blob blob(const char *text)
{
	return (struct kbm_blob){(uint8_t *)text, strlen(text)};
}

Test(protocol, carries_a_change_of_an_entry)
{
	struct kbm_blob before[] = {blob("A"), blob("")};
	struct kbm_blob after[] = {blob("B")};
	char description[] = "description";
	char name[] = "cn;lang-de";
	char dn[] = "cn=Test,o=Contoso";
	struct kbm_attribute_change items[] = {{description, before, 2, after, 1},
					       {name, NULL, 0, after, 1}};
	const struct kbm_entry_change sent = {dn, items, 2};
	struct kbm_entry_change read = {0};
	round_trip(KBM_MESSAGE_MODIFY, &sent, &read);
	cr_expect(eq(str, read.dn, dn));
	cr_assert(eq(sz, read.count, 2));
	cr_expect(eq(sz, read.items[0].before_count, 2));
	cr_expect(eq(sz, read.items[0].before[1].length, 0));
	cr_expect(eq(str, (char *)read.items[1].after[0].data, (char *)"B"));
	cr_expect(eq(sz, read.items[1].before_count, 0));
	kbm_message_clear(KBM_MESSAGE_MODIFY, &read);
	cr_expect(eq(ptr, read.items, NULL));
}

Test(protocol, sends_no_change_over_its_limits)
{
	static uint8_t large[KBM_PLAN_MAX_VALUE_BYTES + 1];
	struct kbm_error error = {0};
	struct kbm_bytes out;
	struct kbm_blob value = {large, KBM_PLAN_MAX_VALUE_BYTES};
	char name[] = "description";
	char dn[] = "o=Contoso";
	struct kbm_attribute_change item = {name, NULL, 0, &value, 1};
	struct kbm_entry_change change = {dn, &item, 1};
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_MODIFY));
	enum kbm_code code = kbm_message_encode(KBM_MESSAGE_MODIFY, &change, &out, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	value.length++;
	kbm_bytes_reset(&out);
	code = kbm_message_encode(KBM_MESSAGE_MODIFY, &change, &out, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	change.count = KBM_PLAN_MAX_CHANGES + 1;
	kbm_bytes_reset(&out);
	code = kbm_message_encode(KBM_MESSAGE_MODIFY, &change, &out, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	kbm_bytes_clear(&out);
}

Test(protocol, carries_what_became_of_a_change)
{
	struct kbm_modified sent = {.is_unknown = true};
	struct kbm_modified read = {0};
	kbm_fail(&sent.error, KBM_UNREADABLE, "no answer");
	sent.error.code = KBM_UNREADABLE;
	round_trip(KBM_MESSAGE_MODIFIED, &sent, &read);
	cr_expect(eq(int, (int)read.error.code, KBM_UNREADABLE));
	cr_expect(eq(int, read.is_unknown, true));
	kbm_message_clear(KBM_MESSAGE_MODIFIED, &read);
}

/* Nobody but kbmend tells a directory to change anything. */
Test(protocol, lets_no_child_speak_of_changes)
{
	for (unsigned job = 0; job < KBM_JOB_COUNT; job++) {
		uint64_t said = kbm_jobs[job].says & (KBM_MESSAGE_BIT(KBM_MESSAGE_MODIFY) |
						      KBM_MESSAGE_BIT(KBM_MESSAGE_MODIFIED));
		cr_expect(eq(u64, said, 0), "%s", kbm_jobs[job].name);
	}
}

Test(protocol, lets_no_child_say_fixed)
{
	struct kbm_error error = {0};
	char reason[] = "applied";
	struct kbm_result result = {.verdict = KBM_VERDICT_FIXED, .reason = reason};
	struct kbm_bytes out;
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_RESULT));
	enum kbm_code code = kbm_message_encode(KBM_MESSAGE_RESULT, &result, &out, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	result.verdict = KBM_VERDICT_PASS;
	kbm_bytes_reset(&out);
	code = kbm_message_encode(KBM_MESSAGE_RESULT, &result, &out, &error);
	cr_assert(eq(int, code, KBM_OK));
	out.data[1] = KBM_VERDICT_FIXED; /* behind the absent script id */
	struct kbm_result read = {0};
	code = kbm_message_decode(KBM_MESSAGE_RESULT, out.data, out.length, &read, &error);
	cr_expect(eq(int, code, KBM_INTERNAL));
	kbm_bytes_clear(&out);
}

static enum kbm_code count_rows(void *context, const struct kbm_registry_row *row,
				struct kbm_error *error)
{
	size_t *seen = context;
	(*seen)++;
	if (row->text != NULL) {
		cr_expect(eq(sz, row->text_length, 8));
		return KBM_OK;
	}
	if (row->row_kind == 'V') {
		cr_expect(eq(sz, row->value.length, 2));
		cr_expect(eq(int, strcmp(row->value.name, "SiteDN"), 0));
		return kbm_fail(error, KBM_REFUSED, "enough");
	}
	cr_expect(eq(u64, row->key.last_written, 77));
	return KBM_OK;
}

Test(protocol, carries_rows_until_the_sink_has_enough)
{
	struct kbm_registry_row line = {.row_kind = 'K', .text = "K\ta\t1234", .text_length = 8};
	struct kbm_registry_row key = {.row_kind = 'K', .path = "a", .key = {"a", 1, 77, 0, 1}};
	struct kbm_registry_row value = {
	    .row_kind = 'V', .path = "a", .value = {"SiteDN", 6, 1, (const uint8_t *)"xy", 2}};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_ROWS));
	bool fits = kbm_row_encode(&line, &out) && kbm_row_encode(&key, &out) &&
		    kbm_row_encode(&value, &out) && kbm_row_encode(&line, &out);
	cr_assert(fits);
	size_t seen = 0;
	enum kbm_code code = kbm_rows_decode(out.data, out.length, count_rows, &seen, &error);
	cr_expect(eq(int, code, KBM_REFUSED));
	cr_expect(eq(sz, seen, 3));
	out.data[0] = 'X';
	code = kbm_rows_decode(out.data, out.length, count_rows, &seen, &error);
	cr_expect(eq(int, code, KBM_INTERNAL));
	kbm_bytes_clear(&out);
}

/* What came of a row, to be compared with what was sent. */
static enum kbm_code show_row(void *context, const struct kbm_registry_row *row,
			      struct kbm_error *error)
{
	struct kbm_bytes *out = context;
	(void)error;
	kbm_bytes_printf(out, "%c [%.*s]", row->row_kind, (int)row->text_length,
			 row->text == NULL ? "" : row->text);
	if (row->row_kind == KBM_ROW_NOT_COMPARED)
		kbm_bytes_printf(out, " %" PRIu64, row->looked);
	if (row->is_value)
		kbm_bytes_printf(out, " %.*s:%u:%.*s", (int)row->value.name_length, row->value.name,
				 row->value.type, (int)row->value.length,
				 (const char *)row->value.data);
	if (row->is_value && row->row_kind == KBM_ROW_CHANGED)
		kbm_bytes_printf(out, " %u:%.*s", row->after.type, (int)row->after.length,
				 (const char *)row->after.data);
	kbm_bytes_append_byte(out, '\n');
	return KBM_OK;
}

Test(protocol, carries_differences_and_pieces_of_a_file)
{
	const struct kbm_value old = {"name", 4, 3, (const uint8_t *)"xy", 2};
	const struct kbm_value new = {"name", 4, 4, (const uint8_t *)"z", 1};
	const struct kbm_registry_row rows[] = {
	    {.row_kind = KBM_ROW_REMOVED, .text = "A\\B", .text_length = 3},
	    {.row_kind = KBM_ROW_ADDED, .text = "", .is_value = true, .value = old},
	    {.row_kind = KBM_ROW_CHANGED,
	     .text = "A",
	     .text_length = 1,
	     .is_value = true,
	     .value = old,
	     .after = new},
	    {.row_kind = KBM_ROW_BYTES, .text = "\xFF\xFE", .text_length = 2},
	    {.row_kind = KBM_ROW_NOTE, .text = "a note", .text_length = 6},
	    {.row_kind = KBM_ROW_DIFFER, .text = ""},
	    {.row_kind = KBM_ROW_NOT_COMPARED, .looked = 1},
	};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	struct kbm_bytes shown;
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_ROWS));
	kbm_bytes_init(&shown, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool fits = kbm_row_encode(&rows[i], &out);
		cr_assert(fits);
	}
	enum kbm_code code = kbm_rows_decode(out.data, out.length, show_row, &shown, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(zero(int, strcmp(kbm_bytes_text(&shown),
				   "- [A\\B]\n+ [] name:3:xy\n~ [A] name:3:xy 4:z\n"
				   "B [\xFF\xFE]\nN [a note]\n! []\nU [] 1\n")),
		  "%s", kbm_bytes_text(&shown));
	for (size_t length = 0; length < out.length; length++) {
		kbm_bytes_reset(&shown);
		code = kbm_rows_decode(out.data, length, show_row, &shown, &error);
		cr_expect(code == KBM_OK || code == KBM_INTERNAL);
	}
	kbm_bytes_clear(&out);
	kbm_bytes_clear(&shown);
}

Test(protocol, tells_a_search_from_another_question)
{
	struct kbm_start_registry ask = {.hive = "SYSTEM", .selection = -2, .path = "A\\B"};
	struct kbm_start_registry read = {.path = NULL};
	round_trip(KBM_MESSAGE_START_REGISTRY, &ask, &read);
	cr_expect(zero(ptr, (void *)read.find.pattern));
	cr_expect(not(read.itself));
	/* A key's own row. */
	ask.itself = true;
	round_trip(KBM_MESSAGE_START_REGISTRY, &ask, &read);
	cr_expect(read.itself);
	/* A search may have an empty pattern. */
	ask.find = (struct kbm_find_order){
	    .pattern = "", .parts = KBM_FIND_DATA, .types = {1, 4}, .type_count = 2};
	memset(&read, 0, sizeof read);
	round_trip(KBM_MESSAGE_START_REGISTRY, &ask, &read);
	cr_expect(not(zero(ptr, (void *)read.find.pattern)));
	cr_expect(eq(uint, read.find.parts, KBM_FIND_DATA));
	cr_expect(eq(sz, read.find.type_count, 2));
	cr_expect(eq(u32, read.find.types[1], 4));
}

Test(protocol, carries_the_orders_of_an_export_and_a_comparison)
{
	const struct kbm_start_registry side = {
	    .kind = KBM_SOURCE_REG, .hive = "SYSTEM", .selection = -2, .path = "A\\B"};
	const struct kbm_start_export export = {
	    .registry = side, .root = "HKLM\\X", .regedit4 = true, .codepage = 1250};
	const struct kbm_start_diff diff = {.sides = {side, side},
					    .names = {"a", "b"},
					    .root = "",
					    .form = 5,
					    .is_stale = true,
					    .codepage = 874};
	struct kbm_start_export export_read = {.regedit4 = false};
	struct kbm_start_diff diff_read = {.is_in_part = true};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1 << 20);
	cr_assert(
	    eq(int, kbm_message_encode(KBM_MESSAGE_START_EXPORT, &export, &out, &error), KBM_OK));
	cr_assert(eq(int,
		     kbm_message_decode(KBM_MESSAGE_START_EXPORT, out.data, out.length,
					&export_read, &error),
		     KBM_OK));
	cr_expect(zero(int, strcmp(export_read.root, "HKLM\\X")));
	cr_expect(zero(int, strcmp(export_read.registry.path, "A\\B")));
	cr_expect(eq(int, export_read.registry.selection, -2));
	cr_expect(eq(uint, export_read.codepage, 1250));
	cr_expect(eq(int, export_read.regedit4, 1));
	kbm_bytes_reset(&out);
	cr_assert(eq(int, kbm_message_encode(KBM_MESSAGE_START_DIFF, &diff, &out, &error), KBM_OK));
	cr_assert(
	    eq(int,
	       kbm_message_decode(KBM_MESSAGE_START_DIFF, out.data, out.length, &diff_read, &error),
	       KBM_OK));
	cr_expect(zero(int, strcmp(diff_read.names[1], "b")));
	cr_expect(zero(int, strcmp(diff_read.sides[1].hive, "SYSTEM")));
	cr_expect(eq(uint, diff_read.form, 5));
	cr_expect(eq(uint, diff_read.codepage, 874));
	kbm_bytes_clear(&out);
}

static enum kbm_code keep_damage(void *context, const struct kbm_registry_row *row,
				 struct kbm_error *error)
{
	struct kbm_registry_row *kept = context;
	(void)error;
	kept[row->offset == 0x1020 ? 0 : 1] = *row;
	return KBM_OK;
}

Test(protocol, carries_where_a_hive_could_not_be_read)
{
	struct kbm_registry_row in_a_key = {
	    .row_kind = 'D', .path = "a", .offset = 0x1020, .text = "why", .text_length = 3};
	struct kbm_registry_row anywhere = {
	    .row_kind = 'D', .offset = 0x123456789A, .text = "bin", .text_length = 3};
	struct kbm_registry_row kept[2] = {{.row_kind = 0}};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_ROWS));
	bool fits = kbm_row_encode(&in_a_key, &out) && kbm_row_encode(&anywhere, &out);
	cr_assert(fits);
	enum kbm_code code = kbm_rows_decode(out.data, out.length, keep_damage, kept, &error);
	cr_assert(eq(int, code, KBM_OK));
	cr_expect(eq(int, kept[0].row_kind, 'D'));
	cr_expect(eq(int, strcmp(kept[0].path, "a"), 0));
	cr_expect(eq(int, memcmp(kept[0].text, "why", 3), 0));
	cr_expect(eq(u64, kept[1].offset, 0x123456789A));
	cr_expect(eq(ptr, (void *)kept[1].path, NULL));
	/* Damage without its text. */
	out.data[1] = 0;
	code = kbm_rows_decode(out.data, out.length, keep_damage, kept, &error);
	cr_expect(eq(int, code, KBM_INTERNAL));
	kbm_bytes_clear(&out);
}

Test(protocol, carries_a_check_of_a_hive)
{
	struct kbm_hive_check sent = {.major = 1,
				      .minor = 5,
				      .keys = 5,
				      .values = UINT64_MAX,
				      .needs_logs = true,
				      .problems = 2,
				      .oddities = 1000,
				      .counts = {[KBM_CHECK_LOST] = 1000, [KBM_CHECK_BASE] = 2}};
	struct kbm_hive_check read = {0};
	strcpy(sent.first_problems[1], "the second");
	strcpy(sent.first_oddities[KBM_HIVE_CHECK_KEPT - 1], "the last that is kept");
	round_trip(KBM_MESSAGE_CHECKED, &sent, &read);
	cr_expect(eq(int, memcmp(&sent, &read, sizeof sent), 0));
}

Test(protocol, carries_what_is_to_be_verified)
{
	struct kbm_change changes[] = {sample_change(), sample_change()};
	struct kbm_start_verify sent = {.full = true, .changes = changes, .change_count = 2};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, kbm_message_maximum(KBM_MESSAGE_START_VERIFY));
	enum kbm_code code = kbm_message_encode(KBM_MESSAGE_START_VERIFY, &sent, &out, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	struct kbm_start_verify read = {0};
	for (size_t length = 0; length < out.length; length++) {
		code =
		    kbm_message_decode(KBM_MESSAGE_START_VERIFY, out.data, length, &read, &error);
		cr_expect(eq(int, code, KBM_INTERNAL), "cut to %zu bytes: accepted", length);
	}
	code = kbm_message_decode(KBM_MESSAGE_START_VERIFY, out.data, out.length, &read, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(int, read.full, true));
	cr_assert(eq(sz, read.change_count, 2));
	bool same = kbm_change_same(&changes[1], &read.changes[1]);
	cr_expect(same);
	kbm_message_clear(KBM_MESSAGE_START_VERIFY, &read);
	kbm_change_clear(&changes[0]);
	kbm_change_clear(&changes[1]);
	kbm_bytes_clear(&out);
}

Test(protocol, carries_a_verdict_on_a_changed_hive)
{
	struct kbm_error sent = {KBM_REFUSED, "the value 'One' differs"};
	struct kbm_error read = {0};
	round_trip(KBM_MESSAGE_VERIFIED, &sent, &read);
	cr_expect(eq(int, read.code, KBM_REFUSED));
	cr_expect(eq(str, read.message, sent.message));
}

Test(protocol, names_and_bounds_every_message)
{
	for (unsigned type = 0; type < KBM_MESSAGE_COUNT; type++) {
		cr_expect(kbm_message_name(type) != NULL, "type %u", type);
		cr_expect(kbm_message_maximum(type) <= KBM_WIRE_MAX_RESULT, "type %u", type);
	}
	cr_expect(eq(sz, kbm_message_maximum(KBM_MESSAGE_COUNT), 0));
}
