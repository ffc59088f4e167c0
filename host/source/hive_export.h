/* A hive, or a part of it, as the text of a .reg file.
 *
 * Each key is followed by its values and then by its subkeys, all sorted as a dump is. A .reg file
 * holds names, types and data: no times, classes or security descriptors. */
#ifndef KBM_SOURCE_HIVE_EXPORT_H
#define KBM_SOURCE_HIVE_EXPORT_H

#include "source/hive.h"

#include <stdbool.h>

struct kbm_hive_export_order {
	bool regedit4;	   /* the form of NT 4.0, in `codepage`; else 5.00 */
	unsigned codepage; /* a Windows single-byte code page */
	const char *path;  /* of the key as the file is to name it; "": its subkeys are root keys */
	bool has_gaps;	   /* the hive is an image of an export: hive_gaps.h counts */
};

/* Receives the file's bytes in order, and what is said of the export on its way. Both are borrowed
 * for the call; a code other than KBM_OK ends the export and is returned, *error is filled then. */
struct kbm_hive_export_sink {
	void *context;
	enum kbm_code (*take_bytes)(void *context, const uint8_t *bytes, size_t length,
				    struct kbm_error *error);
	enum kbm_code (*take_note)(void *context, const char *note, struct kbm_error *error);
};

struct kbm_hive_export_report {
	uint64_t keys;
	uint64_t values;
	uint64_t omitted; /* keys, with all below them, and values that the form cannot hold */
	uint64_t damages; /* places that could not be read */
};

/* Exports `key` and all below it. What the form cannot hold (a name with a line break, a text that
 * the code page lacks) is left out, with a note and a comment in the file, and ends in KBM_REFUSED;
 * what cannot be read, in KBM_UNREADABLE, with a note each; the message counts them. The report
 * (from {0}) is filled either way. Each cell is read for one place only, and lists and text have
 * budgets: KBM_LIMIT. KBM_USAGE: the code page is not known. */
enum kbm_code kbm_hive_export(const struct kbm_hive *hive, kbm_cell key,
			      const struct kbm_hive_export_order *order,
			      const struct kbm_hive_export_sink *sink,
			      struct kbm_hive_export_report *report, struct kbm_error *error);

#endif
