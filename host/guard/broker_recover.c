/* Having a hive that was not written to its end recovered from its logs. */
#include "guard/broker_internal.h"

#include "base/file_state.h"
#include "base/limits.h"
#include "guard/hive_logs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A hive and its logs, while they are read. */
struct opened {
	struct stat hive;			   /* as it was before, like logs[i].read */
	struct kbm_source_log logs[KBM_HIVE_LOGS]; /* as found: path, reason, read */
	int descriptors[KBM_HIVE_LOGS];		   /* -1: none */
};

static void close_logs(struct opened *opened)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		if (opened->descriptors[i] >= 0)
			close(opened->descriptors[i]);
		free(opened->logs[i].path);
	}
}

/* Takes note of an input's state; the image has room for all of it. */
static enum kbm_code note_state(int descriptor, struct kbm_prepare_order *order,
				struct stat *before, struct kbm_error *error)
{
	if (fstat(descriptor, before) != 0)
		return kbm_fail(error, KBM_IO, "a file's state cannot be had");
	order->room += (uint64_t)before->st_size;
	return KBM_OK;
}

static enum kbm_code add_inputs(struct opened *opened, struct kbm_prepare_order *order,
				struct kbm_error *error)
{
	enum kbm_code code = note_state(order->inputs[0], order, &opened->hive, error);
	for (size_t i = 0; code == KBM_OK && i < KBM_HIVE_LOGS; i++) {
		if (opened->descriptors[i] < 0)
			continue;
		order->inputs[order->input_count++] = opened->descriptors[i];
		order->start.logs |= 1U << i;
		code = note_state(opened->descriptors[i], order, &opened->logs[i].read, error);
	}
	return code;
}

static bool is_unchanged(int descriptor, const struct stat *before)
{
	struct stat now;
	return fstat(descriptor, &now) == 0 && kbm_file_state_same_content(before, &now);
}

/* A machine that runs writes to its hives and logs: what was read of them then fits together, or
 * not. */
static enum kbm_code check_unchanged(const struct kbm_prepare_order *order,
				     const struct opened *opened, struct kbm_error *error)
{
	bool unchanged = is_unchanged(order->inputs[0], &opened->hive);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		if (opened->descriptors[i] >= 0 &&
		    !is_unchanged(opened->descriptors[i], &opened->logs[i].read))
			unchanged = false;
	if (unchanged)
		return KBM_OK;
	return kbm_fail(error, KBM_UNREADABLE,
			"the hive or a log was written to while it was read; run again when "
			"nothing writes to it");
}

/* The answer to the hive with its logs takes the place of that to the hive alone. */
static enum kbm_code ask_again(struct kbm_broker *broker, const struct kbm_prepare_order *order,
			       const struct opened *opened, int *image,
			       struct kbm_prepare_answer *answer, struct kbm_error *error)
{
	struct kbm_prepare_answer again = {0};
	int made = -1;
	enum kbm_code code = kbm_prepare_ask(broker, order, &made, &again, error);
	if (code == KBM_OK)
		code = check_unchanged(order, opened, error);
	if (code == KBM_OK) {
		kbm_source_clear(&answer->source);
		*answer = again;
		*image = made;
		return KBM_OK;
	}
	kbm_source_clear(&again.source);
	if (made >= 0)
		close(made);
	return code;
}

/* What was found beside the hive joins what the child said of it. */
static void keep_paths(struct opened *opened, struct kbm_source *source)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		source->logs[i].read = opened->logs[i].read;
		source->logs[i].path = opened->logs[i].path;
		opened->logs[i].path = NULL;
		if (opened->descriptors[i] < 0)
			source->logs[i].report = opened->logs[i].report;
	}
}

/* --- a hive that is not recovered ----------------------------------------------------------- */

static bool has_replayed(const struct kbm_source *source)
{
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		if (source->logs[i].report.replayed)
			return true;
	return false;
}

/* What its logs are to a hive that they do not mend. */
enum logs_fate {
	LOGS_IGNORED,
	LOGS_MISSING,
	LOGS_UNOPENED, /* one is there, and it cannot be told what it holds */
	LOGS_UNFIT     /* they were read and are not what the hive needs */
};

static enum logs_fate fate_of(const struct kbm_broker *broker,
			      const struct kbm_prepare_answer *answer, bool are_opened,
			      size_t reason_length)
{
	if (broker->logs == KBM_LOGS_IGNORE)
		return LOGS_IGNORED;
	if (!are_opened)
		return LOGS_UNOPENED;
	return reason_length == 0 && answer->log_failure.code == KBM_OK ? LOGS_MISSING : LOGS_UNFIT;
}

/* Why: what is wrong with each log, or that there is none; where logs were replayed, with what came
 * of it; and what to do about it. */
