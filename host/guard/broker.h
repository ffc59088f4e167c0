/* kbmend's side of the process boundary: the worker, its jailed children, and what they answer.
 *
 * The broker opens no foreign format and trusts no frame. A child that crashes, hangs or breaks the
 * protocol ends its own job with a clear message; the worker and the other jobs go on. */
#ifndef KBM_GUARD_BROKER_H
#define KBM_GUARD_BROKER_H

#include "base/error.h"
#include "base/sha256.h"
#include "guard/jail.h"
#include "plan/plan.h"
#include "plan/profile_info.h"
#include "plan/result.h"
#include "plan/second_reading.h"
#include "plan/script_info.h"
#include "source/hive_check.h"
#include "source/hive_export.h"
#include "source/hive_find.h"
#include "source/hive_log.h"
#include "source/ldap_settings.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct kbm_broker;

struct kbm_known_headers;
struct kbm_source;

/* What is done with the transaction logs of a hive that was not written to its end. */
enum kbm_logs_use {
	KBM_LOGS_AUTO,	  /* they are replayed in memory; where none can be, the hive stays dirty */
	KBM_LOGS_REQUIRE, /* where none can be replayed, the hive is refused */
	KBM_LOGS_IGNORE	  /* they are not looked for */
};

struct kbm_broker_options {
	const char *worker_path;    /* kbmend-worker */
	const char *directory_path; /* kbmend-directory; NULL: no directory server can be named */
	const char *stdlib_path;    /* folder: every .lua below kb/ and at its top is a module */
	const struct kbm_known_headers *headers; /* that are not read again; NULL: none. Borrowed */
	unsigned cpu_ms; /* a script child's CPU time; 0: the default of base/limits.h */
	unsigned wall_ms;
	unsigned memory_mib;
	/* A server that is called while the worker starts; NULL: none. Borrowed for the call. */
	const struct kbm_source *server;
	enum kbm_logs_use logs;
	bool unsafe;	    /* jobs go on where system calls cannot be filtered */
	bool tells_secrets; /* scripts are told a directory's passwords and keys */
};

/* Starts the worker and shakes hands (versions must be equal). On success *broker is the caller's;
 * kbm_broker_close() stops the worker and waits for it. */
enum kbm_code kbm_broker_open(const struct kbm_broker_options *options, struct kbm_broker **broker,
			      struct kbm_error *error);
void kbm_broker_close(struct kbm_broker *broker);

/* Who is told how far the preparing of a large source is, which has an end whatever comes of it. */
struct kbm_broker_listener {
	void (*begin)(void *context);
	void (*tell)(void *context, uint64_t done); /* bytes of the file */
	void (*end)(void *context);
	void *context;
};
void kbm_broker_listen(struct kbm_broker *broker, const struct kbm_broker_listener *listener);

/* What the sandbox is here, found out by entering it. */
struct kbm_checkup {
	struct kbm_jail_state jail;
	bool kills;			/* a forbidden system call did end a child */
	struct kbm_text_list libraries; /* of the worker: "Lua 5.4.4" */
};
/* Fills *checkup (from {0}; the caller's, released with kbm_checkup_clear()), also where the jail
 * lacks what is required. */
enum kbm_code kbm_broker_checkup(struct kbm_broker *broker, struct kbm_checkup *checkup,
				 struct kbm_error *error);
/* The same of kbmend-directory, which is started for it. KBM_IO, KBM_INTERNAL: it does not answer.
 */
enum kbm_code kbm_broker_checkup_server(struct kbm_broker *broker, struct kbm_checkup *checkup,
					struct kbm_error *error);
void kbm_checkup_clear(struct kbm_checkup *checkup);

/* What tells the stdlib from another one: the hash of its modules' names and texts. */
enum kbm_code kbm_broker_stdlib_sha256(struct kbm_broker *broker,
				       char hex[static KBM_SHA256_HEX_BYTES],
				       struct kbm_error *error);

/* Loads a script in a child, unless its header is known, and hands out the header. `name` is shown
 * in messages. */
