/* A plan: the ordered changes for one target, what they rest on, and what was predicted. */
#ifndef KBM_PLAN_PLAN_H
#define KBM_PLAN_PLAN_H

#include "plan/result.h"

/* One source of a target's registry or directory. */
struct kbm_source_identity {
	char *kind;    /* "hive", "reg", "ldif", "ldap" */
	char *hive;    /* registry: mounted as, e.g. "SYSTEM" ("" for all inside a .reg) */
	char *path;    /* as given by the user; a server's URI */
	char *base;    /* of a server: where searches begin; NULL: what it says itself */
	uint64_t size; /* bytes */
	uint32_t primary_sequence; /* hive only */
	uint32_t secondary_sequence;
	uint64_t last_written; /* FILETIME, hive only */
	char *sha256;	       /* lower-case hex; NULL when not computed */
};
struct kbm_target_identity {
	char *name;		  /* --name or the computer name in the hive, or "" */
	char *control_set;	  /* "ControlSet001", or "" */
	char *control_set_source; /* "Current", "Default", ... how it was chosen, or "" */
	struct kbm_source_identity *sources;
	size_t source_count;
};

struct kbm_plan_script {
	char *id;
	char *version;
	char *sha256; /* of the script's file */
	struct kbm_params params;
};

enum kbm_prediction {
	KBM_PREDICTION_NONE,
	KBM_PREDICTION_PASS,
	KBM_PREDICTION_FAIL,
	KBM_PREDICTION_UNKNOWN
};

struct kbm_plan {
	struct kbm_target_identity target;
	struct kbm_plan_script *scripts;
	size_t script_count;
	struct kbm_precondition *preconditions;
	size_t precondition_count;
	struct kbm_change *changes; /* numbered from 1 in this order */
	size_t change_count;
	enum kbm_prediction prediction;
	char *prediction_reason; /* never NULL once set; "" for pass */
	bool read_twice; /* a second reader confirmed every registry place it rests on, one at least
			  */
	struct kbm_text_list remain; /* messages of findings that only a manual step ends */
};

void kbm_source_identity_clear(struct kbm_source_identity *source);
void kbm_target_identity_clear(struct kbm_target_identity *target);
/* A deep copy into *to (from {0}); false without memory, what was copied is then the caller's to
 * release, too. */
bool kbm_target_identity_copy(const struct kbm_target_identity *from,
			      struct kbm_target_identity *to);
void kbm_plan_clear(struct kbm_plan *plan);

/* Takes a failed script's changes and reads into the plan (copies). Equal changes merge, the first
 * stays; KBM_REFUSED: two that contradict each other, the message names both scripts and the place;
 * KBM_LIMIT; KBM_USAGE: the result is no `fail`. Changes that change nothing are left out. Typed
 * changes stand before all manual steps. On failure *plan is as before. */
enum kbm_code kbm_plan_add(struct kbm_plan *plan, const struct kbm_script_info *script,
			   const char *sha256, const struct kbm_params *params,
			   const struct kbm_result *result, struct kbm_error *error);
/* Whether a plan makes sense by itself: every op has its place and states, `before` differs from
 * `after`, values are within limits, one change a place, none below a key that another deletes. */
enum kbm_code kbm_plan_validate(const struct kbm_plan *plan, struct kbm_error *error);
/* Drops the changes that the predicate does not keep; it is asked once for each, in their order,
 * and while it stands where it stood. */
void kbm_plan_keep(struct kbm_plan *plan,
		   bool (*keeps)(const void *context, const struct kbm_change *change),
		   const void *context);
/* Changes that are no manual steps; and the manual steps. */
size_t kbm_plan_count(const struct kbm_plan *plan, bool manual);
/* The highest risk among its typed changes. */
enum kbm_risk kbm_plan_risk(const struct kbm_plan *plan);
/* Compares a re-run's result with the findings that led to changes: the simulated check. Sets
 * prediction, reason and remain. `before` is the deciding check, `after` the check on the overlay.
 * KBM_PREDICTION_PASS: every finding with changes is gone and none is new; findings that only a
 * manual step ends stay in `remain`. NONE: the same, but the plan has no typed
 * changes whose success could be predicted. */
enum kbm_code kbm_plan_judge(struct kbm_plan *plan, const struct kbm_result *before,
			     const struct kbm_result *after, struct kbm_error *error);

#endif
