/* Attacks put into whole scripts: what stands around them, and files that are no such text. */
#ifndef KBM_TESTS_SCRIPT_TEXT_H
#define KBM_TESTS_SCRIPT_TEXT_H

#include "hostile_case.h"

/* Fills the script's text with `body` at a place:
 *   check, applies, fix   the body of that function; it has target, params, finding, plan, KEY
 *   top                   before the header is returned; the file's first bytes
 *   header                fields of the header, the last of their names
 *   raw                   the whole file
 * `prelude` stands before a body in check and fix. */
void script_wrap(struct hostile_script *script, const char *place, const char *id,
		 const struct kbm_bytes *prelude, const struct kbm_bytes *body);

/* The other places: symlink, fifo, folder, socket, device, unreadable; longest and longer (than a
 * script may be); repeat (the body, up to the largest script); named (the body is the file's name).
 * False: the place is none of these. */
bool script_make_special(struct hostile_script *script, const char *place,
			 const struct kbm_bytes *body);

#endif
