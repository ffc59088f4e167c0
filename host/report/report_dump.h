/* Lines of a dump (hive_dump.h) as rows for programs: JSON and comma-separated values. */
#ifndef KBM_REPORT_REPORT_DUMP_H
#define KBM_REPORT_REPORT_DUMP_H

#include "base/bytes.h"
#include "guard/broker.h"

/* A line that was read: a key's path and time, or a value with its key's path. */
struct kbm_dump_line {
	struct kbm_registry_row row; /* borrows from the others */
	struct kbm_bytes path;
	struct kbm_bytes name;
	struct kbm_bytes data;
};
void kbm_dump_line_init(struct kbm_dump_line *line);
void kbm_dump_line_clear(struct kbm_dump_line *line);

/* Reads a line as a child sent it; names are as they are in the hive then. KBM_INTERNAL: it is no
 * line of a dump. */
enum kbm_code kbm_dump_line_read(const char *text, size_t length, struct kbm_dump_line *line,
				 struct kbm_error *error);

/* One JSON object on a line: kind, path, and last_written or name, type and data. False when `out`
 * is full. */
bool kbm_report_dump_json(const struct kbm_dump_line *line, struct kbm_bytes *out);
/* The columns' names, and a row. */
bool kbm_report_dump_csv_header(struct kbm_bytes *out);
bool kbm_report_dump_csv(const struct kbm_dump_line *line, struct kbm_bytes *out);

#endif
