/* Where `reg export` and `reg diff` write: a new file, or standard output. */
#include "command/reg_output.h"

#include "command/command.h"

#include <unistd.h>

void kbm_reg_output_init(struct kbm_reg_output *output, size_t maximum)
{
	*output = (struct kbm_reg_output){0};
	kbm_bytes_init(&output->out, maximum);
}

void kbm_reg_output_clear(struct kbm_reg_output *output)
{
	kbm_bytes_clear(&output->out);
}

enum kbm_code kbm_reg_output_check(const struct kbm_options *options, struct kbm_error *error)
{
	if (options->output == NULL && isatty(STDOUT_FILENO))
		return kbm_fail(error, KBM_USAGE,
				"a .reg file is not for a terminal: name a new one with -o, or "
				"redirect standard output");
	return KBM_OK;
}

enum kbm_code kbm_reg_output_begin(struct kbm_reg_output *output, const struct kbm_options *options,
				   struct kbm_error *error)
{
	if (options->output == NULL)
		return KBM_OK;
	enum kbm_code code = kbm_new_file_begin(&output->file, options->output, error);
	output->has_file = code == KBM_OK;
	return code;
}

enum kbm_code kbm_reg_output_append(struct kbm_reg_output *output, const void *bytes, size_t length,
				    struct kbm_error *error)
{
	if (output->has_file)
		return kbm_new_file_append(&output->file, bytes, length, error);
	kbm_bytes_append(&output->out, bytes, length);
	return kbm_reg_output_flush(output, error);
}

enum kbm_code kbm_reg_output_flush(struct kbm_reg_output *output, struct kbm_error *error)
{
	if (!output->has_file)
		return kbm_command_flush(&output->out, &output->stuck, error);
	if (output->out.failed)
		return kbm_fail(error, KBM_LIMIT, "a difference is too large to be printed");
	enum kbm_code code =
	    kbm_new_file_append(&output->file, output->out.data, output->out.length, error);
	kbm_bytes_reset(&output->out);
	return code;
}

enum kbm_code kbm_reg_output_end(struct kbm_reg_output *output, enum kbm_code code, bool is_kept,
				 struct kbm_error *error)
{
	struct kbm_error reason = {0};
	if (output->stuck)
		return code;
	enum kbm_code ended = is_kept ? kbm_reg_output_flush(output, &reason) : KBM_OK;
	if (output->has_file && is_kept && ended == KBM_OK)
		ended = kbm_new_file_end(&output->file, &reason);
	else if (output->has_file)
		kbm_new_file_discard(&output->file);
	output->has_file = false;
	return ended == KBM_OK || output->stuck ? code
						: kbm_fail(error, ended, "%s", reason.message);
}

void kbm_reg_output_tell(const struct kbm_options *options)
{
	if (options->output != NULL && !options->quiet)
		kbm_command_note("wrote %s", options->output);
}
