/* The command to type next, as a shell takes it. */
#ifndef KBM_COMMAND_NEXT_H
#define KBM_COMMAND_NEXT_H

#include "base/bytes.h"
#include "command/options.h"

/* Each appends, with a blank in front: a word; an option with its value. */
void kbm_next_word(struct kbm_bytes *out, const char *word);
void kbm_next_option(struct kbm_bytes *out, const char *option, const char *value);
/* How the server is met, but for the password itself. */
void kbm_next_server(const struct kbm_options *options, struct kbm_bytes *out);
/* All options that decide what is found, as they were given. */
void kbm_next_options(const struct kbm_options *options, struct kbm_bytes *out);

/* Whether all that a plan changes can be written to where it is. */
bool kbm_next_can_apply(const struct kbm_plan *plan, const struct kbm_target *target);

#endif
