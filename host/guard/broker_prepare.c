/* Making a source ready: what may be opened, and what the jailed reader makes of it. */
#include "guard/broker_internal.h"

#include "base/file.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U /* Linux 6.3: not executable, for good */
#endif

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "is a folder";
	case S_IFIFO:
		return "is a pipe";
	case S_IFSOCK:
		return "is a socket";
	case S_IFCHR:
	case S_IFBLK:
		return "is a device";
	default:
		return "is no regular file";
	}
}

static enum kbm_code check_status(const char *path, const struct stat *status,
				  struct kbm_error *error)
{
	if (!S_ISREG(status->st_mode))
		return kbm_fail(error, KBM_INVALID,
				"%.160s: %s, not a hive, a .reg export or an LDIF file", path,
				kind_of(status->st_mode));
	if (status->st_size == 0)
		return kbm_fail(error, KBM_INVALID, "%.180s: is empty", path);
	if ((uint64_t)status->st_size > KBM_HIVE_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "%.160s: is larger than %lu MiB", path,
				KBM_HIVE_MAX_BYTES / KBM_MIB);
	return KBM_OK;
}

/* Looks before it opens, since opening a device can do something; does not wait on a pipe. */
static enum kbm_code open_source(const char *path, struct kbm_source *source,
				 struct kbm_error *error)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return kbm_fail(error, errno == ENOENT ? KBM_NOT_FOUND : KBM_IO, "%.160s: %s", path,
				strerror(errno));
	enum kbm_code code = check_status(path, &status, error);
	if (code != KBM_OK)
		return code;
	int descriptor = kbm_file_open_above(path, O_RDONLY | O_NONBLOCK);
	if (descriptor < 0)
		return kbm_fail(error, errno == EACCES ? KBM_UNREADABLE : KBM_IO,
				"%.160s: cannot be read: %s", path, strerror(errno));
	source->descriptor = descriptor; /* closed by kbm_source_clear() from here */
	source->file = descriptor;
	if (fstat(descriptor, &status) != 0)
		return kbm_fail(error, KBM_IO, "%.160s: %s", path, strerror(errno));
	source->size = (uint64_t)status.st_size;
	return check_status(path, &status, error);
}

/* Room for a hive image: pages that are not written cost nothing. */
static int make_output(uint64_t room)
{
	if (room > KBM_HIVE_MAX_BYTES)
		room = KBM_HIVE_MAX_BYTES;
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int output = memfd_create("kbmend-hive-image", flags | MFD_NOEXEC_SEAL);
	if (output < 0 && errno == EINVAL)
		output = memfd_create("kbmend-hive-image", flags);
	if (output >= 0 && ftruncate(output, (off_t)room) != 0) {
		close(output);
		return -1;
	}
	return output;
}

/* What logs are replayed into. The kernel copies, which is less work than in a mapping. */
static bool copy_hive(int hive, int output)
{
	off_t at = 0;
	struct stat status;
	if (fstat(hive, &status) != 0)
		return false;
	while (at < status.st_size) {
		ssize_t copied =
		    TEMP_FAILURE_RETRY(sendfile(output, hive, &at, (size_t)(status.st_size - at)));
		if (copied == 0)
			errno = EIO;
		if (copied <= 0)
			return false;
	}
	return true;
}

/* The image gets its length and never changes again. */
static enum kbm_code seal(int output, uint64_t length, struct kbm_error *error)
{
	struct stat status;
	if (fstat(output, &status) != 0 || length > (uint64_t)status.st_size)
		return kbm_fail(error, KBM_INTERNAL, "the image is larger than its room");
	if (ftruncate(output, (off_t)length) != 0 ||
	    fcntl(output, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) !=
		0)
		return kbm_fail(error, KBM_IO, "the image cannot be sealed: %s", strerror(errno));
	return KBM_OK;
}

/* Rows of this job tell how far it is. */
static enum kbm_code take_word(void *context, const struct kbm_registry_row *row,
			       struct kbm_error *error)
{
	const struct kbm_broker_listener *listener = context;
	if (row->row_kind != KBM_ROW_PROGRESS)
		return kbm_fail(error, KBM_INTERNAL, "a row that tells nothing of the work");
	if (listener->tell != NULL)
		listener->tell(listener->context, row->looked);
	return KBM_OK;
}

static enum kbm_code ask_aloud(struct kbm_exchange *exchange, struct kbm_broker_listener *listener,
			       struct kbm_error *error)
{
	exchange->sink = take_word;
	exchange->sink_context = listener;
	if (listener->begin != NULL)
		listener->begin(listener->context);
	enum kbm_code code = kbm_exchange_run(exchange, error);
	if (listener->end != NULL)
		listener->end(listener->context);
	return code;
}

