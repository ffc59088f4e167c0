/* A target for tests of script/: a small registry and directory held in tables, which can be told
 * to fail; and a run of a script in a child process, whose outcome comes back as texts. */
#ifndef KBM_TESTS_FAKE_TARGET_H
#define KBM_TESTS_FAKE_TARGET_H

#include "base/limits.h"
#include "script/engine.h"

#include <stdbool.h>
#include <stddef.h>

struct fake_options {
	bool without_registry;
	bool without_directory;
	bool without_fix;
	bool omits_reads;
	unsigned cpu_ms;
	size_t memory_bytes; /* 0: 32 MiB */
	const char *module;  /* text of a module "kb.test", or NULL */
	struct kbm_params params;
	const struct kbm_text_list *users; /* below HKU, or NULL */
};

struct fake_outcome {
	enum kbm_code load;
	enum kbm_code run;
	bool ended; /* through `end` */
	int status; /* of the process; 0 unless it died */
	enum kbm_verdict verdict;
	char error[KBM_ERROR_MESSAGE_BYTES];
	char reason[4096];
	char place[256];
	char output[8192];
	size_t output_length;
	size_t findings, changes, reads;
	char text[16384]; /* findings, changes and reads, one a line */
	char asked[256];  /* of the directory, last */
};

/* In this process: loads and runs, fills *outcome. A run that ends, ends the process. */
void fake_run_here(const char *script, size_t length, const struct fake_options *options,
		   struct fake_outcome *outcome);
/* In a child. The outcome is in a shared mapping, which may be forgotten. `options` may be NULL. */
struct fake_outcome *fake_run_text(const char *script, size_t length,
				   const struct fake_options *options);
/* A script around a check's body; it has the parameters s, n (default 7), b and c. */
struct fake_outcome *fake_check(const char *body, const struct fake_options *options);
/* A check that fails once and a fix with the given body; IMC is a local. */
struct fake_outcome *fake_fix(const char *body, const struct fake_options *options);

#endif
