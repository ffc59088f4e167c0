/* Entries as LDIF content (RFC 2849). */
#include "report/ldif_writer.h"

#include "base/limits.h"
#include "base/text.h"
#include "report/attribute_value.h"
#include "source/ldif_lines.h"
#include "source/ldif_write.h"
#include "source/secret_attributes.h"
#include "source/syntax.h"

#include <string.h>

enum { SHOWN_NAME_BYTES = 60 };

/* Escaping leaves no line end in it: nothing can break out of a comment. */
bool kbm_ldif_write_comment(const char *name, const char *text, size_t length,
			    struct kbm_bytes *out)
{
	size_t shown = kbm_text_whole_characters(text, length, KBM_REPORT_MAX_DATA);
	kbm_bytes_printf(out, "# %s: ", name);
	kbm_text_escape(text, shown, out);
	if (shown < length)
		kbm_bytes_printf(out, "... (%zu bytes in all)", length);
	return kbm_bytes_append_byte(out, '\n');
}

/* What base64 says, where it says something to people. */
static void explain(const char *name, const struct kbm_blob *value, struct kbm_bytes *out)
{
	struct kbm_bytes read;
	kbm_bytes_init(&read, out->maximum);
	enum kbm_reading_kind kind = kbm_attribute_read(name, value, &read);
	bool is_named = kind == KBM_READING_GUID || kind == KBM_READING_SID;
	if (read.failed)
		out->failed = true;
	else if (is_named || (kind == KBM_READING_TEXT && !kbm_ldif_is_plain(value)))
		kbm_ldif_write_comment(name, kbm_bytes_text(&read), read.length, out);
	kbm_bytes_clear(&read);
}

static enum kbm_code refuse(const struct kbm_entry *entry, const char *what,
			    struct kbm_error *error)
{
	size_t length = strlen(entry->dn);
	size_t shown = kbm_text_whole_characters(entry->dn, length, SHOWN_NAME_BYTES);
	return kbm_fail(error, KBM_UNSUPPORTED, "entry '%.*s%s': %s", (int)shown, entry->dn,
			shown < length ? "..." : "", what);
}

static enum kbm_code check_name(const struct kbm_entry *entry, const char *name,
				struct kbm_error *error)
{
	if (!kbm_attribute_name_is_valid(name, strlen(name)))
		return refuse(entry, "the name of an attribute is none: LDIF cannot hold it",
			      error);
	if (kbm_ldif_is_word(name))
		return refuse(entry, "an attribute is called as a word of LDIF: it cannot hold it",
			      error);
	return KBM_OK;
}

/* How many comments stand for an attribute's values: one each, and one where it came without. */
static size_t left_out(const struct kbm_attribute *attribute, bool masking)
{
	if (!kbm_attribute_is_secret(attribute->name))
		return 0;
	return attribute->value_count == 0 ? 1 : masking ? attribute->value_count : 0;
}

static void write_attribute(const struct kbm_attribute *attribute, size_t comments,
			    struct kbm_bytes *out)
{
	for (size_t i = 0; i < comments && !out->failed; i++)
		kbm_bytes_printf(out, "# %s%s\n", attribute->name, KBM_LDIF_LEFT_OUT);
	for (size_t i = 0; comments == 0 && i < attribute->value_count && !out->failed; i++) {
		explain(attribute->name, &attribute->values[i], out);
		kbm_ldif_put_value(attribute->name, &attribute->values[i], out);
	}
}

enum kbm_code kbm_ldif_write_entry(const struct kbm_entry *entry, bool masking, size_t *masked,
				   struct kbm_bytes *out, struct kbm_error *error)
{
	const struct kbm_blob dn = {(uint8_t *)entry->dn, strlen(entry->dn)};
	if (!kbm_text_is_utf8(entry->dn, dn.length))
		return refuse(entry, "its DN is not UTF-8 text: LDIF cannot hold it", error);
	kbm_bytes_append_byte(out, '\n');
	if (!kbm_ldif_is_plain(&dn))
		kbm_ldif_write_comment("dn", entry->dn, dn.length, out);
	kbm_ldif_put_value("dn", &dn, out);
	for (size_t i = 0; i < entry->attribute_count; i++) {
		const struct kbm_attribute *attribute = &entry->attributes[i];
		size_t comments = left_out(attribute, masking);
		enum kbm_code code = check_name(entry, attribute->name, error);
		if (code != KBM_OK)
			return code;
		write_attribute(attribute, comments, out);
		if (masked != NULL)
			*masked += comments;
	}
	if (out->failed)
		return kbm_fail(error, KBM_LIMIT, "more than %zu bytes of LDIF", out->maximum);
	return KBM_OK;
}
