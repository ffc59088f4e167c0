/* The commands among which somebody chooses where two scripts contradict each other. */
#ifndef KBM_COMMAND_CHOICES_H
#define KBM_COMMAND_CHOICES_H

#include "command/command.h"
#include "command/diagnose.h"

/* One command for each script of a conflict: it, and the scripts whose plans are in none. Appends;
 * false without memory. */
bool kbm_choices_list(const struct kbm_call *call, const struct kbm_case *diagnosed,
		      struct kbm_text_list *choices);

#endif
