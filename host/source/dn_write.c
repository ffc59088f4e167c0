/* Writing names. */
#include "source/dn_internal.h"

#include <string.h>
#include <unistr.h>

static void append_hex(const char *octets, size_t length, const char *before, struct kbm_bytes *out)
{
	for (size_t i = 0; i < length; i++)
		kbm_bytes_printf(out, "%s%02X", before, (unsigned)(uint8_t)octets[i]);
}

/* RFC 4514 section 2.4: what must be escaped and no more; bytes that are no UTF-8 in hex. */
static void append_ldap_value(const char *value, size_t length, struct kbm_bytes *out)
{
	for (size_t at = 0; at < length;) {
		char c = value[at];
		int size = u8_mblen((const uint8_t *)value + at, length - at);
		if (c == '\0' || size < 0) {
			append_hex(value + at, 1, "\\", out);
			at++;
			continue;
		}
		bool edge = (c == ' ' && (at == 0 || at + 1 == length)) || (c == '#' && at == 0);
		if (edge || strchr("\"+,;<>\\", c) != NULL)
			kbm_bytes_append_byte(out, '\\');
		kbm_bytes_append(out, value + at, (size_t)size);
		at += (size_t)size;
	}
}

static void append_ldap(const struct kbm_dn *dn, struct kbm_bytes *out)
{
	for (size_t i = dn->rdn_count; i-- > 0;) {
		const struct kbm_rdn *rdn = &dn->rdns[i];
		for (size_t j = 0; j < rdn->ava_count; j++) {
			const struct kbm_ava *ava = &rdn->avas[j];
			kbm_bytes_append_text(out, j > 0 ? "+" : "");
			kbm_bytes_append_text(out, ava->type);
			kbm_bytes_append_text(out, ava->is_ber ? "=#" : "=");
			if (ava->is_ber)
				append_hex(ava->value, ava->value_length, "", out);
			else
				append_ldap_value(ava->value, ava->value_length, out);
		}
		kbm_bytes_append_text(out, i > 0 ? "," : "");
	}
}

/* NULL when the X.500 form can hold the RDN. */
static const char *x500_obstacle(const struct kbm_rdn *rdn)
{
	const struct kbm_ava *ava = &rdn->avas[0];
	if (rdn->ava_count != 1)
		return "it has several types and values";
	if (ava->is_ber)
		return "its value is written as #hex";
	if (memchr(ava->value, '/', ava->value_length) != NULL)
		return "its value holds a '/'";
	if (memchr(ava->value, '\0', ava->value_length) != NULL)
		return "its value holds a NUL";
	return NULL;
}

static enum kbm_code append_x500(const struct kbm_dn *dn, struct kbm_bytes *out,
				 struct kbm_error *error)
{
	if (dn->rdn_count == 0)
		return kbm_fail(error, KBM_INVALID, "the X.500 form has no empty name");
	for (size_t i = 0; i < dn->rdn_count; i++) {
		const char *obstacle = x500_obstacle(&dn->rdns[i]);
		if (obstacle != NULL)
			return kbm_fail(
			    error, KBM_INVALID,
			    "the X.500 form cannot hold part %zu (%.32s=) from the root: %s", i + 1,
			    dn->rdns[i].avas[0].type, obstacle);
	}
	for (size_t i = 0; i < dn->rdn_count; i++) {
		const struct kbm_ava *ava = &dn->rdns[i].avas[0];
		kbm_bytes_append_byte(out, '/');
		kbm_bytes_append_text(out, ava->type);
		kbm_bytes_append_byte(out, '=');
		kbm_bytes_append(out, ava->value, ava->value_length);
	}
	return KBM_OK;
}

enum kbm_code kbm_dn_write(const struct kbm_dn *dn, enum kbm_dn_form form, struct kbm_bytes *out,
			   struct kbm_error *error)
{
	enum kbm_dn_form used = form == KBM_DN_DETECT ? dn->form : form;
	enum kbm_code code = KBM_OK;
	if (used == KBM_DN_X500)
		code = append_x500(dn, out, error);
	else
		append_ldap(dn, out);
	if (code == KBM_OK && out->failed)
		code =
		    kbm_fail(error, KBM_LIMIT, "the written name is over %zu bytes", out->maximum);
	return code;
}

enum kbm_code kbm_dn_text_to_ldap(const char *text, struct kbm_bytes *out, struct kbm_error *error)
{
	struct kbm_dn *dn = NULL;
	enum kbm_code code = kbm_dn_parse(text, strlen(text), KBM_DN_DETECT, &dn, error);
	if (code == KBM_OK && dn->form == KBM_DN_X500)
		code = kbm_dn_write(dn, KBM_DN_LDAP, out, error);
	else if (code == KBM_OK && !kbm_bytes_append_text(out, text))
		code = kbm_fail(error, KBM_LIMIT, "it is too long");
	kbm_dn_free(dn);
	return code;
}
