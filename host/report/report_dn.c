/* Names and their comparison as people and programs read them. */
#include "report/report_dn.h"

#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/report_marks.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

enum { TYPE_COLUMNS = 6, LABEL_COLUMNS = 7, INDENT = 5 };

/* What Exchange can hold: MS-OXOABK 2.2.1.1. */
enum {
	EXCHANGE_VALUE_CHARACTERS = 64,
	EXCHANGE_RDNS = 16,
	EXCHANGE_CHARACTERS = 256,
	NETBIOS_CHARACTERS = 15 /* of a computer's name */
};

static const char *form_name(enum kbm_dn_form form)
{
	return form == KBM_DN_X500 ? "x500" : "ldap";
}

static void append_value(const struct kbm_ava *ava, struct kbm_bytes *out)
{
	if (!ava->is_ber) {
		kbm_text_escape(ava->value, ava->value_length, out);
		return;
	}
	kbm_bytes_append_byte(out, '#');
	for (size_t i = 0; i < ava->value_length; i++)
		kbm_bytes_printf(out, "%02X", (unsigned)(uint8_t)ava->value[i]);
}

/* --- notes: a name that is well formed, but not one of Exchange's ------------------------------
 */

static size_t characters(const char *text, size_t length)
{
	const uint8_t *bytes = (const uint8_t *)text;
	return u8_check(bytes, length) == NULL ? u8_mbsnlen(bytes, length) : length;
}

/* Event texts write a server behind the name: /o=../cn=Microsoft DSA:EXCH1. */
static bool ends_with_server(const struct kbm_ava *ava)
{
	const char *colon = memrchr(ava->value, ':', ava->value_length);
	if (colon == NULL)
		return false;
	size_t length = ava->value_length - (size_t)(colon + 1 - ava->value);
	return length > 0 && length <= NETBIOS_CHARACTERS && memchr(colon, ' ', length + 1) == NULL;
}

/* The index-th note; false behind the last. */
static bool note_at(const struct kbm_dn *dn, size_t index, struct kbm_bytes *note)
{
	size_t total = 0;
	size_t found = 0;
	kbm_bytes_reset(note);
	if (dn->form != KBM_DN_X500)
		return false;
	for (size_t i = 0; i < dn->rdn_count; i++) {
		const struct kbm_ava *ava = &dn->rdns[i].avas[0];
		size_t count = characters(ava->value, ava->value_length);
		total += count + strlen(ava->type) + 2;
		if (count > EXCHANGE_VALUE_CHARACTERS && found++ == index)
			return kbm_bytes_printf(note,
						"part %zu has %zu characters; Exchange allows %d",
						i + 1, count, EXCHANGE_VALUE_CHARACTERS);
	}
	if (dn->rdn_count > EXCHANGE_RDNS && found++ == index)
		return kbm_bytes_printf(note, "%zu parts; Exchange allows %d", dn->rdn_count,
					EXCHANGE_RDNS);
	if (total > EXCHANGE_CHARACTERS && found++ == index)
		return kbm_bytes_printf(note, "%zu characters in all; Exchange allows %d", total,
					EXCHANGE_CHARACTERS);
	return found == index && ends_with_server(&dn->rdns[dn->rdn_count - 1].avas[0]) &&
	       kbm_bytes_printf(note, "if what follows the last ':' is a server's name, it is not "
				      "part of the name: leave it out");
}

/* --- one name ----------------------------------------------------------------------------------
 */

static void append_reason(const char *reason, struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, "- (");
	kbm_text_escape(reason, strlen(reason), out);
	kbm_bytes_append_byte(out, ')');
}

