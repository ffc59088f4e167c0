/* Writing .reg text: keys, values and comments, as regedit reads them. */
#ifndef KBM_SOURCE_REG_WRITER_H
#define KBM_SOURCE_REG_WRITER_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kbm_reg_writer {
	bool regedit4;	       /* the form of NT 4.0, in `codepage`; else 5.00 in UTF-16LE */
	unsigned codepage;     /* a Windows single-byte code page */
	bool is_begun;	       /* a part of the file was taken: its mark is written */
	struct kbm_bytes text; /* WTF-8, CR LF; what was not taken yet */
};

/* KBM_USAGE: the code page is not known. Released with kbm_reg_writer_clear(). */
enum kbm_code kbm_reg_writer_begin(struct kbm_reg_writer *writer, bool regedit4, unsigned codepage,
				   struct kbm_error *error);
void kbm_reg_writer_clear(struct kbm_reg_writer *writer);

/* One line; anything in it that is no plain text is escaped. */
void kbm_reg_writer_comment(struct kbm_reg_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void kbm_reg_writer_blank_line(struct kbm_reg_writer *writer);
/* KBM_REFUSED: the format cannot hold the key's path (a NUL or a line break, "];", more than
 * KBM_PATH_MAX_BYTES), or the code page cannot. */
enum kbm_code kbm_reg_writer_check_key(const struct kbm_reg_writer *writer, const char *path,
				       size_t length, struct kbm_error *error);
/* [path], or [-path] to delete the key; the path was checked. */
void kbm_reg_writer_put_key(struct kbm_reg_writer *writer, const char *path, bool deletes);
/* The same for a path that was not. Refuses as kbm_reg_writer_check_key(). */
enum kbm_code kbm_reg_writer_key(struct kbm_reg_writer *writer, const char *path, bool deletes,
				 struct kbm_error *error);
/* "name"=data below the last key. Text that reads back as it is stands in quotes, all else as
 * bytes. KBM_REFUSED: the form cannot hold the name or the data; nothing is written then. */
enum kbm_code kbm_reg_writer_value(struct kbm_reg_writer *writer, const char *name,
				   size_t name_length, uint32_t type, const uint8_t *data,
				   size_t length, struct kbm_error *error);
/* "name"=- */
enum kbm_code kbm_reg_writer_delete_value(struct kbm_reg_writer *writer, const char *name,
					  size_t name_length, struct kbm_error *error);
/* Appends the file's next bytes, all that was written since the last time, to `out`. KBM_LIMIT when
 * they exceed its maximum, or that of what can be written at once. */
enum kbm_code kbm_reg_writer_take(struct kbm_reg_writer *writer, struct kbm_bytes *out,
				  struct kbm_error *error);

#endif
