/* The walks over structures of plan/ and source/ that messages are made of (protocol.c's parts). */
#ifndef KBM_GUARD_PROTOCOL_FIELDS_H
#define KBM_GUARD_PROTOCOL_FIELDS_H

#include "guard/wire.h"
#include "plan/profile_info.h"
#include "plan/result.h"
#include "plan/script_info.h"
#include "source/entry_change.h"

void kbm_wire_text_list(struct kbm_wire *wire, struct kbm_text_list *list, size_t maximum_bytes);
void kbm_wire_entries(struct kbm_wire *wire, struct kbm_entries *entries);
void kbm_wire_entry_change(struct kbm_wire *wire, struct kbm_entry_change *change);
void kbm_wire_params(struct kbm_wire *wire, struct kbm_params *params);
void kbm_wire_script_info(struct kbm_wire *wire, struct kbm_script_info *info);
void kbm_wire_profile(struct kbm_wire *wire, struct kbm_profile *profile);
void kbm_wire_finding(struct kbm_wire *wire, struct kbm_finding *finding);
void kbm_wire_observation(struct kbm_wire *wire, struct kbm_observation *observation);
void kbm_wire_change(struct kbm_wire *wire, struct kbm_change *change);
void kbm_wire_precondition(struct kbm_wire *wire, struct kbm_precondition *read);
/* Verdict, reason and place; neither the lists nor the output. */
void kbm_wire_result(struct kbm_wire *wire, struct kbm_result *result);

#endif