enum kbm_code kbm_prepare_ask(struct kbm_broker *broker, const struct kbm_prepare_order *order,
			      int *image, struct kbm_prepare_answer *answer,
			      struct kbm_error *error)
{
	struct kbm_child child = {0};
	int output = make_output(order->room);
	if (output < 0)
		return kbm_fail(error, KBM_IO, "memory for an image cannot be had: %s",
				strerror(errno));
	if (order->start.logs != 0 && !copy_hive(order->inputs[0], output)) {
		close(output);
		return kbm_fail(error, KBM_IO, "the hive cannot be copied: %s", strerror(errno));
	}
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {.job = KBM_JOB_PREPARE,
		      .inputs = order->inputs,
		      .input_count = order->input_count,
		      .output = output},
	    .start = &order->start,
	    .child = &child,
	    .prepared = answer,
	};
	enum kbm_code code = ask_aloud(&exchange, &broker->listener, error);
	bool has_image = answer->source.kind == KBM_SOURCE_REG || answer->source.recovered;
	if (code == KBM_OK && (has_image != (answer->image_bytes > 0) ||
			       (answer->source.recovered && order->start.logs == 0)))
		code = kbm_fail(error, KBM_INTERNAL,
				"the worker's child broke the protocol: an image that is none");
	if (code == KBM_OK && has_image)
		code = seal(output, answer->image_bytes, error);
	if (code == KBM_OK && has_image)
		*image = output; /* the caller's from here */
	else
		close(output);
	return code;
}

/* What the content says joins what kbmend knows itself. */
static void merge(struct kbm_prepare_answer *answer, int image, struct kbm_source *source)
{
	answer->source.path = source->path;
	answer->source.size = source->size;
	answer->source.descriptor = image < 0 ? source->descriptor : image;
	answer->source.file = source->file;
	*source = answer->source;
}

static enum kbm_code describe(struct kbm_broker *broker, unsigned codepage, int selection,
			      struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_prepare_answer answer = {0};
	struct kbm_prepare_order order = {
	    .start = {codepage, selection, 0},
	    .inputs = {source->descriptor},
	    .input_count = 1,
	    .room = KBM_MIB + source->size * KBM_IMAGE_PER_REG_BYTE,
	};
	int image = -1;
	enum kbm_code code = kbm_prepare_ask(broker, &order, &image, &answer, error);
	if (code == KBM_OK && answer.needs_logs) {
		order.room = KBM_MIB;
		code = kbm_prepare_recover(broker, source->path, &order, &image, &answer, error);
	} else if (code == KBM_OK && answer.closed.code != KBM_OK) {
		code = kbm_fail(error, answer.closed.code, "%s", answer.closed.message);
	}
	merge(&answer, image, source);
	return code;
}

/* A hive that is broken, as the child told that it is one. */
static bool is_broken_hive(const struct kbm_source *source, enum kbm_code code)
{
	return code == KBM_UNREADABLE && source->kind == KBM_SOURCE_HIVE && source->hive != NULL;
}

/* Of such a hive only where it belongs is known, if that. */
static enum kbm_code keep_broken(struct kbm_source *source, const char *problem,
				 struct kbm_error *error)
{
	struct kbm_source made = {0};
	enum kbm_code code =
	    kbm_source_unreadable(source->path, source->hive, problem, &made, error);
	if (code != KBM_OK)
		return code;
	kbm_source_clear(source);
	*source = made;
	return KBM_OK;
}

/* Takes what was opened as it is for that use, or says what is wrong with it. */
static enum kbm_code take_for(enum kbm_source_use use, struct kbm_source *source,
			      enum kbm_code code, const struct kbm_error *reason,
			      struct kbm_error *error)
{
	bool for_scripts = use == KBM_USE_SCRIPTS || use == KBM_USE_TARGET;
	struct kbm_error problem = {0};
	if (code == KBM_OK && source->cut && for_scripts)
		code = kbm_fail(&problem, KBM_UNREADABLE, "%.100s: %s; copy it again", source->path,
				source->dirty_reason);
	else if (code != KBM_OK)
		kbm_exchange_fail_about(source->path, code, reason, &problem);
	if (use == KBM_USE_TARGET && is_broken_hive(source, code))
		return keep_broken(source, problem.message, error);
	/* Whether it is a hive at all is told by the check. */
	if (use == KBM_USE_CHECK && code == KBM_UNREADABLE) {
		source->kind = KBM_SOURCE_HIVE;
		source->dirty = true; /* nor is what it lacks */
		return KBM_OK;
	}
	return code == KBM_OK ? KBM_OK : kbm_fail(error, code, "%s", problem.message);
}

enum kbm_code kbm_broker_prepare(struct kbm_broker *broker, const char *path,
				 enum kbm_source_use use, unsigned codepage, int selection,
				 struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_source made = {.path = strdup(path)};
	struct kbm_error reason = {0};
	enum kbm_code code =
	    made.path == NULL ? kbm_fail(error, KBM_MEMORY, "no memory for a path") : KBM_OK;
	if (code == KBM_OK)
		code = open_source(path, &made, error);
	if (code == KBM_OK) {
		code = describe(broker, codepage, selection, &made, &reason);
		code = take_for(use, &made, code, &reason, error);
	}
	if (code != KBM_OK) {
		kbm_source_clear(&made);
		return code;
	}
	*source = made;
	return KBM_OK;
}
