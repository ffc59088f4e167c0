/* The broker's parts: the worker's process, one child's exchange, the directory (broker*.c only).
 */
#ifndef KBM_GUARD_BROKER_INTERNAL_H
#define KBM_GUARD_BROKER_INTERNAL_H

#include "base/limits.h"
#include "guard/broker.h"
#include "guard/channel.h"
#include "guard/jobs.h"
#include "guard/process.h"

#include <sys/types.h>

/* A child of the worker, seen from here. */
struct kbm_child {
	uint16_t id; /* 0: none */
	bool has_ended;
	int status; /* as from waitpid(), once it has */
	struct kbm_channel channel;
};

struct kbm_ahead;

/* What a directory answered so far. */
struct kbm_cached_answer {
	uint8_t *request;
	size_t request_length;
	uint8_t *answer;
	size_t answer_length;
};
/* A directory: a child of the worker that holds a file, or kbmend-directory with a server. */
struct kbm_broker_directory {
	struct kbm_child child; /* whichever it is; a server's has no id */
	bool open;
	struct kbm_ahead *opening; /* a file's child that is not open yet, or NULL */
	char *path;		   /* of what is open or opening, as the next two of a file */
	dev_t device;
	ino_t inode;
	pid_t server; /* kbmend-directory; 0: none */
	bool is_called;
	bool is_connected;
	bool is_encrypted;
	bool is_doubtful;
	char *warning;		  /* or NULL */
	struct kbm_error failure; /* of the server: every search says so; or of a file that cannot
				     be read: so does every look at it */
	uint32_t step_ms;	  /* what one step with the server may take */
	bool prompts;		  /* it asks a person first, who may take any time */
	struct kbm_cached_answer *cached;
	size_t cached_count;
	size_t cached_bytes;
	struct kbm_bytes body;
	uint64_t deadline; /* of the search under way; 0: that of the child's job */
};

/* The stdlib's modules, once they are read. */
struct kbm_stdlib_module;
struct kbm_broker_stdlib {
	struct kbm_stdlib_module *modules;
	size_t count;
	bool is_read;
};

struct kbm_broker {
	char *worker_path;
	char *directory_path; /* or NULL */
	char *stdlib_path;
	struct kbm_broker_stdlib stdlib;
	const struct kbm_known_headers
	    *headers;	   /* or NULL, which it becomes where they do not hold */
	bool headers_hold; /* the stdlib is the one that they were read with */
	unsigned cpu_ms;
	unsigned wall_ms;
	unsigned memory_mib;
	uint32_t answer_ms;    /* KBM_WORKER_ANSWER_MS; less in tests */
	uint32_t directory_ms; /* KBM_DIRECTORY_MAX_RUN_MS; less in tests */
	pid_t worker;	       /* 0: none runs */
	struct kbm_channel control;
	struct kbm_bytes body; /* of the control socket's messages */
	bool has_stdlib;       /* the worker has been given it */
	uint16_t last_id;
	unsigned worker_number;			 /* how many were started */
	struct kbm_child *ahead[KBM_JOBS_AHEAD]; /* that work before their turn, or NULL */
	int last_status; /* of the last child that ended by itself without a last word */
	enum kbm_logs_use logs;
	struct kbm_broker_listener listener; /* all NULL: nobody listens */
	bool lenient;	    /* children may go on without a filter of system calls */
	bool omits_reads;   /* nothing is to be known of what a run read that passes */
	bool tells_secrets; /* scripts are told a directory's secrets */
	struct kbm_broker_directory directory;
	struct kbm_directory_use use;
	uint64_t *questions; /* hashes of the distinct ones */
};

/* --- broker_process.c: the worker ----------------------------------------------------------- */

enum kbm_code kbm_broker_start_worker(struct kbm_broker *broker, struct kbm_error *error);
void kbm_broker_stop_worker(struct kbm_broker *broker);
/* Sends a control message that waits for its answer. */
enum kbm_code kbm_broker_add_module(struct kbm_broker *broker, const struct kbm_module *module,
				    struct kbm_error *result, struct kbm_error *error);

