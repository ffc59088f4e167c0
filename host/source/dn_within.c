/* Whether one distinguished name lies below another. */
#include "source/dn_within.h"

#include "base/text.h"
#include "source/dn_internal.h"

/* Types but for case, values to the octet. */
static bool is_spelled_alike(const struct kbm_rdn *left, const struct kbm_rdn *right)
{
	if (left->ava_count != right->ava_count)
		return false;
	for (size_t i = 0; i < left->ava_count; i++) {
		const struct kbm_ava *a = &left->avas[i];
		const struct kbm_ava *b = &right->avas[i];
		if (!kbm_dn_same_octets(a, b) || !kbm_text_equals_ascii_case(a->type, b->type))
			return false;
	}
	return true;
}

enum kbm_code kbm_dn_is_within(const struct kbm_dn *dn, const struct kbm_dn *base, bool *within,
			       struct kbm_error *error)
{
	if (dn->rdn_count < base->rdn_count) {
		*within = false;
		return KBM_OK;
	}
	size_t alike = 0;
	while (alike < base->rdn_count && is_spelled_alike(&dn->rdns[alike], &base->rdns[alike]))
		alike++;
	if (alike == base->rdn_count) {
		*within = true;
		return KBM_OK;
	}
	const struct kbm_dn upper = {dn->form, dn->rdns, base->rdn_count}; /* root first */
	struct kbm_dn_comparison comparison = {0};
	enum kbm_code code = kbm_dn_compare(&upper, base, &comparison, error);
	if (code == KBM_OK)
		*within = comparison.verdict != KBM_DN_DIFFERENT;
	kbm_dn_comparison_clear(&comparison);
	return code;
}
