/* Running one script: its text, the primitives it may use, what it is asked, what it answered.
 *
 * A script's `pass` and `fail` are results. A world that could not be looked at, or a limit, ends
 * the run at once through `end`, which never returns, so that a script's pcall cannot hide it. */
#ifndef KBM_SCRIPT_ENGINE_H
#define KBM_SCRIPT_ENGINE_H

#include "base/error.h"
#include "plan/profile_info.h"
#include "plan/result.h"
#include "plan/script_info.h"
#include "source/service.h"

/* A Lua state under the strict profile with the stdlib loaded. One a process: fork to run. */
struct kbm_engine;

struct kbm_engine_limits {
	size_t memory_bytes; /* the Lua heap */
	unsigned cpu_ms;     /* 0: no timer (in-process tests) */
};

/* Ends the run: `unknown` for a world that could not be looked at, `error` for a limit. Never
 * returns. `place` is "file:line" or "". Called from inside Lua and from a signal handler's safe
 * path, hence no allocation is needed to call it. */
typedef void kbm_engine_end(void *context, enum kbm_verdict verdict, const char *reason,
			    const char *place);

/* "Lua 5.4.4" */
const char *kbm_engine_version(void);

/* On success *engine is the caller's, released with kbm_engine_free(). */
enum kbm_code kbm_engine_make(const struct kbm_engine_limits *limits, struct kbm_engine **engine,
			      struct kbm_error *error);
void kbm_engine_free(struct kbm_engine *engine);
/* Adds a stdlib module ("kb.exchange") for require; loaded at once, so that forks share it. Modules
 * that it requires must have been added before. */
enum kbm_code kbm_engine_add_module(struct kbm_engine *engine, const char *name, const char *text,
				    size_t length, struct kbm_error *error);
/* When all modules are there and before the first fork: puts garbage away, and lets the next time
 * come late, since a collection in a child would touch, and so copy, all that it shares. */
void kbm_engine_settle(struct kbm_engine *engine);
/* Names the function that ends a run, and restarts the limits: in the child, before a script. */
enum kbm_code kbm_engine_enter(struct kbm_engine *engine, const struct kbm_engine_limits *limits,
			       kbm_engine_end *end, void *context, struct kbm_error *error);

/* Loads a script's text and checks its header. `name` is shown in messages ("Q298565.lua"). On
 * success *info (start from {0}; NULL: not wanted) is the caller's. KBM_INVALID: "Q298565.lua:
 * severity: ...". */
enum kbm_code kbm_engine_load(struct kbm_engine *engine, const char *name, const char *text,
			      size_t length, struct kbm_script_info *info, struct kbm_error *error);

/* The same of a profile's file, whose table names scripts; no script is loaded then. */
enum kbm_code kbm_engine_load_profile(struct kbm_engine *engine, const char *name, const char *text,
				      size_t length, struct kbm_profile *profile,
				      struct kbm_error *error);

/* The loaded script's header, borrowed until the next load. */
const struct kbm_script_info *kbm_engine_info(const struct kbm_engine *engine);

struct kbm_engine_input {
	const struct kbm_registry_service *registry;   /* NULL: the target has none */
	const struct kbm_directory_service *directory; /* NULL: the target has none */
	const struct kbm_params *params;	       /* as given; checked against the header */
	const char *target_name;		       /* --name, or NULL */
	const char *computer_name;		       /* from SYSTEM, or NULL: not known */
	const char *control_set;		       /* or NULL */
	const struct kbm_text_list *users;	       /* names below HKU; NULL: not known, none */
	const char *users_problem; /* why the users may not be all; NULL: they are */
	bool with_fix;		   /* call fix for each finding; false for a check on an overlay */
	bool omits_reads; /* nobody wants to know what was read where the script passes, or is not
			     for this target */
};

/* Runs applies, check and, when asked, fix of the loaded script. Always fills *result (start from
 * {0}; the caller's), unless the run ended through `end`: kbm_engine_partial() then has what was
 * gathered so far. A Lua error or a script's mistake is verdict `error`. Returns KBM_OK, or
 * KBM_USAGE for parameters that do not fit the header (the message names the parameter and what is
 * allowed). */
enum kbm_code kbm_engine_run(struct kbm_engine *engine, const struct kbm_engine_input *input,
			     struct kbm_result *result, struct kbm_error *error);
/* What the run in progress gathered: for `end`. Borrowed. */
struct kbm_result *kbm_engine_partial(struct kbm_engine *engine);

#endif