/* Takes note of what the worker has said meanwhile, its end too. */
void kbm_broker_drain(struct kbm_broker *broker);

/* What a child is given beside its first message. */
struct kbm_spawn_order {
	enum kbm_job_id job;
	const int *inputs;
	size_t input_count;
	int output;  /* -1: none */
	bool yields; /* to those that it would wait for itself */
};
/* Starts a child (and the worker, where none runs). On success it has to be ended by one of the
 * next two. */
enum kbm_code kbm_broker_spawn(struct kbm_broker *broker, const struct kbm_spawn_order *order,
			       struct kbm_child *child, struct kbm_error *error);
/* Closes the child's socket. */
void kbm_child_hang_up(struct kbm_child *child);
/* Hangs up and has the child killed, without waiting. */
void kbm_broker_drop_child(struct kbm_broker *broker, struct kbm_child *child);
/* Hangs up, has it killed if it does not end by itself, waits for its end: a status as from
 * waitpid(). KBM_LIMIT: the worker did not answer in time and was ended; any other code: it is
 * gone. */
enum kbm_code kbm_broker_await_child(struct kbm_broker *broker, struct kbm_child *child,
				     bool killing, int *status);

/* The time limits of a job: the options' for scripts, else the table's. */
uint32_t kbm_broker_wall_ms(const struct kbm_broker *broker, enum kbm_job_id job);
uint32_t kbm_broker_cpu_ms(const struct kbm_broker *broker, enum kbm_job_id job);

/* --- broker_stdlib.c ------------------------------------------------------------------------ */

/* Gives the worker the stdlib's modules, each after those that it requires. They are read once. */
enum kbm_code kbm_broker_send_stdlib(struct kbm_broker *broker, struct kbm_error *error);
void kbm_broker_forget_stdlib(struct kbm_broker *broker);

/* --- broker_exchange.c: a job from its first message to its last ---------------------------- */

/* How far a job is. */
enum kbm_exchange_state {
	KBM_EXCHANGE_RUNNING = 1, /* working; it may ask */
	KBM_EXCHANGE_REPORTING =
	    2, /* it has begun to hand out its result; it may not ask any more */
	KBM_EXCHANGE_COMPLETE = 4, /* the result is whole, only DONE is missing */
	KBM_EXCHANGE_FINISHED = 8
};

/* Where the messages of a job go. */
struct kbm_exchange {
	struct kbm_broker *broker;
	struct kbm_spawn_order order;
	const void *start; /* the structure of the job's first message */
	struct kbm_child *child;
	/* what the job fills, by kind of job */
	struct kbm_script_info *info;
	struct kbm_profile *profile;
	struct kbm_prepare_answer *prepared;
	struct kbm_result *result;
	const char *control_set; /* of the target; NULL: not known */
	struct kbm_edited *edited;
	struct kbm_doctor_answer *checkup;
	struct kbm_second_readings *readings;
	size_t given; /* of the readings: their places are known to the child */
	size_t read;  /* of these, so far */
	bool has_all; /* it was told that no more places follow */
	struct kbm_hive_check *checked;
	struct kbm_error *verified;
	kbm_row_sink *sink;
	void *sink_context;
	const struct kbm_directory_service *directory; /* answers searches */
	void (*meanwhile)(void *context);	       /* run once while the child works, or NULL */
	void *meanwhile_context;
	/* how far it is */
	unsigned state; /* enum kbm_exchange_state */
	uint64_t deadline;
	size_t received;	  /* bytes of result messages */
	unsigned requests;	  /* searches */
	uint64_t searched_ms;	  /* their time */
	struct kbm_error failure; /* FAILED's */
	bool ended_early;	  /* END came: *result holds its verdict */
	bool awaits_end;	  /* the output may be used when the child is gone */
	bool stays;		  /* READY came: the child goes on */
	bool own_failure;	  /* what failed is on this side: a sink, memory */
};
/* Spawns the child and handles its messages until it is done. KBM_OK: DONE, READY (the child is
 * then still there) or END came. Else the child's own failure, or KBM_INTERNAL: it crashed, hung or
 * broke the protocol. The child is gone then. */
