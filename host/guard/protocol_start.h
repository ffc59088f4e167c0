/* The walks over what a job is told, in its first message and after it (protocol*.c only). Each
 * walks, or releases, the structure that protocol.h names beside the message. */
#ifndef KBM_GUARD_PROTOCOL_START_H
#define KBM_GUARD_PROTOCOL_START_H

#include "guard/wire.h"

void kbm_walk_start_header(struct kbm_wire *wire, void *structure);
void kbm_walk_start_prepare(struct kbm_wire *wire, void *structure);
void kbm_walk_start_script(struct kbm_wire *wire, void *structure);
void kbm_clear_start_script(void *structure);
void kbm_walk_start_registry(struct kbm_wire *wire, void *structure);
void kbm_walk_start_export(struct kbm_wire *wire, void *structure);
void kbm_walk_start_diff(struct kbm_wire *wire, void *structure);
void kbm_walk_start_doctor(struct kbm_wire *wire, void *structure);
void kbm_walk_start_second(struct kbm_wire *wire, void *structure);
void kbm_clear_start_second(void *structure);
void kbm_walk_places(struct kbm_wire *wire, void *structure);
void kbm_clear_places(void *structure);
void kbm_walk_start_edit(struct kbm_wire *wire, void *structure);
void kbm_clear_start_edit(void *structure);
void kbm_walk_start_verify(struct kbm_wire *wire, void *structure);
void kbm_clear_start_verify(void *structure);
void kbm_walk_start_server(struct kbm_wire *wire, void *structure);
void kbm_clear_start_server(void *structure);

#endif
