/* The limits of base/limits.h as a table, for people and programs that want to know them. */
#ifndef KBM_BASE_LIMITS_TABLE_H
#define KBM_BASE_LIMITS_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum kbm_limit_unit {
	KBM_UNIT_BYTES,
	KBM_UNIT_MIB,
	KBM_UNIT_MS,
	KBM_UNIT_COUNT,
	KBM_UNIT_TIMES /* so many for each one of something else */
};

struct kbm_limit {
	const char *group; /* equal ones follow each other */
	const char *name;  /* "KBM_HIVE_MAX_BYTES" */
	uint64_t value;
	enum kbm_limit_unit unit;
	const char *meaning;
	const char *option; /* that changes it: "--timeout"; or NULL */
};

/* In the order of base/limits.h; tests/lint.sh keeps it complete. */
extern const struct kbm_limit kbm_limits[];
extern const size_t kbm_limit_count;

const char *kbm_limit_unit_name(enum kbm_limit_unit unit);

enum { KBM_LIMIT_TEXT_BYTES = 32 };
/* "64 KiB", "2 min", "512": the value with a unit that suits it. */
void kbm_limit_text(const struct kbm_limit *limit, char text[static KBM_LIMIT_TEXT_BYTES]);

#endif
