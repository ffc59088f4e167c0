/* Opening what commands need, and looking at the terminal. */
#include "command/session.h"

#include "base/limits.h"
#include "base/text.h"
#include "command/command.h"
#include "command/server_options.h"
#include "command/stock.h"
#include "command/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who grants more CPU time waits longer, too. 0: the default. */
static unsigned wall_ms(unsigned cpu_ms)
{
	return cpu_ms > KBM_CHILD_WALL_MS / 2 ? 2 * cpu_ms : 0;
}

/* What the sandbox lacks: for who wants to know, and for who said that it may be missing. */
static enum kbm_code tell_sandbox(const struct kbm_options *options, struct kbm_broker *broker,
				  struct kbm_error *error)
{
	struct kbm_checkup checkup = {0};
	if (!options->unsafe && !options->verbose)
		return KBM_OK;
	enum kbm_code code = kbm_broker_checkup(broker, &checkup, error);
	if (code != KBM_OK)
		return code;
	const int *errors = checkup.jail.errors;
	if (options->unsafe && errors[KBM_JAIL_SYSTEM_CALLS] != 0)
		kbm_command_note("warning: --unsafe-no-sandbox: system calls are not filtered here "
				 "(%s): a hostile script or hive may do all that you may",
				 strerror(errors[KBM_JAIL_SYSTEM_CALLS]));
	else if (options->unsafe)
		kbm_command_note("warning: --unsafe-no-sandbox: not needed here, the sandbox holds "
				 "and is used; leave the option out");
	for (size_t i = 0; i < KBM_JAIL_LAYER_COUNT && options->verbose; i++)
		if (errors[i] != 0 && !kbm_jail_texts[i].required)
			kbm_command_note("the sandbox goes without %s (%s): %s",
					 kbm_jail_texts[i].name, kbm_jail_texts[i].effect,
					 strerror(errors[i]));
	kbm_checkup_clear(&checkup);
	return KBM_OK;
}

static enum kbm_code open_server(const struct kbm_options *options, struct kbm_source *source,
				 struct kbm_error *error)
{
	struct kbm_server server = {.password = -1, .authorities = -1};
	const char *uri = NULL;
	enum kbm_code code = kbm_server_options_uri(options, &uri, error);
	if (code != KBM_OK || uri == NULL)
		return code;
	code = kbm_server_options_open(options, uri, &server, error);
	return code == KBM_OK ? kbm_source_from_server(uri, &server, source, error) : code;
}

/* --- a large source is prepared -------------------------------------------------------------- */

static void begin_preparing(void *context)
{
	struct kbm_session *session = context;
	kbm_progress_begin(&session->preparing, session->options, "bytes read");
}

static void tell_preparing(void *context, uint64_t done)
{
	struct kbm_session *session = context;
	kbm_progress_show(&session->preparing, done);
}

static void end_preparing(void *context)
{
	struct kbm_session *session = context;
	kbm_progress_erase(&session->preparing);
}

static void listen_to(struct kbm_session *session, const struct kbm_options *options)
{
	const struct kbm_broker_listener listener = {begin_preparing, tell_preparing, end_preparing,
						     session};
	session->options = options;
	kbm_broker_listen(session->broker, &listener);
}

/* --- the whole ------------------------------------------------------------------------------- */

enum kbm_code kbm_session_open(const struct kbm_options *options, struct kbm_session *session,
			       struct kbm_error *error)
{
	enum kbm_code code = kbm_paths_find(&session->paths, error);
	if (code != KBM_OK)
		return code;
	if (options->include_secrets)
		umask(S_IRWXG | S_IRWXO); /* a file with secrets is its owner's alone */
	code = open_server(options, &session->server, error);
	if (code != KBM_OK)
		return code;
	/* Who has to type a password is not asked before everything else is found right. */
	bool is_called = session->server.path != NULL && !session->server.server->prompts;
	const struct kbm_broker_options broker = {
	    .server = is_called ? &session->server : NULL,
	    .worker_path = session->paths.worker,
	    .directory_path = session->paths.directory,
	    .stdlib_path = session->paths.stdlib,
	    .headers = &kbm_stock_headers,
	    .cpu_ms = options->timeout_ms,
	    .wall_ms = wall_ms(options->timeout_ms),
	    .memory_mib = options->memory_mib,
	    .logs = options->logs,
	    .unsafe = options->unsafe,
	    .tells_secrets = options->include_secrets,
	};
	code = kbm_broker_open(&broker, &session->broker, error);
	if (code != KBM_OK)
		return code;
	listen_to(session, options);
	return tell_sandbox(options, session->broker, error);
}

void kbm_session_close(struct kbm_session *session)
{
	kbm_broker_close(session->broker);
	session->broker = NULL;
	kbm_source_clear(&session->server);
	kbm_paths_clear(&session->paths);
}

static bool wants_color(enum kbm_color color)
{
	switch (color) {
	case KBM_COLOR_ALWAYS:
		return true;
	case KBM_COLOR_NEVER:
		return false;
	case KBM_COLOR_AUTO:
		break;
	}
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	return (no_color == NULL || no_color[0] == '\0') && isatty(STDOUT_FILENO) &&
	       (terminal == NULL || !kbm_text_equals_ascii_case(terminal, "dumb"));
}

struct kbm_report_style kbm_session_style(const struct kbm_options *options)
{
	return (struct kbm_report_style){
	    .utf8 = kbm_text_equals_ascii_case(nl_langinfo(CODESET), "UTF-8"),
	    .color = wants_color(options->color),
	    .verbose = options->verbose,
	    .quiet = options->quiet,
	    .width = kbm_terminal_width(STDOUT_FILENO),
	};
}
