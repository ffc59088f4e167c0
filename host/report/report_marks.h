/* Two texts one above the other, marked where they differ. Pure: texts in, bytes out. */
#ifndef KBM_REPORT_REPORT_MARKS_H
#define KBM_REPORT_REPORT_MARKS_H

#include "base/bytes.h"

struct kbm_marks_layout {
	size_t indent;	      /* columns before the labels */
	size_t label_columns; /* of the labels, with the blanks behind */
	size_t width;	      /* columns of a line; longer texts are cut round the difference */
};

/* Each text on a line of its own behind its label, escaped for terminals; `^` under what differs;
 * for short differences that may look alike the code points too (`show_code_points`). A text may be
 * NULL: it is shown as (none), and nothing is marked. False when `out` is full. */
bool kbm_report_marks(const char *left_label, const char *left, const char *right_label,
		      const char *right, bool show_code_points,
		      const struct kbm_marks_layout *layout, struct kbm_bytes *out);

#endif
