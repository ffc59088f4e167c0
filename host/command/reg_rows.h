/* Rows of an answer on their way to standard output, in the form that -f names. */
#ifndef KBM_COMMAND_REG_ROWS_H
#define KBM_COMMAND_REG_ROWS_H

#include "base/bytes.h"
#include "command/damage_notes.h"
#include "command/options.h"
#include "command/progress.h"
#include "guard/broker.h"
#include "report/report_dump.h"

struct kbm_reg_rows {
	struct kbm_bytes out;
	enum kbm_format format;
	enum kbm_registry_query_kind kind;
	bool data_only; /* get of one value, as text */
	bool canonical; /* dump */
	size_t count;
	struct kbm_dump_line line;	/* dump, for programs: the line under way */
	struct kbm_damage_notes damage; /* told behind the rows */
	struct kbm_progress progress;
	bool stuck; /* standard output takes no more; that was said, or is no news */
};

/* Released with kbm_reg_rows_clear(). */
void kbm_reg_rows_begin(struct kbm_reg_rows *rows, const struct kbm_options *options,
			const struct kbm_registry_query *query);
/* Prints a row: a kbm_row_sink, whose context the rows are. */
enum kbm_code kbm_reg_rows_take(void *context, const struct kbm_registry_row *row,
				struct kbm_error *error);
/* Appends the end to what is still to be printed. `is_stale`: a file was not written to its end. */
void kbm_reg_rows_end(struct kbm_reg_rows *rows, bool is_whole, bool is_stale);
void kbm_reg_rows_clear(struct kbm_reg_rows *rows);

#endif
