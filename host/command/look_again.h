/* Looking again after a refusal: somebody else may have done it meanwhile. */
#ifndef KBM_COMMAND_LOOK_AGAIN_H
#define KBM_COMMAND_LOOK_AGAIN_H

#include "command/proof.h"

/* Opens the target's hive files anew, by their names, and runs the proof's checks on what they hold
 * now. True: all is as the plan makes it. False also where that could not be told. The proof is
 * left as it is. */
bool kbm_look_again(const struct kbm_proof *proof, unsigned codepage);

#endif
