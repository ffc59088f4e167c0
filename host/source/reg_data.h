/* The pieces of a .reg line: its end, quoted texts, and a value's data in its three spellings. */
#ifndef KBM_SOURCE_REG_DATA_H
#define KBM_SOURCE_REG_DATA_H

#include "base/bytes.h"
#include "base/error.h"
#include "source/reg_input.h"

#include <stdbool.h>
#include <stdint.h>

/* Errors of all functions: KBM_INVALID or KBM_LIMIT, "line 17: ..." */
struct kbm_reg_data {
	struct kbm_reg_input *input; /* borrowed, as is *error */
	struct kbm_error *error;
	bool ansi_texts;	/* hex(1), hex(2) and hex(7) are bytes of the code page: REGEDIT4 */
	uint32_t type;		/* what kbm_reg_data_read() found: the value's type ... */
	struct kbm_bytes bytes; /* ... and data; `failed` when it is too long */
	struct kbm_bytes text;	/* scratch, free for the caller between calls */
};

/* Released with kbm_reg_data_clear(). */
void kbm_reg_data_init(struct kbm_reg_data *data, struct kbm_reg_input *input,
		       struct kbm_error *error);
void kbm_reg_data_clear(struct kbm_reg_data *data);

/* Takes blanks, a comment, and the line's end or the file's; `what` is what an error expects. */
enum kbm_code kbm_reg_data_take_line_end(struct kbm_reg_data *data, const char *what);
/* Takes a quoted text into `text`, WTF-8; the current character is its opening quote. */
enum kbm_code kbm_reg_data_read_quoted(struct kbm_reg_data *data, struct kbm_bytes *text);
/* Takes "text", dword:... or hex(n):..., as far as it goes. */
enum kbm_code kbm_reg_data_read(struct kbm_reg_data *data);

#endif