enum kbm_code kbm_broker_header(struct kbm_broker *broker, const char *name, const char *text,
				size_t length, struct kbm_script_info *info,
				struct kbm_error *error);
/* The first half of that, whose child works while others have their turn: name and text must live
 * until the second. One of the two that follow must be called, before the broker is closed. Of more
 * than KBM_JOBS_AHEAD the others begin at their turn. NULL: no memory. */
struct kbm_ahead;
struct kbm_ahead *kbm_broker_begin_header(struct kbm_broker *broker, const char *name,
					  const char *text, size_t length);
enum kbm_code kbm_broker_end_header(struct kbm_ahead *ahead, struct kbm_script_info *info,
				    struct kbm_error *error);
/* Gives a job up whose turn does not come. NULL does nothing. */
void kbm_ahead_drop(struct kbm_ahead *ahead);
/* Whether one more is of use: there is a processor for it. Those that have begun to answer, or to
 * ask, wait for their turn and need none. */
bool kbm_broker_has_room(const struct kbm_broker *broker);
/* Waits until one that works has begun to answer, to ask or to end. False: no other could begin
 * then. */
bool kbm_broker_await_room(const struct kbm_broker *broker);
/* The same of a profile's file, of at most KBM_SCRIPT_MAX_BYTES. */
enum kbm_code kbm_broker_profile(struct kbm_broker *broker, const char *name, const char *text,
				 size_t length, struct kbm_profile *profile,
				 struct kbm_error *error);

enum kbm_source_kind { KBM_SOURCE_HIVE, KBM_SOURCE_REG, KBM_SOURCE_LDIF, KBM_SOURCE_LDAP };

/* A directory server, and what only kbmend-directory reads; the descriptors are its own. */
struct kbm_server {
	struct kbm_ldap_settings settings;
	int password;	 /* a file or a terminal; -1: none */
	bool prompts;	 /* it is a terminal */
	int authorities; /* certificates in PEM form; -1: none */
};

/* A transaction log beside a hive that needs them. */
struct kbm_source_log {
	char *path;	  /* NULL: there is none */
	struct stat read; /* of one that was read: as it was then */
	struct kbm_log_report report;
};

/* A source after `prepare`: what it is and what later jobs map. */
struct kbm_source {
	enum kbm_source_kind kind;
	char *path; /* as given */
	/* Why it cannot be read: its hive is there, and what is in it unknown. NULL: it can. Such a
	 * source has no descriptor. */
	char *problem;
	/* What later jobs map: the file itself, or a sealed memfd with a hive image: of a .reg, or
	 * of a hive with its logs replayed. */
	int descriptor;
	int file;	       /* the file at `path`: the same descriptor, but for an image */
	uint64_t size;	       /* bytes of the file at `path` */
	char *hive;	       /* a hive: SYSTEM, SOFTWARE, ... or "" when unknown; .reg: "" */
	char *stored_name;     /* a hive: the file name in its base block, may be cut; .reg: "" */
	uint32_t major, minor; /* hive only, as the following */
	uint32_t primary_sequence, secondary_sequence;
	uint64_t last_written;
	/* The image is the hive with its logs replayed. What the base block says (above) is still
	 * that of the file. */
	bool recovered;
	uint32_t recovered_sequence;		   /* both sequence numbers of the image */
	bool base_from_log;			   /* the file's base block is broken */
	struct kbm_source_log logs[KBM_HIVE_LOGS]; /* only of a hive that needs them */
	bool dirty;	     /* not written to its end, cut, or visibly damaged */
	bool cut;	     /* dirty in that the file ends before the hive does */
	char *dirty_reason;  /* one sentence, "" for clean */
	char *logs_reason;   /* why its logs do not mend it, and what helps; NULL: they do, or could
				not */
	char *computer_name; /* when the source holds it, or "" */
	char *control_set;   /* what CurrentControlSet means, by `selection`, or "" */
	struct kbm_text_list hives; /* .reg: the hives inside, "SYSTEM", ... */
	struct kbm_server *server;  /* KBM_SOURCE_LDAP, which has no descriptor; or NULL */
	unsigned reg_version;	    /* .reg: 4 for REGEDIT4, 5 for version 5.00; others: 0 */
};

