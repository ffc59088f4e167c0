/* Where `reg export` and `reg diff` write: a new file, or standard output. */
#ifndef KBM_COMMAND_REG_OUTPUT_H
#define KBM_COMMAND_REG_OUTPUT_H

#include "apply/new_file.h"
#include "base/bytes.h"
#include "command/options.h"

struct kbm_reg_output {
	struct kbm_new_file file;
	bool has_file;
	struct kbm_bytes out; /* what a comparison gathers for kbm_reg_output_flush() */
	bool stuck;	      /* standard output takes no more; that was said, or is no news */
};

/* `maximum`: bytes that are gathered. */
void kbm_reg_output_init(struct kbm_reg_output *output, size_t maximum);
void kbm_reg_output_clear(struct kbm_reg_output *output);

/* KBM_USAGE: the bytes of a .reg file would go to a terminal. */
enum kbm_code kbm_reg_output_check(const struct kbm_options *options, struct kbm_error *error);
/* Begins the file that -o names, if it names one; it has to be ended then. */
enum kbm_code kbm_reg_output_begin(struct kbm_reg_output *output, const struct kbm_options *options,
				   struct kbm_error *error);
/* Writes these bytes: without a copy where it is to a file. */
enum kbm_code kbm_reg_output_append(struct kbm_reg_output *output, const void *bytes, size_t length,
				    struct kbm_error *error);
/* Writes what was gathered. */
enum kbm_code kbm_reg_output_flush(struct kbm_reg_output *output, struct kbm_error *error);
/* The end after `code`, whose message is *error: what was written is kept, with what is gathered
 * still, or the file is gone. Returned is `code`, or what of that failed, and *error is its
 * message.
 */
enum kbm_code kbm_reg_output_end(struct kbm_reg_output *output, enum kbm_code code, bool is_kept,
				 struct kbm_error *error);
/* Says which file was written, if it is one, unless --quiet. */
void kbm_reg_output_tell(const struct kbm_options *options);

#endif
