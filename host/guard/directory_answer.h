/* Answering a search over a channel, whichever directory has the entries. */
#ifndef KBM_GUARD_DIRECTORY_ANSWER_H
#define KBM_GUARD_DIRECTORY_ANSWER_H

#include "guard/channel.h"

/* A directory's search, as kbm_directory_search() and kbm_ldap_session_search(). */
typedef enum kbm_code kbm_directory_walk(void *directory,
					 const struct kbm_directory_request *request,
					 kbm_take_entry *take, void *context,
					 struct kbm_error *error);

/* `is_doubtful` (NULL: never) tells of a directory whether it may not show everything.
 *
 * Waits for a SEARCH, does it and sends what it asked for: one ANSWER with all entries, or ENTRIES
 * as they come and an ANSWER without any. A search that fails is an ANSWER that says so. The code
 * is the channel's: KBM_NOT_FOUND when kbmend hung up. */
enum kbm_code kbm_directory_answer(struct kbm_channel *channel, kbm_directory_walk *walk,
				   bool (*is_doubtful)(const void *directory), void *directory,
				   struct kbm_error *error);

#endif
