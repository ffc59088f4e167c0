/* What kbmend, its worker and the worker's children say to each other: the messages and the one
 * structure that each of them carries.
 *
 * Pure functions on bytes. A decoded message was exactly as long as its fields, and every text and
 * count in it is within base/limits.h. */
#ifndef KBM_GUARD_PROTOCOL_H
#define KBM_GUARD_PROTOCOL_H

#include "base/bytes.h"
#include "base/error.h"
#include "guard/broker.h"
#include "guard/jail.h"
#include "guard/wire.h"
#include "plan/profile_info.h"
#include "source/entry_change.h"
#include "source/ldap_settings.h"

/* Raised with every change of a message's form; kbmend and its worker must agree. */
enum { KBM_PROTOCOL_VERSION = 11 };
/* The descriptor where the worker finds the control socket, and a child its own. */
enum { KBM_WORKER_SOCKET = 3 };
/* The exit status of a child whose CPU time was over while it could not say so. */
enum { KBM_CHILD_EXIT_LIMIT = 3 };

enum kbm_message {
	/* control socket, from the worker */
	KBM_MESSAGE_HELLO,  /* struct kbm_hello: its first word */
	KBM_MESSAGE_ADDED,  /* struct kbm_error: how MODULE went */
	KBM_MESSAGE_EXITED, /* struct kbm_exited: the frame's id names the child */
	/* control socket, to the worker */
	KBM_MESSAGE_MODULE, /* struct kbm_module: a stdlib module, before the first script */
	KBM_MESSAGE_SPAWN,  /* struct kbm_spawn, with the child's descriptors beside it */
	KBM_MESSAGE_KILL,   /* nothing: the frame's id names the child */
	/* to a child: what its job is about; its first message, unless the job needs none */
	KBM_MESSAGE_START_HEADER,   /* struct kbm_start_header */
	KBM_MESSAGE_START_PREPARE,  /* struct kbm_start_prepare */
	KBM_MESSAGE_START_SCRIPT,   /* struct kbm_start_script */
	KBM_MESSAGE_START_REGISTRY, /* struct kbm_start_registry */
	KBM_MESSAGE_START_EXPORT,   /* struct kbm_start_export */
	KBM_MESSAGE_START_DIFF,	    /* struct kbm_start_diff */
	KBM_MESSAGE_START_DOCTOR,   /* struct kbm_start_doctor */
	KBM_MESSAGE_START_SECOND,   /* struct kbm_start_second */
	KBM_MESSAGE_START_EDIT,	    /* struct kbm_start_edit */
	KBM_MESSAGE_START_VERIFY,   /* struct kbm_start_verify */
	KBM_MESSAGE_START_SERVER,   /* struct kbm_start_server: to kbmend-directory */
	/* from a script's child to kbmend, and from there to the directory's child */
	KBM_MESSAGE_SEARCH,  /* struct kbm_search */
	KBM_MESSAGE_ENTRIES, /* struct kbm_entries: the next ones, where entries were asked for so
			      */
	KBM_MESSAGE_ANSWER,  /* struct kbm_answer, the other way; it ends what SEARCH began */
	/* from a second reader's child, and back */
	KBM_MESSAGE_MORE,   /* nothing: what it was given is read */
	KBM_MESSAGE_PLACES, /* struct kbm_second_places: what is to be read next; none: it ends */
	/* from kbmend to kbmend-directory, to no other, and back */
	KBM_MESSAGE_MODIFY,   /* struct kbm_entry_change */
	KBM_MESSAGE_MODIFIED, /* struct kbm_modified: it ends what MODIFY began */
	/* from a child */
	KBM_MESSAGE_INFO,	 /* struct kbm_script_info */
	KBM_MESSAGE_PROFILE,	 /* struct kbm_profile */
	KBM_MESSAGE_PREPARED,	 /* struct kbm_prepare_answer */
	KBM_MESSAGE_READY,	 /* struct kbm_ready: the directory is indexed */
	KBM_MESSAGE_CONNECTING,	 /* nothing: the password is there, now the server is called */
	KBM_MESSAGE_CONNECTED,	 /* struct kbm_connected: the server is ready to be asked */
	KBM_MESSAGE_DOCTOR,	 /* struct kbm_doctor_answer */
	KBM_MESSAGE_READING,	 /* struct kbm_reading: of the next place */
	KBM_MESSAGE_EDITED,	 /* struct kbm_edited: all changes are made */
	KBM_MESSAGE_CHECKED,	 /* struct kbm_hive_check */
	KBM_MESSAGE_VERIFIED,	 /* struct kbm_error: KBM_OK, or KBM_REFUSED with the reason */
	KBM_MESSAGE_ROWS,	 /* rows one after the other: kbm_row_encode() */
	KBM_MESSAGE_OUTPUT,	 /* struct kbm_output: what the script printed */
	KBM_MESSAGE_FINDING,	 /* struct kbm_finding */
	KBM_MESSAGE_OBSERVATION, /* struct kbm_observation */
	KBM_MESSAGE_CHANGE,	 /* struct kbm_change */
	KBM_MESSAGE_READ,	 /* struct kbm_precondition */
	KBM_MESSAGE_RESULT,	 /* struct kbm_result without its lists and its output */
	KBM_MESSAGE_END,	 /* struct kbm_end: the run ended early; nothing follows */
	KBM_MESSAGE_FAILED,	 /* struct kbm_error: the job failed; nothing follows */
	KBM_MESSAGE_DONE,	 /* nothing: what was sent counts; nothing follows */
	KBM_MESSAGE_COUNT
};

