/* The list of scripts as a table: a row a script, and a row an alias. */
#include "report/report_script.h"

#include "base/limits.h"
#include "report/csv.h"

#include <string.h>

enum { FIELD_MAX_BYTES = KBM_MIB };

static void put_text(struct kbm_csv *csv, const char *text)
{
	kbm_csv_text(csv, text, strlen(text));
}

/* What `append` writes of each of `count` items, with "; " between them. */
static void put_joined(struct kbm_csv *csv, const void *items, size_t count,
		       void (*append)(const void *items, size_t index, struct kbm_bytes *out))
{
	struct kbm_bytes field;
	kbm_bytes_init(&field, FIELD_MAX_BYTES);
	for (size_t i = 0; i < count; i++) {
		kbm_bytes_append_text(&field, i == 0 ? "" : "; ");
		append(items, i, &field);
	}
	put_text(csv, kbm_bytes_text(&field));
	if (field.failed)
		csv->out->failed = true;
	kbm_bytes_clear(&field);
}

static void append_text(const void *items, size_t index, struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, ((char *const *)items)[index]);
}

static void append_product(const void *items, size_t index, struct kbm_bytes *out)
{
	const struct kbm_product *product = &((const struct kbm_product *)items)[index];
	kbm_bytes_printf(out, "%s%s%s", product->name, product->versions[0] == '\0' ? "" : " ",
			 product->versions);
}

static void append_symptom(const void *items, size_t index, struct kbm_bytes *out)
{
	const struct kbm_symptom *symptom = &((const struct kbm_symptom *)items)[index];
	size_t before = out->length;
	kbm_symptom_append(symptom, out);
	if (symptom->text[0] != '\0')
		kbm_bytes_printf(out, "%s%s", out->length > before ? ": " : "", symptom->text);
}

/* An alias has the script's products where it names none. */
static void put_alias(struct kbm_csv *csv, const struct kbm_script_info *info,
		      const struct kbm_alias *alias)
{
	bool own = alias->product_count > 0;
	put_text(csv, alias->kb);
	put_text(csv, info->id);
	kbm_csv_word(csv, kbm_severity_name(info->severity));
	put_text(csv, alias->title);
	put_text(csv, info->version);
	put_joined(csv, info->categories.items, info->categories.count, append_text);
	put_joined(csv, own ? alias->products : info->products,
		   own ? alias->product_count : info->product_count, append_product);
	put_joined(csv, alias->symptoms, alias->symptom_count, append_symptom);
}

static void put_script(struct kbm_csv *csv, const struct kbm_script_info *info)
{
	put_text(csv, info->id);
	kbm_csv_word(csv, "");
	kbm_csv_word(csv, kbm_severity_name(info->severity));
	put_text(csv, info->title);
	put_text(csv, info->version);
	put_joined(csv, info->categories.items, info->categories.count, append_text);
	put_joined(csv, info->products, info->product_count, append_product);
	put_joined(csv, info->symptoms, info->symptom_count, append_symptom);
}

/* What an alias shares with its script. */
static bool end_row(struct kbm_csv *csv, const struct kbm_listed_script *script)
{
	const struct kbm_script_info *info = script->info;
	put_joined(csv, info->hives.items, info->hives.count, append_text);
	kbm_csv_word(csv, info->needs_directory ? "yes" : "no");
	kbm_csv_word(csv, info->has_fix ? "yes" : "no");
	kbm_csv_word(csv, info->on_request ? "yes" : "no");
	put_text(csv, script->path);
	put_text(csv, script->shadows == NULL ? "" : script->shadows);
	kbm_csv_word(csv, "");
	return kbm_csv_end(csv);
}

/* Of a script that cannot be used only its id and path are known, and why. */
static void put_problem(struct kbm_csv *csv, const struct kbm_listed_script *script)
{
	enum { BEFORE_PATH = 11 };
	put_text(csv, script->info->id);
	for (size_t i = 0; i < BEFORE_PATH; i++)
		kbm_csv_word(csv, "");
	put_text(csv, script->path);
	kbm_csv_word(csv, "");
	put_text(csv, script->problem);
	kbm_csv_end(csv);
}

static void put_listed(struct kbm_csv *csv, const struct kbm_listed_script *script)
{
	if (script->problem != NULL) {
		put_problem(csv, script);
		return;
	}
	put_script(csv, script->info);
	end_row(csv, script);
	for (size_t i = 0; i < script->info->alias_count; i++) {
		put_alias(csv, script->info, &script->info->aliases[i]);
		end_row(csv, script);
	}
}

/* Of a profile there are name, title and path. */
static void put_profile(struct kbm_csv *csv, const struct kbm_listed_profile *listed)
{
	enum { BETWEEN = 8 };
	struct kbm_bytes name;
	kbm_bytes_init(&name, FIELD_MAX_BYTES);
	kbm_bytes_printf(&name, "@%s", listed->profile->name);
	put_text(csv, kbm_bytes_text(&name));
	kbm_bytes_clear(&name);
	kbm_csv_word(csv, "");
	kbm_csv_word(csv, "");
	put_text(csv, listed->profile->title);
	for (size_t i = 0; i < BETWEEN; i++)
		kbm_csv_word(csv, "");
	put_text(csv, listed->path);
	put_text(csv, listed->shadows == NULL ? "" : listed->shadows);
	put_text(csv, listed->problem == NULL ? "" : listed->problem);
	kbm_csv_end(csv);
}

bool kbm_report_list_csv(const struct kbm_listing *listing, struct kbm_bytes *out)
{
	struct kbm_csv csv = {.out = out};
	kbm_csv_header(out, "id,served_by,severity,title,version,categories,products,symptoms,"
			    "hives,directory,repairs,on_request,path,shadows,error");
	for (size_t i = 0; i < listing->script_count; i++)
		put_listed(&csv, &listing->scripts[i]);
	for (size_t i = 0; i < listing->profile_count; i++)
		put_profile(&csv, &listing->profiles[i]);
	return !out->failed;
}
