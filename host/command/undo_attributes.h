/* What an undo need not take back from a directory. */
#ifndef KBM_COMMAND_UNDO_ATTRIBUTES_H
#define KBM_COMMAND_UNDO_ATTRIBUTES_H

#include "guard/broker.h"
#include "plan/plan.h"

/* Asks the server, and drops from the undo's plan each change of an attribute that holds already
 * what the undo would put there: an apply that was interrupted may never have sent the change, and
 * what the server holds decides, not what the journal could say of it. Each is told in a note. A
 * change whose attribute cannot be read stays: who makes it is told why it cannot be. */
void kbm_undo_drop_as_before(struct kbm_broker *broker, const struct kbm_target *target,
			     struct kbm_plan *plan);

#endif