static void append_written(const struct kbm_dn *dn, enum kbm_dn_form form, struct kbm_bytes *out)
{
	struct kbm_bytes written;
	struct kbm_error error;
	kbm_bytes_init(&written, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_printf(out, "%s  ", form_name(form));
	if (kbm_dn_write(dn, form, &written, &error) == KBM_OK)
		kbm_text_escape(kbm_bytes_text(&written), written.length, out);
	else
		append_reason(error.message, out);
	kbm_bytes_append_byte(out, '\n');
	kbm_bytes_clear(&written);
}

bool kbm_report_dn_text(const struct kbm_dn *dn, struct kbm_bytes *out)
{
	struct kbm_bytes note;
	kbm_bytes_init(&note, KBM_TEXT_MAX_BYTES);
	kbm_bytes_printf(out, "form  %s, %zu part%s%s\n", form_name(dn->form), dn->rdn_count,
			 dn->rdn_count == 1 ? "" : "s", dn->rdn_count > 1 ? " from the root" : "");
	for (size_t i = 0; i < dn->rdn_count; i++) {
		for (size_t j = 0; j < dn->rdns[i].ava_count; j++) {
			const struct kbm_ava *ava = &dn->rdns[i].avas[j];
			if (j == 0)
				kbm_bytes_printf(out, "%4zu  %-*s ", i + 1, TYPE_COLUMNS,
						 ava->type);
			else
				kbm_bytes_printf(out, "   +  %-*s ", TYPE_COLUMNS, ava->type);
			append_value(ava, out);
			kbm_bytes_append_byte(out, '\n');
		}
	}
	append_written(dn, KBM_DN_LDAP, out);
	append_written(dn, KBM_DN_X500, out);
	for (size_t i = 0; note_at(dn, i, &note); i++)
		kbm_bytes_printf(out, "note  %s\n", kbm_bytes_text(&note));
	kbm_bytes_clear(&note);
	return !out->failed;
}

static json_t *json_written(const struct kbm_dn *dn, enum kbm_dn_form form)
{
	struct kbm_bytes written;
	kbm_bytes_init(&written, KBM_DN_MAX_KEY_BYTES);
	json_t *text = NULL;
	if (kbm_dn_write(dn, form, &written, NULL) == KBM_OK)
		text = kbm_json_text(kbm_bytes_text(&written), written.length);
	else
		text = json_null();
	kbm_bytes_clear(&written);
	return text;
}

static json_t *json_ava(const struct kbm_ava *ava)
{
	struct kbm_bytes value;
	json_t *object = json_object();
	kbm_bytes_init(&value, 2 * KBM_DN_MAX_BYTES + 1);
	bool done = object != NULL && kbm_json_put(object, "type", json_string(ava->type));
	if (ava->is_ber) {
		append_value(ava, &value);
		done = done && kbm_json_put(object, "value", json_string(kbm_bytes_text(&value)));
	} else {
		done = done &&
		       kbm_json_put(object, "value", kbm_json_text(ava->value, ava->value_length));
	}
	done = done && kbm_json_put(object, "ber", json_boolean(ava->is_ber));
	kbm_bytes_clear(&value);
	if (done)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *json_rdn(const struct kbm_rdn *rdn)
{
	json_t *avas = json_array();
	bool done = avas != NULL;
	for (size_t i = 0; done && i < rdn->ava_count; i++)
		done = kbm_json_append(avas, json_ava(&rdn->avas[i]));
	if (done)
		return avas;
	json_decref(avas);
	return NULL;
}

static json_t *json_rdns(const struct kbm_dn *dn)
{
	json_t *rdns = json_array();
	bool done = rdns != NULL;
	for (size_t i = 0; done && i < dn->rdn_count; i++)
		done = kbm_json_append(rdns, json_rdn(&dn->rdns[i]));
	if (done)
		return rdns;
	json_decref(rdns);
	return NULL;
}

static json_t *json_notes(const struct kbm_dn *dn)
{
	struct kbm_bytes note;
	json_t *notes = json_array();
	bool done = notes != NULL;
	kbm_bytes_init(&note, KBM_TEXT_MAX_BYTES);
	for (size_t i = 0; done && note_at(dn, i, &note); i++)
		done = kbm_json_append(notes, json_string(kbm_bytes_text(&note)));
	kbm_bytes_clear(&note);
	if (done)
		return notes;
	json_decref(notes);
	return NULL;
}

/* Takes the reference; a NULL object counts as a full `out`. */
static bool write_json(json_t *object, bool done, bool one_line, struct kbm_bytes *out)
{
	if (!done || kbm_json_write(object, !one_line, out, NULL) != KBM_OK)
		out->failed = true;
	json_decref(object);
	return !out->failed;
}

bool kbm_report_dn_json(const struct kbm_dn *dn, bool one_line, struct kbm_bytes *out)
{
	json_t *object = json_object();
	bool done = object != NULL &&
		    kbm_json_put(object, "form", json_string(form_name(dn->form))) &&
		    kbm_json_put(object, "rdns", json_rdns(dn)) &&
		    kbm_json_put(object, "ldap", json_written(dn, KBM_DN_LDAP)) &&
		    kbm_json_put(object, "x500", json_written(dn, KBM_DN_X500)) &&
		    kbm_json_put(object, "notes", json_notes(dn));
	return write_json(object, done, one_line, out);
}

/* --- conversions -------------------------------------------------------------------------------
 */

bool kbm_report_conversions_text(const struct kbm_conversion *conversions, size_t count,
				 struct kbm_bytes *out)
{
	for (size_t i = 0; i < count; i++) {
		if (conversions[i].error.code != KBM_OK)
			continue;
		const struct kbm_bytes *converted = &conversions[i].converted;
		kbm_text_escape(kbm_bytes_text(converted), converted->length, out);
		kbm_bytes_append_byte(out, '\n');
	}
	return !out->failed;
}

static json_t *json_conversion(const struct kbm_conversion *conversion)
{
	const struct kbm_dn *dn = conversion->dn;
	const struct kbm_bytes *converted = &conversion->converted;
	bool sound = conversion->error.code == KBM_OK;
	json_t *object = json_object();
	bool done =
	    object != NULL && kbm_json_put_text(object, "name", conversion->name) &&
	    kbm_json_put_text(object, "form", dn == NULL ? NULL : form_name(dn->form)) &&
	    kbm_json_put_text(object, "to", dn == NULL ? NULL : form_name(conversion->to)) &&
	    kbm_json_put(object, "converted",
			 sound ? kbm_json_text(kbm_bytes_text(converted), converted->length)
			       : json_null());
	if (!sound)
		done = done && kbm_json_put_text(object, "reason", conversion->error.message);
	return kbm_json_whole(object, done);
}

bool kbm_report_conversions_json(const struct kbm_conversion *conversions, size_t count, bool lines,
				 struct kbm_bytes *out)
{
	json_t *array = lines ? NULL : json_array();
	bool done = lines || array != NULL;
	for (size_t i = 0; done && i < count; i++) {
		json_t *object = json_conversion(&conversions[i]);
		done = lines ? write_json(object, true, true, out) : kbm_json_append(array, object);
	}
	if (!lines)
		return write_json(array, done, false, out);
	return done;
}

/* --- a comparison ------------------------------------------------------------------------------
 */

static void append_kinds(unsigned kinds, struct kbm_bytes *out)
{
	const char *joint = "";
	for (unsigned kind = KBM_DN_TYPECASE; kind <= KBM_DN_REVERSED; kind <<= 1) {
		if ((kinds & kind) == 0)
			continue;
		kbm_bytes_printf(out, "%s%s", joint, kbm_dn_kind_name(kind));
		joint = ", ";
	}
}

/* Where the types are spelt differently, they are part of what is compared. */
static void append_difference(const struct kbm_dn_difference *difference, size_t width,
			      struct kbm_bytes *out)
{
	const struct kbm_marks_layout layout = {INDENT, LABEL_COLUMNS, width};
	struct kbm_bytes left;
	struct kbm_bytes right;
	kbm_bytes_init(&left, 2 * KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&right, 2 * KBM_DN_MAX_KEY_BYTES);
	if (difference->left != NULL && difference->right_type != NULL &&
	    strcmp(difference->type, difference->right_type) != 0) {
		kbm_bytes_printf(&left, "%s=", difference->type);
		kbm_bytes_printf(&right, "%s=", difference->right_type);
	}
	if (difference->left != NULL)
		kbm_bytes_append_text(&left, difference->left);
	if (difference->right != NULL)
		kbm_bytes_append_text(&right, difference->right);
	kbm_bytes_printf(out, "%3zu  %-*s ", difference->position, TYPE_COLUMNS, difference->type);
	append_kinds(difference->kinds, out);
	kbm_bytes_append_byte(out, '\n');
	kbm_report_marks("left", difference->left != NULL ? kbm_bytes_text(&left) : NULL, "right",
			 difference->right != NULL ? kbm_bytes_text(&right) : NULL,
			 (difference->kinds & KBM_DN_UNICODE) != 0, &layout, out);
	if (left.failed || right.failed)
		out->failed = true;
	kbm_bytes_clear(&left);
	kbm_bytes_clear(&right);
}

bool kbm_report_comparison_text(const struct kbm_dn_comparison *comparison, size_t width,
				struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, kbm_dn_verdict_name(comparison->verdict));
	if (comparison->difference_count > 0) {
		kbm_bytes_append_text(out, ": ");
		append_kinds(comparison->kinds, out);
		kbm_bytes_append_text(out, "\n\n");
	} else {
		kbm_bytes_append_byte(out, '\n');
	}
	for (size_t i = 0; i < comparison->difference_count; i++)
		append_difference(&comparison->differences[i], width, out);
	return !out->failed;
}

static json_t *json_shown(const char *text)
{
	return text == NULL ? json_null() : kbm_json_text(text, strlen(text));
}

static json_t *json_kinds(unsigned kinds)
{
	json_t *names = json_array();
	bool done = names != NULL;
	for (unsigned kind = KBM_DN_TYPECASE; done && kind <= KBM_DN_REVERSED; kind <<= 1) {
		if ((kinds & kind) != 0)
			done = kbm_json_append(names, json_string(kbm_dn_kind_name(kind)));
	}
	if (done)
		return names;
	json_decref(names);
	return NULL;
}

static json_t *json_difference(const struct kbm_dn_difference *difference)
{
	json_t *object = json_object();
	bool done = object != NULL &&
		    kbm_json_put_number(object, "position", difference->position) &&
		    kbm_json_put(object, "type", json_string(difference->type));
	if (done && difference->right_type != NULL &&
	    strcmp(difference->type, difference->right_type) != 0)
		done = kbm_json_put(object, "right_type", json_string(difference->right_type));
	done = done && kbm_json_put(object, "left", json_shown(difference->left)) &&
	       kbm_json_put(object, "right", json_shown(difference->right)) &&
	       kbm_json_put(object, "kinds", json_kinds(difference->kinds));
	if (done)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *json_differences(const struct kbm_dn_comparison *comparison)
{
	json_t *differences = json_array();
	bool done = differences != NULL;
	for (size_t i = 0; done && i < comparison->difference_count; i++)
		done = kbm_json_append(differences, json_difference(&comparison->differences[i]));
	if (done)
		return differences;
	json_decref(differences);
	return NULL;
}

bool kbm_report_comparison_json(const struct kbm_dn_comparison *comparison, bool one_line,
				struct kbm_bytes *out)
{
	json_t *object = json_object();
	bool done = object != NULL &&
		    kbm_json_put(object, "verdict",
				 json_string(kbm_dn_verdict_name(comparison->verdict))) &&
		    kbm_json_put(object, "differences", json_differences(comparison));
	return write_json(object, done, one_line, out);
}