/* What a source is for. A person may look into a cut hive; no script can tell anything from it: as
 * a target's such a hive, and one of which no key can be read, has the problem instead of a
 * descriptor. Who checks a hive's structure takes one of which no key can be read, too: nothing
 * else is known of it then. */
enum kbm_source_use { KBM_USE_SCRIPTS, KBM_USE_TARGET, KBM_USE_LOOK, KBM_USE_CHECK };

/* Finds out what `path` is by its content and makes it ready; a hive that needs its logs is
 * recovered in memory, as the broker's options say. KBM_INVALID, KBM_UNREADABLE: one clear sentence
 * that starts with the path; KBM_REFUSED: a hive is dirty and KBM_LOGS_REQUIRE is not met. On
 * success *source is the caller's, released with kbm_source_clear(), which closes the descriptor.
 */
enum kbm_code kbm_broker_prepare(struct kbm_broker *broker, const char *path,
				 enum kbm_source_use use, unsigned codepage, int selection,
				 struct kbm_source *source, struct kbm_error *error);
void kbm_source_clear(struct kbm_source *source);

/* A target: sources of one machine. Borrowed by every job that names it. */
struct kbm_target {
	const struct kbm_source *sources;
	size_t source_count;
	const char *name;	   /* --name, or NULL */
	const char *computer_name; /* or NULL */
	const char *control_set;   /* or NULL */
	int selection;		   /* as kbm_registry_select() */
};

bool kbm_source_is_directory(const struct kbm_source *source);
/* The target's directory, of which it has one at most; NULL: none. */
const struct kbm_source *kbm_target_directory(const struct kbm_target *target);
/* Whether a hive of that name is in the source. */
bool kbm_source_holds(const struct kbm_source *source, const char *hive);
/* The source that a typed change is made in; NULL: the target has none. */
const struct kbm_source *kbm_target_source_of(const struct kbm_target *target,
					      const struct kbm_change *change);

/* A hive that is there and cannot be read; `hive`: where it is mounted, "" when that is not known.
 * Copies the texts. On success *source is the caller's, released with kbm_source_clear(). */
enum kbm_code kbm_source_unreadable(const char *path, const char *hive, const char *problem,
				    struct kbm_source *source, struct kbm_error *error);
/* A source that is a server. Takes *server over, also on failure. */
enum kbm_code kbm_source_from_server(const char *path, struct kbm_server *server,
				     struct kbm_source *source, struct kbm_error *error);
void kbm_server_clear(struct kbm_server *server);

/* Has kbmend-directory call a server, unless it did, without waiting for it. */
enum kbm_code kbm_broker_call_server(struct kbm_broker *broker, const struct kbm_source *source,
				     struct kbm_error *error);
/* What is known of a server that was called. */
struct kbm_server_state {
	bool is_connected;
	bool is_encrypted;
	bool is_doubtful;    /* what a person was answered may lack what the bind is not shown */
	const char *warning; /* or "" */
};
struct kbm_server_state kbm_broker_server_state(const struct kbm_broker *broker);

/* Indexes the target's LDIF (when it has one and none is open yet) in a child that then answers the
 * searches of later runs; KBM_INVALID: "PATH: line 17: ...". Or waits until its server is
 * connected; KBM_UNREADABLE: it is not, and every search will say so. */
enum kbm_code kbm_broker_open_directory(struct kbm_broker *broker, const struct kbm_target *target,
					struct kbm_error *error);
/* Has the child begin with an LDIF file, without waiting for it. */
enum kbm_code kbm_broker_begin_directory(struct kbm_broker *broker, const struct kbm_target *target,
					 struct kbm_error *error);

/* One directory question of a person. Entries come as they are read, borrowed for the call; there
 * may be more of them than a script's answer may have. KBM_NOT_FOUND: no such base. A code other
 * than KBM_OK from the sink ends the search and is returned. */
typedef enum kbm_code kbm_entry_sink(void *context, const struct kbm_entry *entry,
				     struct kbm_error *error);
