/* What a test has written as a .reg file, and what was said of it. */
#ifndef KBM_TEST_REG_OUTPUT_H
#define KBM_TEST_REG_OUTPUT_H

#include "base/bytes.h"
#include "source/hive_export.h"

struct reg_output {
	struct kbm_bytes file;
	struct kbm_bytes notes; /* a line each */
	struct kbm_hive_export_report report;
	struct kbm_error error;
	enum kbm_code code;
};

/* Empty, with room for 256 MiB. */
void reg_output_init(struct reg_output *output);
void reg_output_clear(struct reg_output *output);
/* Puts what it takes into the output. */
struct kbm_hive_export_sink reg_output_sink(struct reg_output *output);

#endif
