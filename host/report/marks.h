/* Which parts of what is expected differ from what was found. Pure. */
#ifndef KBM_REPORT_MARKS_H
#define KBM_REPORT_MARKS_H

#include <stdbool.h>
#include <stddef.h>

/* Sets marked[i] for each byte of `expected` that differs; marked[strlen(expected)] means that
 * `found` goes on there. `marked` has strlen(expected) + 1 items, all false before. Two names in
 * one form are compared part by part, counted from both ends: a part that says something else is
 * marked whole, one that differs in case or blanks only where it does. Other texts are marked
 * between what they begin and what they end with in common, or whole when that is less than half of
 * the longer one, or when they are types of values. Where `found` has something more, the
 * place in front of which it stands is marked. Equal texts have no marks. */
void kbm_marks_find(const char *found, const char *expected, bool *marked);

#endif
