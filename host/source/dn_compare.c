/* Comparison of two names: the verdict, and what differs where. */
#include "source/dn_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#define DIFFERENT_KINDS (KBM_DN_TYPE | KBM_DN_VALUE | KBM_DN_MISSING | KBM_DN_EXTRA)

static const struct {
	enum kbm_dn_kind kind;
	const char *name;
} kind_names[] = {
    {KBM_DN_TYPECASE, "typecase"}, {KBM_DN_TYPEALIAS, "typealias"}, {KBM_DN_CASE, "case"},
    {KBM_DN_SPACE, "space"},	   {KBM_DN_UNICODE, "unicode"},	    {KBM_DN_BER, "ber"},
    {KBM_DN_ORDER, "order"},	   {KBM_DN_TYPE, "type"},	    {KBM_DN_VALUE, "value"},
    {KBM_DN_MISSING, "missing"},   {KBM_DN_EXTRA, "extra"},	    {KBM_DN_CHARSET, "charset"},
    {KBM_DN_REVERSED, "reversed"},
};

const char *kbm_dn_kind_name(enum kbm_dn_kind kind)
{
	for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
		if (kind_names[i].kind == kind)
			return kind_names[i].name;
	}
	return "unknown";
}

const char *kbm_dn_verdict_name(enum kbm_dn_verdict verdict)
{
	switch (verdict) {
	case KBM_DN_IDENTICAL:
		return "identical";
	case KBM_DN_EQUIVALENT:
		return "equivalent";
	case KBM_DN_DIFFERENT:
		return "different";
	}
	return "unknown";
}

/* --- hints -------------------------------------------------------------------------------------
 */

static size_t next_high_run(const uint8_t *text, size_t length, size_t at)
{
	while (at < length && text[at] >= 0x80)
		at++;
	return at;
}

static uint8_t fold_ascii(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

/* Whether `coded`, in some code page, could be the text `utf8`: the ASCII agrees, and each run of
 * other characters stands against a run of high bytes, one or two a character. */
static bool could_be(const struct kbm_ava *coded, const struct kbm_ava *utf8)
{
	const uint8_t *a = (const uint8_t *)coded->value;
	const uint8_t *b = (const uint8_t *)utf8->value;
	size_t i = 0;
	size_t j = 0;
	while (i < coded->value_length && j < utf8->value_length) {
		if (a[i] < 0x80 || b[j] < 0x80) {
			if (fold_ascii(a[i++]) != fold_ascii(b[j++]))
				return false;
			continue;
		}
		size_t bytes = next_high_run(a, coded->value_length, i) - i;
		size_t end = next_high_run(b, utf8->value_length, j);
		size_t characters = u8_mbsnlen(b + j, end - j);
		if (characters > bytes || bytes > 2 * characters)
			return false;
		i += bytes;
		j = end;
	}
	return i == coded->value_length && j == utf8->value_length;
}

static bool is_utf8(const struct kbm_ava *ava)
{
	return u8_check((const uint8_t *)ava->value, ava->value_length) == NULL;
}

static bool is_charset_mixup(const struct kbm_rdn *left, const struct kbm_rdn *right)
{
	if (left->ava_count != 1 || right->ava_count != 1 || left->avas[0].is_ber ||
	    right->avas[0].is_ber)
		return false;
	bool left_utf8 = is_utf8(&left->avas[0]);
	bool right_utf8 = is_utf8(&right->avas[0]);
	if (left_utf8 == right_utf8)
		return false;
	return left_utf8 ? could_be(&right->avas[0], &left->avas[0])
			 : could_be(&left->avas[0], &right->avas[0]);
}

static bool is_reversed(const struct kbm_dn_side *left, const struct kbm_dn_side *right)
{
	size_t count = left->dn->rdn_count;
	if (count != right->dn->rdn_count || count < 2)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!kbm_dn_same_rdn(left, i, right, count - 1 - i))
			return false;
	}
	return true;
}

static void add_hints(const struct kbm_dn_side *left, const struct kbm_dn_side *right,
		      struct kbm_dn_row *rows, size_t count)
{
	bool reversed = is_reversed(left, right);
	for (size_t i = 0; i < count; i++) {
		if ((rows[i].kinds & DIFFERENT_KINDS) == 0)
			continue;
		if ((rows[i].kinds & KBM_DN_VALUE) != 0 &&
		    is_charset_mixup(&left->dn->rdns[rows[i].left],
				     &right->dn->rdns[rows[i].right]))
			rows[i].kinds |= KBM_DN_CHARSET;
		if (reversed)
			rows[i].kinds |= KBM_DN_REVERSED;
	}
}

/* --- the outcome -------------------------------------------------------------------------------
 */

