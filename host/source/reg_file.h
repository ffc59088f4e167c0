/* Reading .reg exports: REGEDIT4 (ANSI code page) and Windows Registry Editor Version 5.00
 * (UTF-16LE or UTF-8) into a tree whose root's children are HKEY_LOCAL_MACHINE and so on. */
#ifndef KBM_SOURCE_REG_FILE_H
#define KBM_SOURCE_REG_FILE_H

#include "base/error.h"
#include "source/hive_build.h"
#include "source/long_work.h"

#include <stdbool.h>

enum kbm_reg_form { KBM_REG_FORM_NONE, KBM_REG_FORM_4, KBM_REG_FORM_5 };

/* What the first line says. */
enum kbm_reg_form kbm_reg_file_form(const uint8_t *bytes, size_t length);

/* Applies the whole file to `tree` in order (deletions included): listed keys are whole, deleted
 * ones absent, the others above them known in part (kbm_tree_set_whole). `codepage` is a Windows
 * single-byte code page (1250..1258, 874) for REGEDIT4 text. KBM_INVALID: "line 17: ..." */
enum kbm_code kbm_reg_file_read(const uint8_t *bytes, size_t length, unsigned codepage,
				struct kbm_tree *tree, struct kbm_error *error);

/* How many values the file deletes ("name"=-): of that a tree, or an image, keeps nothing. Fails as
 * kbm_reg_file_read(). */
enum kbm_code kbm_reg_file_deleted_values(const uint8_t *bytes, size_t length, unsigned codepage,
					  uint64_t *count, struct kbm_error *error);

/* Room that always suffices for the image of a .reg file of `length` bytes (a bound of the worst
 * case, some 100 times the usual size: for sparse mappings only), at most KBM_HIVE_MAX_BYTES. */
size_t kbm_reg_file_image_bound(size_t length);
/* The file as a hive image of format 1.5 with no times and with its gaps kept, written to `image`.
 * The root is unnamed but for "registry"; its children are HKEY_LOCAL_MACHINE and so on. KBM_LIMIT
 * with the size needed where `capacity` does not suffice. `work` (may be NULL) counts the bytes
 * that were read. */
enum kbm_code kbm_reg_file_to_image(const uint8_t *bytes, size_t length, unsigned codepage,
				    uint8_t *image, size_t capacity, size_t *image_length,
				    struct kbm_long_work *work, struct kbm_error *error);

#endif
