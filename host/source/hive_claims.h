/* Inside the hive reader: which cells a walk has read, a bit for every 8 bytes of the hive.
 *
 * In a sound hive every cell belongs to one place: so a walk that claims each cell ends, whatever
 * refers to what. */
#ifndef KBM_SOURCE_HIVE_CLAIMS_H
#define KBM_SOURCE_HIVE_CLAIMS_H

#include "source/hive_records.h"

/* Bytes that a hive's claims take, from zeros. */
static inline size_t kbm_claims_bytes(const struct kbm_hive *hive)
{
	return (size_t)hive->length / 64 + 1;
}

/* KBM_UNREADABLE when the cell was claimed before. Where none can be, nothing is: reading it will
 * tell what is wrong. */
static inline enum kbm_code kbm_claim(uint8_t *claims, const struct kbm_hive *hive, kbm_cell cell,
				      struct kbm_error *error)
{
	if (cell >= hive->length || cell % 8 != 0)
		return KBM_OK;
	uint8_t *byte = &claims[cell / 64];
	uint8_t bit = (uint8_t)(1U << cell / 8 % 8);
	if ((*byte & bit) != 0)
		return kbm_fail(error, KBM_UNREADABLE,
				"the cell at file offset 0x%llX is referred to from two places",
				(unsigned long long)kbm_hive_file_offset(cell));
	*byte |= bit;
	return KBM_OK;
}

#endif
