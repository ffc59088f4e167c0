/* A directory's values as people read them. Pure. */
#ifndef KBM_REPORT_ATTRIBUTE_VALUE_H
#define KBM_REPORT_ATTRIBUTE_VALUE_H

#include "base/bytes.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>

enum kbm_reading_kind {
	KBM_READING_TEXT,   /* clean text, as it is */
	KBM_READING_BINARY, /* hexadecimal, cut, with its size */
	KBM_READING_GUID,   /* 3f2504e0-4f89-11d3-9a0c-0305e82c3301, MS-DTYP 2.3.4.3 */
	KBM_READING_SID,    /* S-1-5-21-..., MS-DTYP 2.4.2.1 */
	KBM_READING_TIME    /* clean text, a FILETIME; with the time in UTC in brackets */
};

/* Appends the value as it is read (not escaped: for the page, or for kbm_text_escape()); the kind
 * says how. A value that breaks its attribute's form is read as text or binary. When `out` is full
 * it says so itself. */
enum kbm_reading_kind kbm_attribute_read(const char *name, const struct kbm_blob *value,
					 struct kbm_bytes *out);
/* UTF-8 without controls other than tab, line feed and carriage return. */
bool kbm_attribute_is_text(const struct kbm_blob *value);

#endif