enum kbm_code kbm_broker_search(struct kbm_broker *broker, const struct kbm_target *target,
				const struct kbm_directory_request *request, kbm_entry_sink *sink,
				void *context, struct kbm_error *error);

/* Changes one entry of the target's server by one LDAP modify (RFC 4511 section 4.6), on the
 * connection that searches use. `changes`: KBM_MODIFY_ENTRY changes of that entry, one an
 * attribute, with the values before and after, as kbm_entry_change_check() (source/entry_change.h)
 * wants them; values come in plain form, never masked.
 *
 * The server compares: it refuses where a value that goes is not there, or one that comes is. Where
 * it has the assertion control (RFC 4528), it refuses too where any other value of before is
 * missing, or an attribute is there that was not, as far as a filter tells it; what it cannot tell
 * it does not compare: a further value beside those of before, one that differs in what its
 * matching rule ignores, more than KBM_LDAP_MAX_ASSERTION bytes. An attribute without an equality
 * rule can only be added.
 *
 * KBM_OK: the server did it. KBM_REFUSED: it did not, nothing was changed; the message says why.
 * KBM_UNREADABLE: no connection, nothing was sent. With *is_unknown, KBM_UNREADABLE too: the
 * request was sent and no answer came; whether it was done is not known. KBM_UNSUPPORTED: the
 * target's directory is an LDIF file. Others are mistakes of the caller, nothing was sent. No
 * request is sent a second time, and no referral is followed. Forgets all cached answers. */
enum kbm_code kbm_broker_modify(struct kbm_broker *broker, const struct kbm_target *target,
				const struct kbm_change *changes, size_t count, bool *is_unknown,
				struct kbm_error *error);
/* How much a directory had to do for scripts, so far. */
struct kbm_directory_use {
	size_t searches; /* that scripts made */
	size_t distinct; /* of these; what is asked under a plan's changes is no other question */
	size_t requests; /* that reached the directory, for scripts and for what lies under them */
};
struct kbm_directory_use kbm_broker_directory_use(const struct kbm_broker *broker);

/* Forgets all cached answers: what was written is seen by the next look. */
void kbm_broker_forget_answers(struct kbm_broker *broker);

/* From now on runs that pass, or do not apply, come without their reads: for who shows none, and
 * makes plans of the others only. There may be thousands. */
void kbm_broker_omit_reads(struct kbm_broker *broker);

/* A script and what it is to look at. */
struct kbm_script_order {
	const struct kbm_target *target;
	const char *name; /* shown in messages */
	const char *text;
	size_t length;
	const struct kbm_params *params; /* checked (plan/params.h); NULL: none */
	const struct kbm_change
	    *overlay; /* the target is seen as if these had been made; NULL: no */
	size_t overlay_count;
	bool with_fix;
	bool asks_no_directory; /* what is wrong with the target's does not matter then */
};
/* Runs a script in a fresh child. Always fills *result: a child that crashed, hung or met a limit
 * is verdict `error`, a world that could not be looked at `unknown`. KBM_REFUSED: there is no
 * sandbox, nothing ran. */
enum kbm_code kbm_broker_run(struct kbm_broker *broker, const struct kbm_script_order *order,
			     struct kbm_result *result, struct kbm_error *error);
/* That in two halves, as of a header; what the order points to must live until the second. */
struct kbm_ahead *kbm_broker_begin_run(struct kbm_broker *broker,
				       const struct kbm_script_order *order);
/* Whether its turn would not begin with waiting: for it, or for its directory. */
bool kbm_broker_is_run_due(const struct kbm_ahead *ahead);
enum kbm_code kbm_broker_end_run(struct kbm_ahead *ahead, struct kbm_result *result,
				 struct kbm_error *error);

/* Has libregf read every place again, in one child, and fills in what it said. Failures are
 * outcomes, KBM_SECOND_SILENT with the reason: a child that crashed or hung, a hive that libregf
 * does not open. KBM_OK: every place was asked about; else the child's failure, which the places
 * that were left have too. */
