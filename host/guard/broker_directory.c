/* The target's directory: one child that holds it, and the answers that it has given. */
#include "guard/broker_internal.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Between two messages of a server's search: a page, connecting anew, the page again; and room. */
enum { SERVER_STEPS = 8 };
/* What an answer in the cache costs beside its bytes; it also bounds their number. */
enum { CACHED_OVERHEAD_BYTES = 1024 };

static void clear_cache(struct kbm_broker_directory *directory)
{
	for (size_t i = 0; i < directory->cached_count; i++) {
		free(directory->cached[i].request);
		free(directory->cached[i].answer);
	}
	free(directory->cached);
	directory->cached = NULL;
	directory->cached_count = 0;
	directory->cached_bytes = 0;
}

void kbm_broker_forget_answers(struct kbm_broker *broker)
{
	clear_cache(&broker->directory);
}

void kbm_broker_close_directory(struct kbm_broker *broker)
{
	struct kbm_broker_directory *directory = &broker->directory;
	if (directory->server != 0)
		kbm_broker_stop_server(broker);
	else if (directory->open)
		kbm_broker_drop_child(broker, &directory->child);
	kbm_ahead_drop(directory->opening);
	free(directory->path);
	free(directory->warning);
	clear_cache(directory);
	kbm_bytes_clear(&directory->body);
	*directory = (struct kbm_broker_directory){0};
	kbm_bytes_init(&directory->body, 0);
}

static const struct kbm_cached_answer *find_cached(const struct kbm_broker_directory *directory,
						   const struct kbm_bytes *request)
{
	for (size_t i = 0; i < directory->cached_count; i++) {
		const struct kbm_cached_answer *cached = &directory->cached[i];
		if (cached->request_length == request->length &&
		    memcmp(cached->request, request->data, request->length) == 0)
			return cached;
	}
	return NULL;
}

static uint8_t *copy(const struct kbm_bytes *bytes)
{
	uint8_t *made = malloc(bytes->length + 1);
	if (made != NULL)
		memcpy(made, bytes->data, bytes->length);
	return made;
}

/* Remembering is a help, not a duty: without room or memory the next search asks again. */
static void keep(struct kbm_broker_directory *directory, const struct kbm_bytes *request,
		 const struct kbm_bytes *answer)
{
	size_t cost = request->length + answer->length + CACHED_OVERHEAD_BYTES;
	if (cost > KBM_DIRECTORY_MAX_CACHE - directory->cached_bytes)
		return;
	struct kbm_cached_answer *grown =
	    realloc(directory->cached, (directory->cached_count + 1) * sizeof *directory->cached);
	if (grown == NULL)
		return;
	directory->cached = grown;
	struct kbm_cached_answer kept = {copy(request), request->length, copy(answer),
					 answer->length};
	if (kept.request == NULL || kept.answer == NULL) {
		free(kept.request);
		free(kept.answer);
		return;
	}
	grown[directory->cached_count++] = kept;
	directory->cached_bytes += cost;
}

/* --- how much there was to do ----------------------------------------------------------------- */

/* FNV-1a. */
static uint64_t hash_question(const struct kbm_bytes *body)
{
	uint64_t hash = 14695981039346656037U;
	for (size_t i = 0; i < body->length; i++)
		hash = (hash ^ body->data[i]) * 1099511628211U;
	return hash;
}

/* Without memory a question counts as one that was asked before. */
void kbm_broker_count_search(struct kbm_broker *broker, const struct kbm_bytes *body)
{
	uint64_t hash = hash_question(body);
	size_t count = broker->use.distinct;
	broker->use.searches++;
	for (size_t i = 0; i < count; i++)
		if (broker->questions[i] == hash)
			return;
	uint64_t *grown = reallocarray(broker->questions, count + 1, sizeof *grown);
	if (grown == NULL)
		return;
	broker->questions = grown;
	grown[broker->use.distinct++] = hash;
}

struct kbm_directory_use kbm_broker_directory_use(const struct kbm_broker *broker)
{
	return broker->use;
}

/* --- asking ------------------------------------------------------------------------------------
 */

uint64_t kbm_broker_directory_deadline(const struct kbm_broker *broker)
{
	const struct kbm_broker_directory *directory = &broker->directory;
	uint64_t most = kbm_broker_wall_ms(broker, KBM_JOB_DIRECTORY_FILE);
	uint64_t steps = SERVER_STEPS * (uint64_t)directory->step_ms;
	uint64_t deadline = kbm_clock_ms() + (steps > most ? steps : most);
	return directory->deadline != 0 && directory->deadline < deadline ? directory->deadline
									  : deadline;
}

