/* Options: one table says each one's name, argument and help; commands name those they take. */
#ifndef KBM_COMMAND_OPTIONS_H
#define KBM_COMMAND_OPTIONS_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "guard/broker.h"
#include "plan/plan.h"
#include "report/report.h"
#include "source/dn.h"
#include "source/hive_find.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>

enum kbm_option_id {
	KBM_OPTION_END,
	KBM_OPTION_TARGET,
	KBM_OPTION_URI,
	KBM_OPTION_BIND_DN,
	KBM_OPTION_PROMPT,
	KBM_OPTION_PASSWORD_FILE,
	KBM_OPTION_START_TLS,
	KBM_OPTION_MECHANISM,
	KBM_OPTION_CA_FILE,
	KBM_OPTION_FOLLOW,
	KBM_OPTION_SERVER_TIMEOUT,
	KBM_OPTION_NAME,
	KBM_OPTION_CONTROL_SET,
	KBM_OPTION_CODEPAGE,
	KBM_OPTION_LOGS,
	KBM_OPTION_RECOVER_LOGS,
	KBM_OPTION_PARAMETER,
	KBM_OPTION_DRY_RUN,
	KBM_OPTION_APPLY,
	KBM_OPTION_ONLY,
	KBM_OPTION_RECOVER,
	KBM_OPTION_YES,
	KBM_OPTION_NO_INPUT,
	KBM_OPTION_VERIFY,
	KBM_OPTION_STATE_DIR,
	KBM_OPTION_BACKUP_DIR,
	KBM_OPTION_READ_ONLY,
	KBM_OPTION_BASE,
	KBM_OPTION_SCOPE,
	KBM_OPTION_DEPTH,
	KBM_OPTION_SECRETS,
	KBM_OPTION_OUTPUT,
	KBM_OPTION_EXPORT,
	KBM_OPTION_EMIT,
	KBM_OPTION_EMIT_FORM,
	KBM_OPTION_REG_FORM,
	KBM_OPTION_ROOT,
	KBM_OPTION_FORMAT,
	KBM_OPTION_ENTRY_FORMAT,
	KBM_OPTION_DIFF_FORMAT,
	KBM_OPTION_TABLE_FORMAT,
	KBM_OPTION_RUN_FORMAT,
	KBM_OPTION_IN,
	KBM_OPTION_REGEX,
	KBM_OPTION_EXACT,
	KBM_OPTION_NEWER,
	KBM_OPTION_TYPE,
	KBM_OPTION_CANONICAL,
	KBM_OPTION_FORM,
	KBM_OPTION_LEFT_FORM,
	KBM_OPTION_RIGHT_FORM,
	KBM_OPTION_TO,
	KBM_OPTION_SCRIPTS,
	KBM_OPTION_SEVERITY,
	KBM_OPTION_CATEGORY,
	KBM_OPTION_CASES,
	KBM_OPTION_CASE,
	KBM_OPTION_ACCEPT,
	KBM_OPTION_COMPLETE,
	KBM_OPTION_JUNIT,
	KBM_OPTION_JOBS,
	KBM_OPTION_TIMEOUT,
	KBM_OPTION_MEMORY,
	KBM_OPTION_UNSAFE,
	KBM_OPTION_COLOR,
	KBM_OPTION_VERBOSE,
	KBM_OPTION_QUIET,
	KBM_OPTION_HELP,
	KBM_OPTION_VERSION,
	KBM_OPTION_COUNT
};

/* How a directory server is met, for a command's list; -b is apart, since `dir get` has none. */
#define KBM_SERVER_OPTIONS                                                                     \
	KBM_OPTION_URI, KBM_OPTION_BIND_DN, KBM_OPTION_PROMPT, KBM_OPTION_PASSWORD_FILE,       \
	    KBM_OPTION_MECHANISM, KBM_OPTION_START_TLS, KBM_OPTION_CA_FILE, KBM_OPTION_FOLLOW, \
	    KBM_OPTION_SERVER_TIMEOUT

/* What a command that changes a target takes beside the options that name it. */
#define KBM_APPLY_OPTIONS                                                             \
	KBM_OPTION_YES, KBM_OPTION_NO_INPUT, KBM_OPTION_VERIFY, KBM_OPTION_STATE_DIR, \
	    KBM_OPTION_BACKUP_DIR, KBM_OPTION_READ_ONLY

