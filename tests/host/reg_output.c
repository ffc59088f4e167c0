/* What a test has written as a .reg file, and what was said of it. */
#include "reg_output.h"

static enum kbm_code take_bytes(void *context, const uint8_t *bytes, size_t length,
				struct kbm_error *error)
{
	struct reg_output *output = context;
	(void)error;
	kbm_bytes_append(&output->file, bytes, length);
	return KBM_OK;
}

static enum kbm_code take_note(void *context, const char *note, struct kbm_error *error)
{
	struct reg_output *output = context;
	(void)error;
	kbm_bytes_printf(&output->notes, "%s\n", note);
	return KBM_OK;
}

void reg_output_init(struct reg_output *output)
{
	*output = (struct reg_output){.code = KBM_OK};
	kbm_bytes_init(&output->file, 1 << 28);
	kbm_bytes_init(&output->notes, 1 << 20);
}

void reg_output_clear(struct reg_output *output)
{
	kbm_bytes_clear(&output->file);
	kbm_bytes_clear(&output->notes);
}

struct kbm_hive_export_sink reg_output_sink(struct reg_output *output)
{
	return (struct kbm_hive_export_sink){output, take_bytes, take_note};
}