static void append_shown_value(const struct kbm_ava *ava, struct kbm_bytes *out)
{
	if (ava->is_ber) {
		kbm_bytes_append_byte(out, '#');
		for (size_t i = 0; i < ava->value_length; i++)
			kbm_bytes_printf(out, "%02X", (unsigned)(uint8_t)ava->value[i]);
		return;
	}
	for (size_t at = 0; at < ava->value_length;) {
		size_t run = strlen(ava->value + at);
		kbm_bytes_append(out, ava->value + at, run);
		at += run;
		if (at < ava->value_length) {
			kbm_bytes_append_text(out, "\\00");
			at++;
		}
	}
}

/* NULL without memory. */
static char *shown(const struct kbm_rdn *rdn, bool types)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_DN_MAX_KEY_BYTES);
	for (size_t i = 0; i < rdn->ava_count; i++) {
		if (i > 0)
			kbm_bytes_append_byte(&text, '+');
		if (types)
			kbm_bytes_append_text(&text, rdn->avas[i].type);
		else
			append_shown_value(&rdn->avas[i], &text);
	}
	return kbm_bytes_take(&text, NULL);
}

static bool fill_difference(const struct kbm_dn *left, const struct kbm_dn *right,
			    const struct kbm_dn_row *row, struct kbm_dn_difference *difference)
{
	difference->kinds = row->kinds;
	if (row->left != KBM_DN_NOTHING) {
		difference->type = shown(&left->rdns[row->left], true);
		difference->left = shown(&left->rdns[row->left], false);
		if (difference->left == NULL)
			return false;
	}
	if (row->right != KBM_DN_NOTHING) {
		difference->right_type = shown(&right->rdns[row->right], true);
		difference->right = shown(&right->rdns[row->right], false);
		if (difference->right == NULL || difference->right_type == NULL)
			return false;
		if (row->left == KBM_DN_NOTHING)
			difference->type = strdup(difference->right_type);
	}
	return difference->type != NULL;
}

void kbm_dn_comparison_clear(struct kbm_dn_comparison *comparison)
{
	if (comparison == NULL)
		return;
	for (size_t i = 0; i < comparison->difference_count; i++) {
		free(comparison->differences[i].type);
		free(comparison->differences[i].right_type);
		free(comparison->differences[i].left);
		free(comparison->differences[i].right);
	}
	free(comparison->differences);
	memset(comparison, 0, sizeof *comparison);
}

static enum kbm_code fill(const struct kbm_dn *left, const struct kbm_dn *right,
			  const struct kbm_dn_row *rows, size_t row_count,
			  struct kbm_dn_comparison *comparison, struct kbm_error *error)
{
	struct kbm_dn_comparison filled = {.verdict = KBM_DN_IDENTICAL};
	size_t count = 0;
	for (size_t i = 0; i < row_count; i++) {
		count += rows[i].kinds != 0;
		filled.kinds |= rows[i].kinds;
	}
	if (count > 0) {
		filled.verdict =
		    (filled.kinds & DIFFERENT_KINDS) != 0 ? KBM_DN_DIFFERENT : KBM_DN_EQUIVALENT;
		filled.differences = calloc(count, sizeof *filled.differences);
		if (filled.differences == NULL)
			goto no_memory;
	}
	for (size_t i = 0; i < row_count; i++) {
		if (rows[i].kinds == 0)
			continue;
		struct kbm_dn_difference *difference =
		    &filled.differences[filled.difference_count++];
		difference->position = i + 1;
		if (!fill_difference(left, right, &rows[i], difference))
			goto no_memory;
	}
	*comparison = filled;
	return KBM_OK;
no_memory:
	kbm_dn_comparison_clear(&filled);
	return kbm_fail(error, KBM_MEMORY, "no memory for %zu differences", count);
}

/* Octet for octet the same: needs no keys. */
static bool is_identical(const struct kbm_dn *left, const struct kbm_dn *right)
{
	if (left->rdn_count != right->rdn_count)
		return false;
	for (size_t i = 0; i < left->rdn_count; i++) {
		if (!kbm_dn_spelt_alike(&left->rdns[i], &right->rdns[i]))
			return false;
	}
	return true;
}

enum kbm_code kbm_dn_compare(const struct kbm_dn *left, const struct kbm_dn *right,
			     struct kbm_dn_comparison *comparison, struct kbm_error *error)
{
	struct kbm_dn_row rows[2 * KBM_DN_MAX_RDNS];
	struct kbm_dn_side left_side = {.dn = left};
	struct kbm_dn_side right_side = {.dn = right};
	size_t row_count = 0;
	if (is_identical(left, right)) {
		memset(comparison, 0, sizeof *comparison);
		return KBM_OK;
	}
	enum kbm_code code = kbm_dn_side_make(left, &left_side, error);
	if (code == KBM_OK)
		code = kbm_dn_side_make(right, &right_side, error);
	if (code == KBM_OK)
		code = kbm_dn_align(&left_side, &right_side, rows, &row_count, error);
	if (code == KBM_OK) {
		add_hints(&left_side, &right_side, rows, row_count);
		code = fill(left, right, rows, row_count, comparison, error);
	}
	kbm_dn_side_clear(&left_side);
	kbm_dn_side_clear(&right_side);
	return code;
}
