/* The structural check of a hive image: the base block, and the parts in their order. */
#include "source/hive_check.h"

#include "source/hive_check_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t kept_at(const struct kbm_check *check, enum kbm_check_kind kind)
{
	return kind < KBM_CHECK_FIRST_ODDITY ? check->report->problems : check->report->oddities;
}

void kbm_check_note(struct kbm_check *check, enum kbm_check_kind kind, const char *format, ...)
{
	struct kbm_hive_check *report = check->report;
	bool is_problem = kind < KBM_CHECK_FIRST_ODDITY;
	uint64_t at = kept_at(check, kind);
	report->counts[kind]++;
	report->problems += is_problem;
	report->oddities += !is_problem;
	if (at >= KBM_HIVE_CHECK_KEPT)
		return;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(is_problem ? report->first_problems[at] : report->first_oddities[at],
		  sizeof report->first_problems[at], format, arguments);
	va_end(arguments);
}

struct kbm_error *kbm_check_slot(const struct kbm_check *check, struct kbm_error *slot)
{
	slot->message[0] = '\0';
	return check->report->problems < KBM_HIVE_CHECK_KEPT ? slot : NULL;
}

static void check_base(struct kbm_check *check)
{
	const struct kbm_hive *hive = check->hive;
	const struct kbm_hive_info *info = &hive->info;
	if (info->state != KBM_HIVE_CLEAN)
		kbm_check_note(check, KBM_CHECK_BASE, "%s", hive->state_text);
	check->report->needs_logs =
	    info->state == KBM_HIVE_DIRTY_SEQUENCE || info->state == KBM_HIVE_DIRTY_CHECKSUM;
	if (info->bins_bytes == 0 || info->bins_bytes % KBM_HIVE_PAGE != 0)
		kbm_check_note(check, KBM_CHECK_BASE,
			       "the base block says that the bins have %" PRIu64
			       " bytes, which is no multiple of %d",
			       info->bins_bytes, KBM_HIVE_PAGE);
	uint64_t end = KBM_HIVE_BASE_BLOCK + info->bins_bytes;
	if (info->file_bytes > end)
		check->report->tail_bytes = info->file_bytes - end;
}

/* Looked at while bins are looked for. */
static void look_at_root(struct kbm_check *check)
{
	struct kbm_key_node node;
	struct kbm_error why = {0};
	if (kbm_hive_key_node(check->hive, check->hive->root, &node, &why) != KBM_OK)
		check->root = why;
}

static enum kbm_code run(struct kbm_check *check, struct kbm_error *error)
{
	check_base(check);
	look_at_root(check);
	kbm_check_bins(check);
	/* From here on only cells that `starts` knows are read: all of them lie in sound bins, and
	 * no bin need be looked for. */
	check->hive->memo->bin_start = 0;
	check->hive->memo->bin_end = check->hive->length;
	kbm_check_ring(check);
	kbm_check_keys(check);
	kbm_check_users(check);
	kbm_check_lost(check);
	if (check->told.code != KBM_OK)
		return kbm_fail(error, check->told.code, "%s", check->told.message);
	if (check->descriptors.failed || check->names.failed)
		return kbm_fail(error, KBM_MEMORY, "no memory to check a hive");
	return KBM_OK;
}

enum kbm_code kbm_hive_check(const uint8_t *bytes, size_t length, struct kbm_hive_check *report,
			     struct kbm_error *error)
{
	return kbm_hive_check_telling(bytes, length, NULL, report, error);
}

enum kbm_code kbm_hive_check_telling(const uint8_t *bytes, size_t length,
				     struct kbm_long_work *work, struct kbm_hive_check *report,
				     struct kbm_error *error)
{
	struct kbm_hive_check made = {0};
	struct kbm_hive *hive = NULL;
	enum kbm_code code = kbm_hive_open_damaged(bytes, length, &hive, error);
	if (code != KBM_OK)
		return code;
	made.major = hive->info.major;
	made.minor = hive->info.minor;
	size_t map_bytes = (size_t)hive->length / 64 + 1;
	struct kbm_check check = {
	    .hive = hive,
	    .report = &made,
	    .work = work,
	    .starts = calloc(1, map_bytes),
	    .claimed = calloc(1, map_bytes),
	};
	/* A descriptor or a value takes more of the file than its entry here. */
	kbm_bytes_init(&check.descriptors, length);
	kbm_bytes_init(&check.names, length);
	if (check.starts == NULL || check.claimed == NULL)
		code = kbm_fail(error, KBM_MEMORY, "no memory to check a hive");
	else
		code = run(&check, error);
	if (code == KBM_OK)
		*report = made;
	free(check.starts);
	free(check.claimed);
	kbm_bytes_clear(&check.descriptors);
	kbm_bytes_clear(&check.names);
	kbm_hive_close(hive);
	return code;
}
