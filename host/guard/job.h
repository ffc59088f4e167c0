/* The jobs' functions, as they run inside a jailed child. */
#ifndef KBM_GUARD_JOB_H
#define KBM_GUARD_JOB_H

#include "base/limits.h"
#include "guard/channel.h"
#include "guard/jail.h"
#include "guard/jobs.h"
#include "script/engine.h"

struct kbm_job_input {
	const uint8_t *bytes; /* mapped for reading; never NULL */
	size_t length;
};

struct kbm_job_call {
	enum kbm_job_id job;
	struct kbm_channel *channel; /* to kbmend */
	struct kbm_engine *engine;   /* NULL for jobs that run no Lua */
	struct kbm_job_input inputs[KBM_CHILD_MAX_INPUTS];
	size_t input_count;
	uint8_t *output; /* mapped for writing, or NULL */
	size_t output_length;
	struct kbm_bytes start; /* the body of the first message */
	struct kbm_jail_state jail;
};

/* KBM_OK: everything was sent, DONE follows. Else *error is sent as FAILED. */
typedef enum kbm_code kbm_job_function(struct kbm_job_call *call, struct kbm_error *error);
kbm_job_function kbm_job_header;
kbm_job_function kbm_job_profile;
kbm_job_function kbm_job_prepare;
kbm_job_function kbm_job_script;
kbm_job_function kbm_job_directory_file;
kbm_job_function kbm_job_registry;
kbm_job_function kbm_job_export;
kbm_job_function kbm_job_diff;
kbm_job_function kbm_job_check;
kbm_job_function kbm_job_doctor;
kbm_job_function kbm_job_second_read;
kbm_job_function kbm_job_edit;
kbm_job_function kbm_job_verify;

/* The engine's way out of a run (kbm_engine_end): sends what was printed and END, and ends the
 * process. `context` is the struct kbm_job_call. Allocates nothing: a signal handler may call it.
 */
void kbm_job_end(void *context, enum kbm_verdict verdict, const char *reason, const char *place);

/* What the child says when the input's file shrinks under its mapping. */
void kbm_job_name_input(struct kbm_job_call *call, size_t input, const char *path);
/* The same for a target's sources. KBM_INTERNAL: there are fewer inputs than sources that can be
 * read. */
enum kbm_code kbm_job_name_sources(struct kbm_job_call *call,
				   const struct kbm_start_source *sources, size_t count,
				   struct kbm_error *error);

#endif
