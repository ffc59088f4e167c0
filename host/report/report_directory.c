/* A directory's entries as people and programs read them. */
#include "report/report_directory.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/attribute_value.h"
#include "report/page.h"
#include "report/wording.h"
#include "source/secret_attributes.h"

#include <string.h>

enum { INDENT = 2, MOST_NAME_COLUMNS = 26 };

/* --- text ------------------------------------------------------------------------------------ */

/* Where values begin: behind the longest name, unless that is very long. */
static size_t value_column(const struct kbm_entry *entry)
{
	size_t widest = 0;
	for (size_t i = 0; i < entry->attribute_count; i++) {
		size_t length = strlen(entry->attributes[i].name);
		if (length <= MOST_NAME_COLUMNS && length > widest)
			widest = length;
	}
	return INDENT + widest + sizeof ": " - 1;
}

/* Blanks at its ends, and that a value is empty, would not be seen. */
static bool needs_quotes(const struct kbm_bytes *text)
{
	return text->length == 0 || text->data[0] == ' ' || text->data[text->length - 1] == ' ';
}

static void put_value(struct kbm_page *page, const char *name, const struct kbm_blob *value)
{
	struct kbm_bytes read;
	struct kbm_bytes shown;
	size_t indent = page->column;
	kbm_bytes_init(&read, page->out->maximum);
	kbm_bytes_init(&shown, KBM_TEXT_MAX_BYTES);
	kbm_attribute_read(name, value, &read);
	const char *quote = needs_quotes(&read) ? "\"" : "";
	kbm_bytes_append_text(&shown, quote);
	kbm_report_cut(&shown, &read, value->length, "-f json");
	kbm_bytes_append_text(&shown, quote);
	kbm_page_fill(page, indent, kbm_bytes_text(&shown), shown.length);
	if (read.failed || shown.failed)
		page->out->failed = true;
	kbm_bytes_clear(&read);
	kbm_bytes_clear(&shown);
}

static void put_attribute(struct kbm_page *page, const struct kbm_attribute *attribute,
			  bool is_masked, size_t column)
{
	kbm_page_move_to(page, INDENT);
	kbm_page_fill(page, INDENT, attribute->name, strlen(attribute->name));
	kbm_page_put(page, ":");
	for (size_t i = 0; i < attribute->value_count; i++) {
		kbm_page_move_to(page, column);
		if (is_masked)
			kbm_page_put_colored(page, KBM_INK_DOUBT,
					     "(a secret; --include-secrets shows it)");
		else
			put_value(page, attribute->name, &attribute->values[i]);
		kbm_page_end_line(page);
	}
	if (attribute->value_count == 0)
		kbm_page_end_line(page);
}

bool kbm_report_entry_text(const struct kbm_entry *entry, bool masking,
			   const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {out, style, 0};
	size_t column = value_column(entry);
	const char *dn = entry->dn[0] == '\0' ? "(root DSE)" : entry->dn;
	kbm_page_fill(&page, (size_t)2 * INDENT, dn, strlen(dn));
	kbm_page_end_line(&page);
	for (size_t i = 0; i < entry->attribute_count && !out->failed; i++) {
		const struct kbm_attribute *attribute = &entry->attributes[i];
		put_attribute(&page, attribute, masking && kbm_attribute_is_secret(attribute->name),
			      column);
	}
	return !out->failed;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static json_t *json_octets(const struct kbm_blob *value, const char *kind, const char *read)
{
	struct kbm_bytes base64;
	json_t *object = json_object();
	kbm_bytes_init(&base64, 2 * value->length + 4);
	bool done = object != NULL && kbm_base64_encode(value->data, value->length, &base64) &&
		    kbm_json_put(object, "base64", json_string(kbm_bytes_text(&base64)));
	if (done && kind != NULL)
		done = kbm_json_put(object, kind, json_string(read));
	kbm_bytes_clear(&base64);
	return kbm_json_whole(object, done);
}

static json_t *json_value(const char *name, const struct kbm_blob *value)
{
	struct kbm_bytes read;
	json_t *made = NULL;
	kbm_bytes_init(&read, 2 * value->length + KBM_KIB);
	enum kbm_reading_kind kind = kbm_attribute_read(name, value, &read);
	switch (kind) {
	case KBM_READING_TEXT:
	case KBM_READING_TIME: /* programs know what to make of the number */
		made = json_stringn((const char *)value->data, value->length);
		break;
	case KBM_READING_BINARY:
		made = json_octets(value, NULL, NULL);
		break;
	case KBM_READING_GUID:
		made = json_octets(value, "guid", kbm_bytes_text(&read));
		break;
	case KBM_READING_SID:
		made = json_octets(value, "sid", kbm_bytes_text(&read));
		break;
	}
	bool done = !read.failed;
	kbm_bytes_clear(&read);
	return kbm_json_whole(made, done);
}

static json_t *json_masked(void)
{
	json_t *object = json_object();
	return kbm_json_whole(object,
			      object != NULL && kbm_json_put(object, "masked", json_true()));
}

/* An attribute that a server names twice has the values of both. A name that is no UTF-8 is none
 * of an attribute: it stands escaped, for JSON has no other way. */
static json_t *values_of(json_t *attributes, const char *name)
{
	struct kbm_bytes shown;
	json_t *values = NULL;
	kbm_bytes_init(&shown, KBM_TEXT_MAX_BYTES * 8);
	if (kbm_text_is_utf8(name, strlen(name)))
		kbm_bytes_append_text(&shown, name);
	else
		kbm_text_escape(name, strlen(name), &shown);
	if (!shown.failed) {
		const char *key = kbm_bytes_text(&shown);
		values = json_object_get(attributes, key);
		if (values == NULL && !kbm_json_put_array(attributes, key, &values))
			values = NULL;
	}
	kbm_bytes_clear(&shown);
	return values;
}

static bool put_attributes(const struct kbm_entry *entry, bool masking, json_t *attributes)
{
	bool done = true;
	for (size_t i = 0; done && i < entry->attribute_count; i++) {
		const struct kbm_attribute *attribute = &entry->attributes[i];
		bool is_masked = masking && kbm_attribute_is_secret(attribute->name);
		json_t *values = values_of(attributes, attribute->name);
		done = values != NULL;
		for (size_t j = 0; done && j < attribute->value_count; j++)
			done = kbm_json_append(
			    values, is_masked ? json_masked()
					      : json_value(attribute->name, &attribute->values[j]));
	}
	return done;
}

bool kbm_report_entry_json(const struct kbm_entry *entry, bool masking, struct kbm_bytes *out)
{
	json_t *object = json_object();
	json_t *attributes = json_object();
	bool done = object != NULL && attributes != NULL &&
		    kbm_json_put(object, "dn", kbm_json_text(entry->dn, strlen(entry->dn))) &&
		    put_attributes(entry, masking, attributes) &&
		    kbm_json_put(object, "attributes", json_incref(attributes));
	if (!done || kbm_json_write(object, false, out, NULL) != KBM_OK)
		out->failed = true;
	json_decref(attributes);
	json_decref(object);
	return !out->failed;
}