static void append_why(const struct kbm_broker *broker, const struct kbm_prepare_answer *answer,
		       bool are_opened, struct kbm_bytes *out)
{
	static const struct {
		const char *before;
		const char *after;
	} words[] = {
	    [LOGS_IGNORED] = {"its logs were not looked at: leave out --logs ignore", ""},
	    [LOGS_MISSING] = {"no transaction log lies beside it: copy its .LOG, .LOG1 and .LOG2 "
			      "along",
			      ""},
	    [LOGS_UNOPENED] = {"", ""}, /* the log's reason says it */
	    [LOGS_UNFIT] = {"", "; copy hive and logs again while nothing writes to them"},
	};
	const struct kbm_error *failure = &answer->log_failure;
	struct kbm_bytes reasons;
	kbm_bytes_init(&reasons, KBM_TEXT_MAX_BYTES);
	kbm_hive_logs_append_reasons(&answer->source, true, &reasons);
	enum logs_fate fate = fate_of(broker, answer, are_opened, reasons.length);
	if (failure->code != KBM_OK && (reasons.length == 0 || has_replayed(&answer->source)))
		kbm_bytes_printf(&reasons, "%s%s", reasons.length == 0 ? "" : "; ",
				 failure->message);
	kbm_bytes_printf(out, "%s%s%s", words[fate].before,
			 reasons.length == 0 ? "" : kbm_bytes_text(&reasons), words[fate].after);
	kbm_bytes_clear(&reasons);
}

static enum kbm_code explain(const struct kbm_broker *broker, const char *path, bool are_opened,
			     struct kbm_prepare_answer *answer, struct kbm_error *error)
{
	struct kbm_bytes why;
	struct kbm_source *source = &answer->source;
	kbm_bytes_init(&why, KBM_TEXT_MAX_BYTES);
	if (source->dirty_reason != NULL && answer->closed.code == KBM_OK)
		kbm_bytes_printf(&why, "%s; ", source->dirty_reason);
	size_t start = why.length;
	append_why(broker, answer, are_opened, &why);
	free(source->logs_reason);
	source->logs_reason = strdup(kbm_bytes_text(&why) + start);
	enum kbm_code code = KBM_OK;
	if (broker->logs == KBM_LOGS_REQUIRE)
		code = kbm_fail(error, KBM_REFUSED,
				"%.80s: the hive is dirty and no log can be replayed (--logs "
				"require): %s",
				path, kbm_bytes_text(&why) + start);
	else if (answer->closed.code != KBM_OK)
		code = kbm_fail(error, answer->closed.code, "%.120s; %s", answer->closed.message,
				kbm_bytes_text(&why) + start);
	free(source->dirty_reason);
	source->dirty_reason = kbm_bytes_take(&why, NULL);
	if (code == KBM_OK && (source->dirty_reason == NULL || source->logs_reason == NULL))
		code = kbm_fail(error, KBM_MEMORY, "no memory");
	return code;
}

/* Logs that are asked for are asked for whole. */
static enum kbm_code refuse_gap(const char *path, const struct kbm_source *source,
				struct kbm_error *error)
{
	struct kbm_bytes gap;
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&gap, KBM_TEXT_MAX_BYTES);
	kbm_hive_logs_append_gap(source, path, &gap);
	if (gap.length > 0)
		code = kbm_fail(error, KBM_REFUSED, "%.80s: %.130s (--logs require)", path,
				kbm_bytes_text(&gap));
	kbm_bytes_clear(&gap);
	return code;
}

enum kbm_code kbm_prepare_recover(struct kbm_broker *broker, const char *path,
				  struct kbm_prepare_order *order, int *image,
				  struct kbm_prepare_answer *answer, struct kbm_error *error)
{
	struct opened opened = {.descriptors = {-1, -1, -1}};
	enum kbm_code code = KBM_OK;
	struct kbm_error unreadable = {0};
	if (broker->logs != KBM_LOGS_IGNORE)
		code = kbm_hive_logs_open(path, opened.logs, opened.descriptors, &unreadable);
	if (code == KBM_MEMORY)
		kbm_fail(error, code, "%s", unreadable.message);
	if (code == KBM_OK)
		code = add_inputs(&opened, order, error);
	if (code == KBM_OK && order->start.logs != 0)
		code = ask_again(broker, order, &opened, image, answer, error);
	if (code == KBM_UNREADABLE && unreadable.code != KBM_OK)
		code = KBM_OK; /* the hive stays as dirty as it is */
	keep_paths(&opened, &answer->source);
	close_logs(&opened);
	if (code == KBM_OK && answer->source.recovered)
		return broker->logs == KBM_LOGS_REQUIRE ? refuse_gap(path, &answer->source, error)
							: KBM_OK;
	if (code != KBM_OK)
		return code;
	return explain(broker, path, unreadable.code == KBM_OK, answer, error);
}