enum kbm_code kbm_exchange_run(struct kbm_exchange *exchange, struct kbm_error *error);
/* The first half of that: the child works, what it says waits. The second half follows, which
 * counts the time from then, or kbm_broker_drop_child(). */
enum kbm_code kbm_exchange_begin(struct kbm_exchange *exchange, struct kbm_error *error);
enum kbm_code kbm_exchange_end(struct kbm_exchange *exchange, struct kbm_error *error);
/* Whether there is no sandbox, as a child says that may have been taken over: another one is asked.
 * KBM_REFUSED with its words, or KBM_OK. */
enum kbm_code kbm_broker_confirm_refusal(struct kbm_broker *broker, struct kbm_error *error);
/* A job's failure, told of the file that it was about; a sandbox that is missing is not about it.
 */
enum kbm_code kbm_exchange_fail_about(const char *path, enum kbm_code code,
				      const struct kbm_error *reason, struct kbm_error *error);
/* After a child closed its socket, hung or talked nonsense: ends it and says what happened. */
enum kbm_code kbm_exchange_explain(struct kbm_broker *broker, struct kbm_child *child,
				   enum kbm_job_id job, enum kbm_code code,
				   const struct kbm_error *reason, struct kbm_error *error);

/* --- broker_ahead.c: jobs that work before their turn ---------------------------------------- */

struct kbm_ahead {
	struct kbm_exchange exchange;
	struct kbm_child child;
	enum kbm_code code; /* of the first half */
	struct kbm_error reason;
	unsigned worker_number; /* whose child it is */
};
/* Of a block of heap, at its beginning, that kbm_ahead_drop() releases. `start` as of an exchange.
 */
void kbm_ahead_init(struct kbm_ahead *ahead, struct kbm_broker *broker, enum kbm_job_id job,
		    const void *start);
/* Starts the child, where there is a place, unless ahead->code says that it is of no use. */
void kbm_ahead_begin(struct kbm_ahead *ahead);
/* Whether it has begun to answer, to ask or to end, or has not begun at all. */
bool kbm_ahead_has_spoken(const struct kbm_ahead *ahead);
/* Its turn: kbm_exchange_end(), or what the beginning failed for. */
enum kbm_code kbm_ahead_end(struct kbm_ahead *ahead, struct kbm_error *error);

/* --- broker.c --------------------------------------------------------------------------------- */

/* What a child maps of a target's registry, in this order, and what it is told of it. */
struct kbm_registry_sources {
	int descriptors[KBM_CHILD_MAX_INPUTS];
	size_t descriptor_count; /* of those that can be read */
	struct kbm_start_source described[KBM_CHILD_MAX_INPUTS];
	size_t count;
	bool has_directory;
};
enum kbm_code kbm_broker_gather(const struct kbm_target *target,
				struct kbm_registry_sources *sources, struct kbm_error *error);

/* --- broker_registry.c ----------------------------------------------------------------------- */

/* "a hive", "a .reg export", "an LDIF file", "a directory server". */
const char *kbm_source_kind_words(enum kbm_source_kind kind);
/* KBM_INVALID: the source is neither a hive nor an export. */
enum kbm_code kbm_source_check_registry(const struct kbm_source *source, struct kbm_error *error);
/* What a job is told of a source and a path in it; the result borrows from both. */
struct kbm_start_registry kbm_start_registry_of(const struct kbm_source *source, int selection,
						const char *path);
/* kbm_exchange_run() with the source's path before what the child says; what the sink says is
 * handed on as it is. */
enum kbm_code kbm_exchange_run_about(struct kbm_exchange *exchange, const char *path,
				     struct kbm_error *error);

/* --- broker_rules.c: what a child may say, and what that leads to --------------------------- */

/* The message types that may come now, as bits. */
uint64_t kbm_exchange_permitted(const struct kbm_exchange *exchange);
/* Takes a message of a permitted type. KBM_INTERNAL: its contents break the rules. */
enum kbm_code kbm_exchange_handle(struct kbm_exchange *exchange, enum kbm_message type,
				  const struct kbm_bytes *body, struct kbm_error *error);

