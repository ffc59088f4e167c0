/* What every command that works on a target holds: paths, the worker, scripts. */
#ifndef KBM_COMMAND_SESSION_H
#define KBM_COMMAND_SESSION_H

#include "command/options.h"
#include "command/paths.h"
#include "command/progress.h"
#include "guard/broker.h"
#include "report/report.h"

struct kbm_session {
	struct kbm_paths paths;
	struct kbm_broker *broker;
	struct kbm_source server; /* the options' directory server; its path is NULL: none */
	const struct kbm_options *options; /* borrowed, as long as the session */
	struct kbm_progress preparing;
};

/* Finds the installation's parts, has the options' directory server called and starts the worker.
 * *session (from {0}) stays where it is until kbm_session_close(), which releases it, also after a
 * failure. */
enum kbm_code kbm_session_open(const struct kbm_options *options, struct kbm_session *session,
			       struct kbm_error *error);
void kbm_session_close(struct kbm_session *session);

/* How results are to look on this standard output. */
struct kbm_report_style kbm_session_style(const struct kbm_options *options);

#endif