struct kbm_hello {
	uint32_t protocol;
	const char *version; /* borrowed from the message, as every const text here */
};
struct kbm_exited {
	int status; /* as from waitpid() */
};
struct kbm_module {
	const char *name;
	const uint8_t *text;
	size_t length;
};
/* Descriptors beside it: the child's end of its socket, the inputs, the output. */
struct kbm_spawn {
	unsigned job; /* enum kbm_job_id (jobs.h) */
	unsigned inputs;
	bool output;
	bool lenient; /* --unsafe-no-sandbox */
	bool yields;  /* to those that it would wait for itself */
	uint32_t cpu_ms;
	uint32_t memory_mib;
};

struct kbm_start_header {
	const char *name;
	const uint8_t *text;
	size_t length;
};
struct kbm_start_prepare {
	uint32_t codepage;
	int selection;
	uint32_t logs; /* a bit for each log of a hive that follows it as an input, in order */
};
/* One registry source of a script. The input descriptors are those of the sources that can be read,
 * in their order. */
struct kbm_start_source {
	unsigned kind; /* enum kbm_source_kind: a hive, or an image made from a .reg export */
	const char *path;
	const char *hive;
	const char *problem;	 /* why it cannot be read; NULL: it can */
	const char *logs_reason; /* of a dirty hive: why its logs do not mend that; or NULL */
};
struct kbm_start_script {
	const char *name;
	const uint8_t *text;
	size_t length;
	const char *target_name; /* NULL: not known, as the next two */
	const char *computer_name;
	const char *control_set;
	int selection;
	bool with_fix;
	bool has_directory;
	bool omits_reads; /* of a run that passes or does not apply */
	struct kbm_start_source *sources;
	size_t source_count;
	struct kbm_params params;
	struct kbm_change *overlay;
	size_t overlay_count;
};
struct kbm_start_registry {
	unsigned kind; /* enum kbm_source_kind */
	const char *hive;
	int selection;
	const char *path;
	const uint8_t *name; /* of a value, for GET; NULL: all values of the key */
	size_t name_length;
	bool itself;		    /* LS: the key's own row, not those of what is in it */
	struct kbm_find_order find; /* without a pattern: none */
};
struct kbm_start_export {
	struct kbm_start_registry registry; /* without a name */
	const char *root;		    /* "": by the hive's name */
	bool regedit4;
	uint32_t codepage;
};
/* Input i is sides[i]; both have the same path. */
struct kbm_start_diff {
	struct kbm_start_registry sides[2];
	const char *names[2]; /* of the files, for messages */
	const char *root;     /* "": by the hives' names */
	unsigned form;	      /* of kbm_diff_order, as the next */
	bool is_stale, is_in_part;
	uint32_t codepage;
};

struct kbm_start_doctor {
	bool provokes; /* makes a forbidden system call instead of an answer */
};

/* A registry place to be read again: of a value when it has a name. */
struct kbm_second_place {
	const char *hive;     /* as mounted: SYSTEM, HKU\.DEFAULT */
	const char *physical; /* below the hive's root */
	const uint8_t *name;  /* NULL: a key */
	size_t name_length;
};
struct kbm_second_places {
	struct kbm_second_place *items;
	size_t count;
};
struct kbm_start_second {
	struct kbm_start_source *sources;
	size_t source_count;
	struct kbm_second_places places; /* to begin with */
};

