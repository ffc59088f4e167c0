/* What holds for every pair of names, tried on one: what fuzzers and mutation tests run. */
#ifndef KBM_TEST_DN_EXERCISE_H
#define KBM_TEST_DN_EXERCISE_H

#include "source/dn.h"

struct dn_text {
	const char *bytes;
	size_t length;
	enum kbm_dn_form form;
};

enum dn_outcome { DN_IDENTICAL, DN_EQUIVALENT, DN_DIFFERENT, DN_UNREADABLE };

/* Reads, compares both ways, converts between the forms, makes keys and parents. Aborts, having
 * said which, where a property does not hold. DN_UNREADABLE when either is no name. */
enum dn_outcome exercise_dns(const struct dn_text *left, const struct dn_text *right);

#endif