enum kbm_code kbm_broker_ask_directory(struct kbm_broker *broker, const struct kbm_search *search,
				       uint64_t deadline, struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_error reason = {0};
	if (directory->is_called && kbm_broker_await_server(broker, error) != KBM_OK)
		return KBM_UNREADABLE;
	bool is_there = directory->open && (directory->server != 0 || directory->child.id != 0);
	if (!is_there) {
		kbm_broker_close_directory(broker);
		return kbm_fail(error, KBM_UNREADABLE, "the directory's reader has ended");
	}
	broker->use.requests++;
	enum kbm_code code = kbm_channel_send(&directory->child.channel, KBM_MESSAGE_SEARCH, search,
					      deadline, &reason);
	return code == KBM_OK ? code : kbm_broker_lose_directory(broker, code, &reason, error);
}

/* The answer to a whole search stands in directory->body. */
static enum kbm_code ask_whole(struct kbm_broker *broker, const struct kbm_search *search,
			       struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	static const uint64_t permitted =
	    KBM_MESSAGE_BIT(KBM_MESSAGE_ANSWER) | KBM_MESSAGE_BIT(KBM_MESSAGE_FAILED);
	uint64_t deadline = kbm_broker_directory_deadline(broker);
	enum kbm_message type = KBM_MESSAGE_COUNT;
	uint16_t id;
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_broker_ask_directory(broker, search, deadline, error);
	if (code != KBM_OK)
		return code;
	code = kbm_channel_receive(&directory->child.channel, permitted, deadline, &directory->body,
				   &type, &id, &reason);
	if (code == KBM_OK && type == KBM_MESSAGE_ANSWER)
		return KBM_OK;
	return kbm_broker_lose_directory(broker, code, &reason, error);
}

/* `code` KBM_OK: it ended with a message of its own, which stands in directory->body. */
static enum kbm_code lose_child(struct kbm_broker *broker, enum kbm_code code,
				const struct kbm_error *reason, struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_error failure = {0};
	if (code != KBM_OK)
		return kbm_exchange_explain(broker, &directory->child, KBM_JOB_DIRECTORY_FILE, code,
					    reason, error);
	kbm_broker_drop_child(broker, &directory->child);
	code = kbm_message_decode(KBM_MESSAGE_FAILED, directory->body.data, directory->body.length,
				  &failure, error);
	return code != KBM_OK ? code
			      : kbm_fail(error, KBM_UNREADABLE, "%.100s: %s", directory->path,
					 failure.message);
}

enum kbm_code kbm_broker_lose_directory(struct kbm_broker *broker, enum kbm_code code,
					const struct kbm_error *reason, struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	if (directory->server != 0) {
		kbm_broker_lose_server(broker, code, reason, error);
	} else {
		lose_child(broker, code, reason, error);
		directory->open = false; /* the next run indexes the file again */
	}
	return KBM_UNREADABLE;
}

/* A person has to know which server it was; a file's trouble with a question needs no name. */
static enum kbm_code fail_as_told(const struct kbm_broker *broker, const struct kbm_error *failure,
				  struct kbm_error *error)
{
	const struct kbm_broker_directory *directory = &broker->directory;
	bool named =
	    directory->server != 0 && failure->code != KBM_NOT_FOUND && failure->code != KBM_USAGE;
	return kbm_fail(error, failure->code, "%.60s%s%s", named ? directory->path : "",
			named ? ": " : "", failure->message);
}

enum kbm_code kbm_broker_take_answer(struct kbm_broker *broker, const uint8_t *bytes, size_t length,
				     struct kbm_entries *entries, struct kbm_error *error)
{
	struct kbm_answer answer = {0};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_ANSWER, bytes, length, &answer, error);
	if (code != KBM_OK)
		return code;
	broker->directory.is_doubtful |= answer.is_doubtful;
	code = answer.error.code;
	if (code == KBM_OK) {
		*entries = answer.entries;
		answer.entries = (struct kbm_entries){0};
	} else {
		fail_as_told(broker, &answer.error, error);
	}
	kbm_message_clear(KBM_MESSAGE_ANSWER, &answer);
	return code;
}

/* What is asked for the first time; its answer is kept. */
static enum kbm_code ask_anew(struct kbm_broker *broker,
			      const struct kbm_directory_request *request,
			      const struct kbm_search *search, const struct kbm_bytes *key,
			      struct kbm_entries *entries, struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	enum kbm_code code =
	    broker->tells_secrets ? KBM_OK : kbm_broker_check_secrets(request, error);
	if (code == KBM_OK)
		code = ask_whole(broker, search, error);
	if (code != KBM_OK)
		return code;
	code = kbm_broker_take_answer(broker, directory->body.data, directory->body.length, entries,
				      error);
	if (code != KBM_INTERNAL)
		keep(directory, key, &directory->body);
	return code;
}