/* The output is a hive of `length` bytes, with room for more behind it. */
struct kbm_start_edit {
	uint64_t length;
	uint64_t now; /* FILETIME */
	struct kbm_change *changes;
	size_t change_count;
};

/* Two hive files: the original and the changed one. */
struct kbm_start_verify {
	bool full; /* all of the changed file through libregf, too */
	struct kbm_change *changes;
	size_t change_count;
};

/* Descriptors beside it: the password's file or terminal, the authorities' certificates, as said.
 */
struct kbm_start_server {
	struct kbm_ldap_settings settings;
	bool has_password;
	bool prompts; /* the password's descriptor is a terminal */
	bool has_authorities;
	bool lenient;  /* --unsafe-no-sandbox */
	bool tries;    /* says what of the jail holds, and ends */
	bool provokes; /* makes a forbidden system call instead */
};

struct kbm_search {
	bool in_parts; /* ENTRIES first, and an ANSWER without any */
	const char *base;
	unsigned scope;
	const char *filter; /* or NULL */
	struct kbm_text_list attributes;
};
struct kbm_answer {
	struct kbm_error error; /* code KBM_OK: the entries are the whole answer */
	bool is_doubtful;	/* of one in parts: the bind may not be shown everything */
	struct kbm_entries entries;
};
struct kbm_modified {
	struct kbm_error error; /* code KBM_OK: the server did it */
	bool is_unknown;	/* the server got the request and did not answer */
};
struct kbm_prepare_answer {
	struct kbm_source source; /* what the content says; path, descriptor, size are kbmend's */
	uint64_t image_bytes;	  /* of the hive image in the output; 0: there is none */
	bool needs_logs;	  /* a hive that was not written to its end */
	struct kbm_error closed;  /* why it cannot be opened as it is; KBM_OK: it can */
	struct kbm_error
	    log_failure; /* why its logs did not help; KBM_OK: they did, or it has none */
};
struct kbm_ready {
	uint64_t entries;
};
struct kbm_connected {
	bool is_encrypted;
	const char *warning; /* "" for none */
};
struct kbm_doctor_answer {
	struct kbm_jail_state jail;	/* of the child that answers */
	struct kbm_text_list libraries; /* of the worker: "Lua 5.4.4" */
};
struct kbm_reading {
	struct kbm_error error; /* code KBM_OK: the rest holds */
	bool present;
	uint32_t type; /* of a value, as the next two */
	const uint8_t *data;
	size_t length;
};
struct kbm_edited {
	uint64_t length; /* bytes that the hive has now */
};
struct kbm_output {
	const char *text;
};
struct kbm_end {
	enum kbm_verdict verdict;
	const char *reason;
	const char *place; /* "file:line" or "" */
};

const char *kbm_message_name(enum kbm_message type);
/* The most bytes of a whole message of this type. */
size_t kbm_message_maximum(enum kbm_message type);

/* Appends a message's fields to `out`. KBM_LIMIT: something in it is over a limit. */
enum kbm_code kbm_message_encode(enum kbm_message type, const void *structure,
				 struct kbm_bytes *out, struct kbm_error *error);
/* Fills *structure, which starts from {0}; released with kbm_message_clear(); on failure it is {0}
 * again. KBM_INTERNAL says what is wrong. `bytes` must outlive the borrowed texts. */
enum kbm_code kbm_message_decode(enum kbm_message type, const uint8_t *bytes, size_t length,
				 void *structure, struct kbm_error *error);
void kbm_message_clear(enum kbm_message type, void *structure);
/* The size of a type's structure, 0 for none. */
size_t kbm_message_structure_bytes(enum kbm_message type);

/* Which input a source is: how many of those before it can be read. */
size_t kbm_start_source_input(const struct kbm_start_source *sources, size_t index);

/* A ROWS message is rows one after the other, so that a sender can fill it up as they come. False
 * when `out` is full. */
bool kbm_row_encode(const struct kbm_registry_row *row, struct kbm_bytes *out);
/* Hands each row to `sink`; a code other than KBM_OK from it ends the walk and is returned. */
enum kbm_code kbm_rows_decode(const uint8_t *bytes, size_t length, kbm_row_sink *sink,
			      void *context, struct kbm_error *error);

/* The same request in its two shapes; the result borrows from the argument. */
struct kbm_search kbm_search_from_request(const struct kbm_directory_request *request);
struct kbm_directory_request kbm_search_to_request(const struct kbm_search *search);

#endif