enum kbm_code kbm_broker_second_read(struct kbm_broker *broker, const struct kbm_target *target,
				     struct kbm_second_readings *readings);
/* That in two halves, as of a header: between them readings may be added, which the same child
 * reads after those that were there. *readings and its places must live until the second. */
struct kbm_ahead *kbm_broker_begin_second_read(struct kbm_broker *broker,
					       const struct kbm_target *target,
					       struct kbm_second_readings *readings);
enum kbm_code kbm_broker_end_second_read(struct kbm_ahead *ahead);

/* The changes of one hive, made in a copy of it that has room behind it. */
struct kbm_edit {
	int copy;	 /* opened for reading and writing; its size is the hive's and the room */
	uint64_t length; /* of the hive in it */
	uint64_t now;	 /* FILETIME, for the keys that change */
	const struct kbm_change *changes; /* typed, with the physical paths of this hive */
	size_t change_count;
};
/* Makes them in a child, which looks first whether what each change was planned for is there. On
 * success *length is what the hive has now. KBM_REFUSED: something is not as it was, or the hive is
 * not to be written to; KBM_LIMIT: the room does not suffice. After a failure the copy is of no
 * use. */
enum kbm_code kbm_broker_edit(struct kbm_broker *broker, const struct kbm_edit *edit,
			      uint64_t *length, struct kbm_error *error);

/* One registry question of `kbmend reg`. KEY: the key's own row, not those of what is in it. */
enum kbm_registry_query_kind {
	KBM_QUERY_GET,
	KBM_QUERY_LS,
	KBM_QUERY_DUMP,
	KBM_QUERY_FIND,
	KBM_QUERY_KEY
};
struct kbm_registry_query {
	enum kbm_registry_query_kind kind;
	/* HKLM\.. or relative to the root of a hive, or of an export's one machine hive; "" the
	 * root. A '\' in front is accepted. */
	const char *path;
	const char *name; /* GET: a value's name */
	size_t name_length;
	const struct kbm_find_order *find; /* FIND: what for, below `path`; else NULL */
};
/* Receives the answer's rows in order; borrowed for the call. Of a key or a value; for DUMP a line
 * of the canonical form, which begins with that letter, stands without newline in `text`. Of
 * damage, a place that could not be read, `text` says why, `offset` where in the file, `path` in
 * which key (NULL: that is not known, "" the root); such rows come behind the others, and no more
 * than KBM_HIVE_DAMAGES_KEPT of a source's `places`. A code other than KBM_OK ends the job. */
enum { KBM_ROW_KEY = 'K', KBM_ROW_VALUE = 'V', KBM_ROW_DAMAGE = 'D' };
/* With only a text: what kbm_broker_export() makes a file of. */
enum { KBM_ROW_BYTES = 'B', KBM_ROW_NOTE = 'N' };
/* Of long work: no row, but how far it is: only `looked` counts. And of a comparison, once: how
 * many keys and values were not compared. */
enum { KBM_ROW_PROGRESS = 'P', KBM_ROW_NOT_COMPARED = 'U' };
/* Differences, of kbm_broker_diff(): a key's path stands in `text`; of a value, `value` is what the
 * first has (or, added, the second), `after` what the second has instead. KBM_ROW_DIFFER, without
 * a text: there is a difference. */
enum { KBM_ROW_REMOVED = '-', KBM_ROW_ADDED = '+', KBM_ROW_CHANGED = '~', KBM_ROW_DIFFER = '!' };
struct kbm_registry_row {
	char row_kind;
	unsigned matched; /* FIND: of enum kbm_find_part; else 0 */
	const char *path; /* FIND: of the key, or of the value's key; may hold NUL */
	size_t path_length;
	uint64_t last_written; /* FIND: of the same key */
	uint64_t offset;
	bool in_second;	 /* of damage, where two sources are compared: which of them has it */
	uint64_t places; /* of damage: how many there are in that source, these rows' and others */
	uint64_t looked; /* KBM_ROW_PROGRESS: things that are done; KBM_ROW_NOT_COMPARED */
	struct kbm_key key;
	struct kbm_value value;
	const char *text;
	size_t text_length;
	bool is_value; /* of a difference, as the next */
	struct kbm_value after;
};
typedef enum kbm_code kbm_row_sink(void *context, const struct kbm_registry_row *row,
				   struct kbm_error *error);
