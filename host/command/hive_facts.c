/* What a hive or a .reg export is, and of which machine, as a list of facts. */
#include "command/hive_facts.h"

#include "base/filetime.h"
#include "base/limits.h"
#include "base/text.h"
#include "command/beside_logs.h"
#include "command/hive_notes.h"
#include "command/reg_folder.h"
#include "report/report_registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The values that tell what a machine is, key by key. */
struct wanted {
	const char *value;
	const char *name;
	const char *label;
};
enum { MOST_WANTED = 12 };
static const struct asked_key {
	const char *hive;
	const char *path;
	struct wanted values[MOST_WANTED]; /* ends with a NULL value */
} asked_keys[] = {
    {"SYSTEM",
     "HKLM\\SYSTEM\\Select",
     {{"Current", "select_current", "Current"},
      {"Default", "select_default", "Default"},
      {"LastKnownGood", "select_last_known_good", "LastKnownGood"},
      {"Failed", "select_failed", "Failed"}}},
    {"SYSTEM",
     "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName",
     {{"ComputerName", "computer_name", "computer name"}}},
    {"SYSTEM",
     "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions",
     {{"ProductType", "product_type", "product type"}}},
    {"SOFTWARE",
     "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
     {{"ProductName", "windows_product", "Windows"},
      {"EditionID", "windows_edition", "edition"},
      {"CurrentVersion", "windows_version", "version"},
      {"CurrentMajorVersionNumber", "windows_major", "major version"},
      {"CurrentMinorVersionNumber", "windows_minor", "minor version"},
      {"DisplayVersion", "windows_release", "release"},
      {"ReleaseId", "windows_release_id", "release ID"},
      {"CurrentBuildNumber", "windows_build", "build"},
      {"CurrentBuild", "windows_current_build", "CurrentBuild"},
      {"UBR", "windows_build_revision", "build revision"},
      {"CSDVersion", "windows_service_pack", "service pack"}}},
};

struct gather {
	const struct kbm_options *options;
	struct kbm_broker *broker;
	struct kbm_source source;
	struct kbm_info *info;
	struct kbm_text_list problems;
	const struct asked_key *key; /* under way */
	struct kbm_text_list *control_sets;
};

/* What cannot be read is told once. */
static void add_problem(struct gather *gather, const char *message)
{
	for (size_t i = 0; i < gather->problems.count; i++)
		if (strcmp(gather->problems.items[i], message) == 0)
			return;
	if (!kbm_text_list_add(&gather->problems, message))
		gather->info->failed = true;
}

/* An export is not expected to hold everything. */
static void take_problem(struct gather *gather, const struct kbm_error *error)
{
	if (error->code != KBM_NOT_FOUND &&
	    (gather->source.kind != KBM_SOURCE_REG || error->code != KBM_UNREADABLE))
		add_problem(gather, error->message);
}

static void add_value(struct gather *gather, const struct wanted *wanted,
		      const struct kbm_value *value)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_TEXT_MAX_BYTES);
	if (value->type == KBM_REG_DWORD && value->length == 4)
		kbm_info_add_number(gather->info, wanted->name, wanted->label,
				    (uint64_t)value->data[0] | (uint64_t)value->data[1] << 8 |
					(uint64_t)value->data[2] << 16 |
					(uint64_t)value->data[3] << 24);
	else if (kbm_report_data_raw(value, &text))
		kbm_info_add_text(gather->info, wanted->name, wanted->label, kbm_bytes_text(&text));
	else
		kbm_info_add_text(gather->info, wanted->name, wanted->label,
				  "(too long to be shown)");
	kbm_bytes_clear(&text);
}

static enum kbm_code take_row(void *context, const struct kbm_registry_row *row,
			      struct kbm_error *error)
{
	struct gather *gather = context;
	(void)error;
	if (row->row_kind == KBM_ROW_DAMAGE) {
		add_problem(gather, row->text);
		return KBM_OK;
	}
	if (row->row_kind == KBM_ROW_KEY) {
		static const char prefix[] = "ControlSet";
		size_t length = strlen(prefix);
		bool is_one = row->key.name_length == length + 3 &&
			      kbm_text_compare_names(row->key.name, length, prefix, length) == 0 &&
			      strspn(row->key.name + length, "0123456789") == 3;
		if (is_one && gather->control_sets != NULL &&
		    !kbm_text_list_add(gather->control_sets, row->key.name))
			gather->info->failed = true;
		return KBM_OK;
	}
	for (const struct wanted *wanted = gather->key == NULL ? NULL : gather->key->values;
	     wanted != NULL && wanted->value != NULL; wanted++)
		if (kbm_text_compare_names(row->value.name, row->value.name_length, wanted->value,
					   strlen(wanted->value)) == 0)
			add_value(gather, wanted, &row->value);
	return KBM_OK;
}

static void ask(struct gather *gather, const struct kbm_registry_query *query)
{
	struct kbm_error error = {0};
	enum kbm_code code =
	    kbm_broker_registry(gather->broker, &gather->source, gather->options->selection, query,
				take_row, gather, &error);
	if (code != KBM_OK)
		take_problem(gather, &error);
}

