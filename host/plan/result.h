/* What a script's run says: verdict, findings, the changes of its fix, and what it read. */
#ifndef KBM_PLAN_RESULT_H
#define KBM_PLAN_RESULT_H

#include "plan/change.h"
#include "plan/script_info.h"

enum kbm_verdict {
	KBM_VERDICT_PASS,
	KBM_VERDICT_FAIL,
	KBM_VERDICT_UNKNOWN,
	KBM_VERDICT_ERROR,
	KBM_VERDICT_NOTAPPLICABLE,
	KBM_VERDICT_FIXED
};

struct kbm_finding {
	char *id;		/* stable word of the script: "site", "depth", ... */
	char *message;		/* one sentence */
	struct kbm_place place; /* may be KBM_PLACE_NONE */
	char *found;		/* NULL: not said */
	char *expected;		/* NULL: not said */
	char *because;		/* which entry or key says so; never NULL */
	bool has_changes;	/* its fix put a typed change into the plan (set by the engine) */
};

/* One thing that `check` looked at, whether it is right or not: a row of a table. No verdict rests
 * on it. */
struct kbm_observation {
	char *what;		/* "SiteDN of the connector" */
	struct kbm_place place; /* may be KBM_PLACE_NONE */
	char *found;		/* NULL: absent */
	char *expected;		/* NULL: not known */
	char *difference;	/* how they differ; NULL: they agree, or nothing is expected */
	char *kb;		/* the article that cares: "Q298565"; NULL: none */
};

/* A read that the verdict rests on, as it was. Registry: a value or a key. Directory: a search with
 * its answer. */
enum kbm_read_kind { KBM_READ_VALUE, KBM_READ_KEY, KBM_READ_SEARCH };
struct kbm_precondition {
	enum kbm_read_kind kind;
	struct kbm_place place; /* value or key */
	struct kbm_state state; /* value or key */
	/* search: */
	char *base;
	enum kbm_scope scope;
	char *filter;
	struct kbm_text_list attributes;
	bool base_exists;
	struct kbm_entries entries;
	/* A search whose answer is too long for a plan file: only its count and the SHA-256 of its
	 * canonical form were kept (kbm_precondition_shorten), `entries` is empty. Else 0, NULL.
	 */
	size_t entry_count;
	char *entries_sha256;
	uint32_t mark; /* kept by kbm_result_add_read(): equal reads have equal marks */
};

struct kbm_result {
	char *script; /* id */
	enum kbm_verdict verdict;
	char *reason;	       /* always one sentence */
	char *place_in_script; /* "Q298565.lua:41" of an error, or NULL */
	struct kbm_finding *findings;
	size_t finding_count;
	struct kbm_observation *observations; /* in the order of the check */
	size_t observation_count;
	struct kbm_change *changes; /* typed changes and manual steps, in the order of the fix */
	size_t change_count;
	struct kbm_precondition *reads; /* each place once, in the order of reading */
	size_t read_count;
	size_t read_capacity; /* this and the next two are kept by kbm_result_add_read() */
	uint32_t *read_slots; /* by marks: a read's number + 1, 0 is free */
	size_t read_slot_count;
	char *output; /* what the script printed, never NULL */
};

void kbm_finding_clear(struct kbm_finding *finding);
void kbm_observation_clear(struct kbm_observation *observation);
void kbm_precondition_clear(struct kbm_precondition *precondition);
void kbm_result_clear(struct kbm_result *result);
/* Append an item, moving it in: *item is {0} afterwards. False without memory or over the limit of
 * base/limits.h (KBM_SCRIPT_MAX_FINDINGS, KBM_SCRIPT_MAX_OBSERVED and the like); *item is then
 * left as it was. A read of a place or search that is there already is dropped, and counts as done.
 */
bool kbm_result_add_finding(struct kbm_result *result, struct kbm_finding *finding);
bool kbm_result_add_observation(struct kbm_result *result, struct kbm_observation *observation);
bool kbm_result_add_change(struct kbm_result *result, struct kbm_change *change);
bool kbm_result_add_read(struct kbm_result *result, struct kbm_precondition *read);
/* Hands out all reads, the caller's from then on; the result has none. */
void kbm_result_take_reads(struct kbm_result *result, struct kbm_precondition **reads,
			   size_t *count);
/* Deep copies; false without memory, *to is then untouched. */
bool kbm_finding_copy(const struct kbm_finding *from, struct kbm_finding *to);
bool kbm_precondition_copy(const struct kbm_precondition *from, struct kbm_precondition *to);
/* Replaces the answer of a search that is longer than KBM_PLAN_MAX_ANSWER by its count and
 * hash. The canonical form: entries, attributes and values in byte order, each text and count led
 * by its length as 64-bit little-endian. False without memory. */
bool kbm_precondition_shorten(struct kbm_precondition *read);
uint32_t kbm_precondition_mark(const struct kbm_precondition *read);
/* Whether both ask the same question: one place, or one search. */
bool kbm_precondition_same(const struct kbm_precondition *left,
			   const struct kbm_precondition *right);

/* Whether the same question has the same answer still, in whatever order a server gave it. False
 * without memory. */
bool kbm_precondition_holds(const struct kbm_precondition *then, const struct kbm_precondition *now,
			    bool *holds);

const char *kbm_verdict_name(enum kbm_verdict verdict);
bool kbm_verdict_parse(const char *name, enum kbm_verdict *verdict);

#endif