/* --- broker_directory.c --------------------------------------------------------------------- */

void kbm_broker_close_directory(struct kbm_broker *broker);
/* Ends it, after something went wrong with a message; *error says what and whose directory it is.
 */
enum kbm_code kbm_broker_lose_directory(struct kbm_broker *broker, enum kbm_code code,
					const struct kbm_error *reason, struct kbm_error *error);
/* What an ANSWER says: entries, the caller's, or why there are none, for people. */
enum kbm_code kbm_broker_take_answer(struct kbm_broker *broker, const uint8_t *bytes, size_t length,
				     struct kbm_entries *entries, struct kbm_error *error);
/* Until when the directory's next message may take. */
uint64_t kbm_broker_directory_deadline(const struct kbm_broker *broker);
/* Counts a script's SEARCH, as it came. */
void kbm_broker_count_search(struct kbm_broker *broker, const struct kbm_bytes *body);
/* Sends a SEARCH to the open directory. */
enum kbm_code kbm_broker_ask_directory(struct kbm_broker *broker, const struct kbm_search *search,
				       uint64_t deadline, struct kbm_error *error);

/* --- broker_prepare.c, broker_recover.c ----------------------------------------------------- */

/* A job `prepare`: a file, and the logs that follow it. */
struct kbm_prepare_order {
	struct kbm_start_prepare start;
	int inputs[1 + KBM_HIVE_LOGS];
	size_t input_count;
	uint64_t room; /* bytes for an image */
};
/* On success *image is the sealed image, the caller's, where one was made. *answer (from {0}) is
 * the caller's, its source to be released with kbm_source_clear(), also after a failure. */
enum kbm_code kbm_prepare_ask(struct kbm_broker *broker, const struct kbm_prepare_order *order,
			      int *image, struct kbm_prepare_answer *answer,
			      struct kbm_error *error);
/* Once more with the logs of a hive that needs them, as the broker's options say: *answer becomes
 * that of the recovered hive, or says why it is not recovered. *order has the hive alone; a log's
 * room is added. KBM_REFUSED (the message has the path), or what the hive cannot be read for. */
enum kbm_code kbm_prepare_recover(struct kbm_broker *broker, const char *path,
				  struct kbm_prepare_order *order, int *image,
				  struct kbm_prepare_answer *answer, struct kbm_error *error);

/* --- broker_second.c ------------------------------------------------------------------------- */

/* Sends the places of the readings that were not given yet: none, when all were. */
enum kbm_code kbm_broker_give_places(struct kbm_exchange *exchange, struct kbm_error *error);

/* --- broker_secrets.c ----------------------------------------------------------------------- */

/* KBM_UNSUPPORTED: the filter would find out a secret. */
enum kbm_code kbm_broker_check_secrets(const struct kbm_directory_request *request,
				       struct kbm_error *error);
/* Takes the values of secret attributes away; their names stay. */
void kbm_broker_withhold_secrets(struct kbm_entries *entries);

/* --- broker_server.c ------------------------------------------------------------------------ */

/* How kbmend-directory is started. */
struct kbm_process_order kbm_broker_server_order(const struct kbm_broker *broker);
/* Waits until the server that was called is connected. */
enum kbm_code kbm_broker_await_server(struct kbm_broker *broker, struct kbm_error *error);
/* kbm_broker_lose_directory() for a server: what happened stays its failure. */
void kbm_broker_lose_server(struct kbm_broker *broker, enum kbm_code code,
			    const struct kbm_error *reason, struct kbm_error *error);
/* Ends kbmend-directory; a status as from waitpid(). */
int kbm_broker_stop_server(struct kbm_broker *broker);

/* --- broker_directory.c, continued ------------------------------------------------------------ */

/* The open directory as a service; its searches are cached. */
struct kbm_directory_service kbm_broker_directory_service(struct kbm_broker *broker);

#endif
