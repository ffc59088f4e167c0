/* Answering what a directory is asked over a channel, whichever has the entries. */
#ifndef KBM_GUARD_DIRECTORY_ANSWER_H
#define KBM_GUARD_DIRECTORY_ANSWER_H

#include "guard/channel.h"
#include "source/entry_change.h"

/* A directory's search, as kbm_directory_search() and kbm_ldap_session_search(). */
typedef enum kbm_code kbm_directory_walk(void *directory,
					 const struct kbm_directory_request *request,
					 kbm_take_entry *take, void *context,
					 struct kbm_error *error);

/* What questions and orders go to. */
struct kbm_directory_source {
	void *directory;
	kbm_directory_walk *walk;
	/* Tells whether it may not show everything. NULL: it shows all. */
	bool (*is_doubtful)(const void *directory);
	/* As kbm_ldap_session_modify(). NULL: it cannot be changed, and a MODIFY breaks the
	 * protocol. */
	enum kbm_code (*modify)(void *directory, const struct kbm_entry_change *change,
				bool *is_unknown, struct kbm_error *error);
};

/* Waits for a SEARCH or MODIFY, does it and sends what it asked for: one ANSWER with all entries,
 * or ENTRIES as they come and an ANSWER without any; or MODIFIED. What fails is an answer that says
 * so. The code is the channel's: KBM_NOT_FOUND when kbmend hung up. */
enum kbm_code kbm_directory_answer(struct kbm_channel *channel,
				   const struct kbm_directory_source *source,
				   struct kbm_error *error);

#endif
