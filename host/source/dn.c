/* Names as values: release, parent. */
#include "source/dn.h"

#include <stdlib.h>
#include <string.h>

static void clear_rdn(struct kbm_rdn *rdn)
{
	for (size_t i = 0; i < rdn->ava_count; i++) {
		free(rdn->avas[i].type);
		free(rdn->avas[i].value);
	}
	free(rdn->avas);
}

void kbm_dn_free(struct kbm_dn *dn)
{
	if (dn == NULL)
		return;
	for (size_t i = 0; i < dn->rdn_count; i++)
		clear_rdn(&dn->rdns[i]);
	free(dn->rdns);
	free(dn);
}

static bool copy_ava(const struct kbm_ava *from, struct kbm_ava *to)
{
	to->type = strdup(from->type);
	to->value = malloc(from->value_length + 1);
	to->value_length = from->value_length;
	to->is_ber = from->is_ber;
	if (to->type == NULL || to->value == NULL) {
		free(to->type);
		free(to->value);
		return false;
	}
	memcpy(to->value, from->value, from->value_length + 1);
	return true;
}

static bool copy_rdn(const struct kbm_rdn *from, struct kbm_rdn *to)
{
	to->ava_count = 0;
	to->avas = calloc(from->ava_count, sizeof *to->avas);
	if (to->avas == NULL)
		return false;
	for (size_t i = 0; i < from->ava_count; i++) {
		if (!copy_ava(&from->avas[i], &to->avas[i])) {
			clear_rdn(to);
			return false;
		}
		to->ava_count++;
	}
	return true;
}

enum kbm_code kbm_dn_parent(const struct kbm_dn *dn, struct kbm_dn **parent,
			    struct kbm_error *error)
{
	if (dn->rdn_count == 0)
		return kbm_fail(error, KBM_NOT_FOUND, "the empty name has no parent");
	struct kbm_dn *copy = calloc(1, sizeof *copy);
	if (copy == NULL)
		goto no_memory;
	copy->form = dn->form;
	copy->rdns = calloc(dn->rdn_count, sizeof *copy->rdns);
	if (copy->rdns == NULL)
		goto no_memory;
	while (copy->rdn_count < dn->rdn_count - 1) {
		if (!copy_rdn(&dn->rdns[copy->rdn_count], &copy->rdns[copy->rdn_count]))
			goto no_memory;
		copy->rdn_count++;
	}
	*parent = copy;
	return KBM_OK;
no_memory:
	kbm_dn_free(copy);
	return kbm_fail(error, KBM_MEMORY, "no memory to copy a name of %zu RDNs", dn->rdn_count);
}