enum { KBM_DEFAULT_CODEPAGE = 1252 };

/* What was said about a directory server. */
struct kbm_server_options {
	const char *uri;
	const char *bind_dn;
	bool prompts;
	const char *password_file;
	unsigned start_tls; /* how often -Z was given */
	const char *mechanism;
	const char *ca_file;
	const char *followed[KBM_LDAP_MAX_FOLLOWED];
	size_t followed_count;
	unsigned timeout_ms; /* 0: the default */
};

enum kbm_color { KBM_COLOR_AUTO, KBM_COLOR_ALWAYS, KBM_COLOR_NEVER };
enum kbm_consent_given { KBM_CONSENT_ASK, KBM_CONSENT_YES, KBM_CONSENT_HIGH };
enum kbm_emit_form { KBM_EMIT_AUTO, KBM_EMIT_REGEDIT4, KBM_EMIT_REGEDIT5 };

/* What was said about tests of scripts. */
struct kbm_test_options {
	const char *cases; /* a folder, or NULL */
	const char *only;  /* the one case, or NULL: all */
	const char *junit; /* a file, or NULL */
	bool accepts;
	bool is_strict; /* --complete */
	unsigned jobs;	/* 0: as many as there are processors */
};

/* What was given. Texts are borrowed from argv; params are owned (kbm_options_clear). */
struct kbm_options {
	const char *targets[KBM_MAX_TARGETS];
	size_t target_count;
	/* A plan's files in place of those, each mounted as it says; NULL: none. Borrowed. */
	const struct kbm_target_identity *planned;
	struct kbm_server_options server;
	const char *name;
	int selection;		    /* of a control set, as kbm_registry_select() */
	const char *selection_text; /* as given, or NULL */
	unsigned codepage;
	enum kbm_logs_use logs;
	struct kbm_params params;
	struct kbm_find_order find; /* but for the pattern; parts 0: not said */
	bool dry_run;
	bool apply;
	bool recovers;
	const char *only; /* "1,3", or NULL */
	enum kbm_consent_given consent;
	bool no_input;
	bool verify_full;
	const char *state_dir;	/* NULL: the user's */
	const char *backup_dir; /* NULL: beside the journal */
	bool read_only;
	const char *output;
	const char *emit_reg; /* the FILE of reg:FILE, or NULL */
	const char *emit_ldif;
	const char *root; /* what a .reg file calls a hive's root, or NULL */
	enum kbm_emit_form emit_form;
	enum kbm_format format;
	const char *base; /* as given, or NULL */
	enum kbm_scope scope;
	unsigned depth; /* levels; only with has_depth */
	bool has_depth;
	bool include_secrets;
	bool canonical;
	enum kbm_dn_form left_form;
	enum kbm_dn_form right_form;
	enum kbm_dn_form to_form; /* KBM_DN_DETECT: the one that the name is not in */
	const char *scripts;
	enum kbm_severity severity; /* this one and worse */
	const char *categories[KBM_MAX_CATEGORIES];
	size_t category_count; /* 0: any */
	struct kbm_test_options test;
	bool takes_numbers; /* set before parsing: "-1328" is an operand */
	unsigned timeout_ms;
	unsigned memory_mib;
	bool unsafe;
	enum kbm_color color;
	bool verbose;
	bool quiet;
	bool help;
	bool version;
};

/* Parses options and moves the operands to argv's end, in place of options' words that were read.
 * `allowed` ends with KBM_OPTION_END; --help is always allowed. On success *first_operand is argv's
 * index of the first operand. KBM_USAGE: the message names the option, and the nearest one that
 * exists. */
enum kbm_code kbm_options_parse(int argc, char **argv, const enum kbm_option_id *allowed,
				struct kbm_options *options, int *first_operand,
				struct kbm_error *error);
void kbm_options_clear(struct kbm_options *options);

/* Appends lines; what does not fit into 80 columns is wrapped between words, each line from column
 * `indent` on; `column` is where the output's line stands now. False when `out` is full. */
bool kbm_options_wrap(struct kbm_bytes *out, size_t column, size_t indent, const char *words);

/* The help lines of these options; false when `out` is full. */
bool kbm_options_help(const enum kbm_option_id *allowed, struct kbm_bytes *out);

#endif
