/* "Did you mean ...?": the known word nearest to a mistyped one. */
#ifndef KBM_BASE_SUGGEST_H
#define KBM_BASE_SUGGEST_H

#include <stddef.h>

/* The nearest of `words`, by ASCII-case-blind edits (insert, delete, replace, swap neighbours), or
 * NULL when none is near enough to be meant: at most a third of the word's letters, at most 3. The
 * first wins a tie. NULLs among `words` are skipped. Borrowed from `words`. */
const char *kbm_suggest(const char *word, const char *const *words, size_t count);

#endif