static enum kbm_code search_cached(void *context, const struct kbm_directory_request *request,
				   struct kbm_entries *entries, struct kbm_error *error)
{
	struct kbm_broker *broker = context;
	struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_search search = kbm_search_from_request(request);
	struct kbm_bytes key;
	/* An overlay asks many times for one search: it is stopped between two of them. */
	if (directory->deadline != 0 && kbm_clock_ms() >= directory->deadline)
		return kbm_fail(error, KBM_LIMIT, "the search took too long");
	kbm_bytes_init(&key, kbm_message_maximum(KBM_MESSAGE_SEARCH));
	enum kbm_code code = kbm_message_encode(KBM_MESSAGE_SEARCH, &search, &key, error);
	const struct kbm_cached_answer *cached =
	    code == KBM_OK ? find_cached(directory, &key) : NULL;
	if (cached != NULL)
		code = kbm_broker_take_answer(broker, cached->answer, cached->answer_length,
					      entries, error);
	else if (code == KBM_OK)
		code = ask_anew(broker, request, &search, &key, entries, error);
	if (code == KBM_OK && !broker->tells_secrets)
		kbm_broker_withhold_secrets(entries);
	kbm_bytes_clear(&key);
	return code;
}

struct kbm_directory_service kbm_broker_directory_service(struct kbm_broker *broker)
{
	return (struct kbm_directory_service){broker, search_cached};
}

/* Whether the file is open, on the way, or known not to be readable. */
static bool is_at_hand(const struct kbm_broker_directory *directory, const struct stat *status)
{
	bool is_there = directory->opening != NULL || directory->failure.code != KBM_OK ||
			(directory->open && directory->child.id != 0);
	return is_there && directory->device == status->st_dev &&
	       directory->inode == status->st_ino;
}

enum kbm_code kbm_broker_begin_directory(struct kbm_broker *broker, const struct kbm_target *target,
					 struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	const struct kbm_source *source = kbm_target_directory(target);
	struct stat status;
	if (source == NULL || source->kind == KBM_SOURCE_LDAP)
		return KBM_OK;
	if (fstat(source->descriptor, &status) != 0)
		return kbm_fail(error, KBM_IO, "%.160s: is not open any more", source->path);
	kbm_broker_drain(broker); /* the child may have ended */
	if (is_at_hand(directory, &status))
		return KBM_OK;
	kbm_broker_close_directory(broker);
	directory->path = strdup(source->path);
	directory->opening = calloc(1, sizeof *directory->opening);
	if (directory->path == NULL || directory->opening == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for the directory");
	directory->device = status.st_dev;
	directory->inode = status.st_ino;
	kbm_ahead_init(directory->opening, broker, KBM_JOB_DIRECTORY_FILE, NULL);
	directory->opening->exchange.order.inputs = &source->descriptor;
	directory->opening->exchange.order.input_count = 1;
	kbm_ahead_begin(directory->opening);
	return KBM_OK;
}

/* Waits for what begin started. */
static enum kbm_code end_opening(struct kbm_broker *broker, struct kbm_error *error)
{
	struct kbm_broker_directory *directory = &broker->directory;
	struct kbm_ahead *opening = directory->opening;
	struct kbm_error reason = {0};
	if (opening == NULL && directory->failure.code != KBM_OK)
		return kbm_fail(error, directory->failure.code, "%s", directory->failure.message);
	if (opening == NULL)
		return KBM_OK;
	directory->opening = NULL;
	enum kbm_code code = kbm_ahead_end(opening, &reason);
	if (code == KBM_OK)
		directory->child = opening->child;
	directory->open = code == KBM_OK;
	kbm_ahead_drop(opening);
	if (code == KBM_OK)
		return KBM_OK;
	kbm_exchange_fail_about(directory->path, code, &reason, &directory->failure);
	return kbm_fail(error, directory->failure.code, "%s", directory->failure.message);
}

enum kbm_code kbm_broker_open_directory(struct kbm_broker *broker, const struct kbm_target *target,
					struct kbm_error *error)
{
	const struct kbm_source *source = kbm_target_directory(target);
	if (source == NULL)
		return KBM_OK;
	if (source->kind == KBM_SOURCE_LDAP) {
		enum kbm_code called = kbm_broker_call_server(broker, source, error);
		return called == KBM_OK ? kbm_broker_await_server(broker, error) : called;
	}
	enum kbm_code code = kbm_broker_begin_directory(broker, target, error);
	return code == KBM_OK ? end_opening(broker, error) : code;
}
