/* What a script's cases say of it: data that is made while kbmend is built. */
#ifndef KBM_PLAN_SCRIPT_FACTS_H
#define KBM_PLAN_SCRIPT_FACTS_H

#include "base/sha256.h"
#include "plan/script_info.h"

/* Lines, as the cases have them. Starts from {0}; clear releases everything and leaves {0}. */
struct kbm_script_facts {
	char sha256[KBM_SHA256_HEX_BYTES]; /* of the script that the cases are of */
	struct kbm_text_list places;	   /* that it reads: "HKLM\...\X [Name, Name]" */
	struct kbm_text_list searches;	   /* of the directory: "o=*, scope one, filter (...)" */
	struct kbm_text_list changes;	   /* "set_value HKLM\...\X [Name]" */
	struct kbm_text_list manual;	   /* steps that are left to people */
	struct kbm_text_list sample;	   /* of one case */
	bool is_stale; /* nothing is here: what there is is of another version */
};

/* Reads the lines of a .facts file: a word, and what it is. Unknown words are passed over. False
 * without memory. */
bool kbm_script_facts_read(const char *text, struct kbm_script_facts *facts);
void kbm_script_facts_clear(struct kbm_script_facts *facts);

#endif