/* KBM_NOT_FOUND: no such key or value. KBM_UNREADABLE: the rows that could be read were given, the
 * message counts what could not, rows of damage tell where that is. */
enum kbm_code kbm_broker_registry(struct kbm_broker *broker, const struct kbm_source *source,
				  int selection, const struct kbm_registry_query *query,
				  kbm_row_sink *sink, void *context, struct kbm_error *error);

/* How a source is to be written as a .reg file. */
struct kbm_export_order {
	const char *path; /* as of a query: all of a hive, or of an export, for "" */
	const char *root; /* what the file calls the hive's root, or NULL: by its content */
	bool regedit4;	  /* the form of NT 4.0, in `codepage`; else 5.00 */
	unsigned codepage;
	int selection; /* as kbm_registry_select() */
};
/* Writes a hive, or an export in another form, or a part of it, to the sink. KBM_USAGE: where the
 * hive is in a registry is not known. KBM_NOT_FOUND: no such key. KBM_UNREADABLE: something cannot
 * be read or written; what can be was, and notes say what not. */
enum kbm_code kbm_broker_export(struct kbm_broker *broker, const struct kbm_source *source,
				const struct kbm_export_order *order,
				const struct kbm_hive_export_sink *sink, struct kbm_error *error);

/* How two sources are compared. */
struct kbm_diff_order {
	const char *path; /* of a key in each of them, or "" for all */
	const char *root; /* where hives are in a registry, or NULL: by their content */
	unsigned form;	  /* 0: differences are told; 4 or 5: as a .reg file of this form */
	bool is_stale;	  /* for a .reg file, which says so: one was not written to its end, */
	bool is_in_part;  /* or is cut or visibly damaged */
	unsigned codepage;
	int selection; /* as kbm_registry_select() */
};
/* Compares keys' names and values of two hives or exports. Of an export that is a part of a
 * registry only what it holds is compared. Rows are differences, in the order of names and with
 * short root words (HKLM); or pieces of a .reg file that turns the first into the second, and
 * KBM_ROW_DIFFER before them; notes, which end with a NUL; how many keys and values of both were
 * read, and how many of one were not compared, if any. What cannot be read in one of them
 * is no difference: rows of damage, behind all others, tell where it is. KBM_NOT_FOUND: the key is
 * in neither. KBM_UNREADABLE: not all was compared, or the file cannot hold everything. */
enum kbm_code kbm_broker_diff(struct kbm_broker *broker, const struct kbm_source *before,
			      const struct kbm_source *after, const struct kbm_diff_order *order,
			      kbm_row_sink *sink, void *context, struct kbm_error *error);

/* The structure of a source that is a hive, looked at whole (hive_check.h). KBM_INVALID: it is no
 * hive. Messages start with its path. The sink receives rows of progress only. */
enum kbm_code kbm_broker_check(struct kbm_broker *broker, const struct kbm_source *source,
			       kbm_row_sink *sink, void *context, struct kbm_hive_check *report,
			       struct kbm_error *error);

/* A hive file that was changed, to be compared with what it was. */
struct kbm_verify_order {
	int original; /* descriptors of hive files */
	int changed;
	const struct kbm_change *changes; /* of this hive, physical paths */
	size_t change_count;
	bool full; /* everything in `changed` is read again through libregf */
	/* Run once while the child works, for what has to be done anyway; NULL: nothing. Its time
	 * is not the child's. */
	void (*meanwhile)(void *context);
	void *context;
};
/* KBM_OK: `changed` is `original` with exactly these changes, and sound. KBM_REFUSED: it is not
 * (the message says the first reason), or there is no sandbox. Else: that could not be told. */
enum kbm_code kbm_broker_verify(struct kbm_broker *broker, const struct kbm_verify_order *order,
				struct kbm_error *error);

#endif