/* What the keys of the machine's hives tell. */
static void add_content(struct gather *gather)
{
	const struct kbm_registry_query system = {.kind = KBM_QUERY_LS, .path = "HKLM\\SYSTEM"};
	gather->key = NULL;
	if (kbm_source_holds(&gather->source, "SYSTEM")) {
		kbm_info_add_text(gather->info, "control_set", "control set",
				  gather->source.control_set);
		gather->control_sets =
		    kbm_info_add_list(gather->info, "control_sets", "control sets");
		ask(gather, &system);
	}
	for (size_t i = 0; i < sizeof asked_keys / sizeof asked_keys[0]; i++) {
		const struct kbm_registry_query query = {.kind = KBM_QUERY_GET,
							 .path = asked_keys[i].path};
		gather->key = &asked_keys[i];
		if (kbm_source_holds(&gather->source, asked_keys[i].hive))
			ask(gather, &query);
	}
}

/* What follows is read with the logs replayed, as any other command reads it. */
static void add_recovery(struct gather *gather)
{
	struct kbm_bytes note;
	if (!gather->source.recovered)
		return;
	kbm_bytes_init(&note, KBM_TEXT_MAX_BYTES);
	kbm_hive_note_append(&gather->source, &note);
	kbm_info_add_text(gather->info, "recovered", "recovered", kbm_bytes_text(&note));
	kbm_bytes_clear(&note);
}

static const char *state_of(const struct kbm_source *source)
{
	if (source->cut)
		return "cut";
	if (!source->recovered && kbm_hive_is_in_part(source))
		return "damaged";
	return source->dirty || source->recovered ? "dirty" : "clean";
}

static void add_hive(struct gather *gather)
{
	const struct kbm_source *source = &gather->source;
	struct kbm_info *info = gather->info;
	struct kbm_error error = {0};
	char text[KBM_FILETIME_TEXT_BYTES];
	snprintf(text, sizeof text, "%" PRIu32 ".%" PRIu32, source->major, source->minor);
	kbm_info_add_text(info, "format", "format", text);
	kbm_info_add_text(info, "hive", "hive", source->hive[0] == '\0' ? "unknown" : source->hive);
	kbm_info_add_text(info, "stored_name", "name inside", source->stored_name);
	kbm_info_add_text(info, "state", "state", state_of(source));
	kbm_info_add_text(info, "reason", "because", source->dirty_reason);
	add_recovery(gather);
	kbm_info_add_number(info, "primary_sequence", "sequence", source->primary_sequence);
	kbm_info_add_number(info, "secondary_sequence", "second sequence",
			    source->secondary_sequence);
	kbm_info_add_text(info, "last_written", "last written",
			  source->last_written == 0
			      ? "never (0)"
			      : kbm_filetime_text(source->last_written, text));
	struct kbm_text_list *logs = kbm_info_add_list(info, "logs", "logs beside it");
	if (logs != NULL && kbm_beside_logs(source->path, logs, &error) != KBM_OK)
		take_problem(gather, &error);
}

static void add_export(struct gather *gather)
{
	struct kbm_info *info = gather->info;
	kbm_info_add_text(info, "format", "format",
			  gather->source.reg_version == 4 ? "REGEDIT4"
							  : "Windows Registry Editor Version 5.00");
	struct kbm_text_list *hives = kbm_info_add_list(info, "hives", "holds of");
	if (hives != NULL && !kbm_text_list_add_all(hives, &gather->source.hives))
		info->failed = true;
}

static void add_all(struct gather *gather)
{
	struct kbm_info *info = gather->info;
	bool is_hive = gather->source.kind == KBM_SOURCE_HIVE;
	kbm_info_add_text(info, "path", "file", gather->source.path);
	kbm_info_add_text(info, "kind", "kind", is_hive ? "hive" : ".reg export");
	kbm_info_add_number(info, "bytes", "bytes", gather->source.size);
	if (is_hive)
		add_hive(gather);
	else
		add_export(gather);
	add_content(gather);
	struct kbm_text_list *problems = kbm_info_add_list(info, "unreadable", "not readable");
	if (problems != NULL && !kbm_text_list_add_all(problems, &gather->problems))
		info->failed = true;
}

enum kbm_code kbm_hive_facts_add(const struct kbm_session *session,
				 const struct kbm_options *options, const char *path,
				 const char *content, struct kbm_info *info, bool *is_whole,
				 struct kbm_error *error)
{
	struct gather gather = {.options = options,
				.broker = session->broker,
				.info = info,
				.source = {.descriptor = -1, .file = -1}};
	enum kbm_code code = kbm_reg_file_prepare(gather.broker, options, path, content,
						  KBM_USE_LOOK, &gather.source, error);
	if (code == KBM_OK && kbm_source_is_directory(&gather.source))
		code =
		    kbm_fail(error, KBM_INVALID, "%.160s: is an LDIF file, not a registry", path);
	if (code == KBM_OK) {
		add_all(&gather);
		*is_whole = gather.problems.count == 0 && !gather.source.dirty;
		if (info->failed)
			code = kbm_fail(error, KBM_MEMORY, "no memory");
	}
	kbm_text_list_clear(&gather.problems);
	kbm_source_clear(&gather.source);
	return code;
}
