/* The structural check of a hive: security descriptors, their ring and how many keys use each. */
#include "source/hive_check_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD = 20, NEXT = 4, PREVIOUS = 8, USERS = 12, SIZE = 16 }; /* of an sk record */
enum { KEY_DESCRIPTOR = 44 };					     /* in an nk record */

static size_t descriptor_count(const struct kbm_check *check)
{
	return check->descriptors.length / sizeof(struct kbm_check_descriptor);
}

static bool is_descriptor(struct kbm_check *check, kbm_cell cell, const struct kbm_span *span)
{
	const char *why = NULL;
	if (span->length < RECORD || memcmp(span->data, "sk", 2) != 0)
		why = "should hold a security descriptor (sk) and does not";
	else if (kbm_hive_u32(span->data + SIZE) > span->length - RECORD)
		why = "holds a security descriptor that is longer than the cell";
	if (why != NULL)
		kbm_check_note(check, KBM_CHECK_DESCRIPTOR,
			       "the cell at file offset 0x%" PRIX64 " %s",
			       kbm_hive_file_offset(cell), why);
	return why == NULL;
}

static int compare_cells(const void *left, const void *right)
{
	kbm_cell x = ((const struct kbm_check_descriptor *)left)->cell;
	kbm_cell y = ((const struct kbm_check_descriptor *)right)->cell;
	return x < y ? -1 : x > y;
}

static void check_backward(struct kbm_check *check, kbm_cell cell, kbm_cell said, kbm_cell before)
{
	if (said != before)
		kbm_check_note(check, KBM_CHECK_DESCRIPTOR,
			       "the security descriptor at file offset 0x%" PRIX64
			       " names 0x%" PRIX64 " as the one before it, which is 0x%" PRIX64,
			       kbm_hive_file_offset(cell), kbm_hive_file_offset(said),
			       kbm_hive_file_offset(before));
}

/* Each step claims a cell, so a ring that never comes back to its first ends too. */
void kbm_check_ring(struct kbm_check *check)
{
	const struct kbm_hive *hive = check->hive;
	kbm_cell root = hive->root;
	if (check->root.code != KBM_OK)
		return;
	kbm_cell first = kbm_hive_u32(hive->bins + root + sizeof(uint32_t) + KEY_DESCRIPTOR);
	kbm_cell from = root;
	kbm_cell cell = first;
	const char *what = "the security descriptor of the key";
	struct kbm_span span = {NULL, 0};
	kbm_cell first_before = 0;
	do {
		if (!kbm_check_claim(check, cell, what, from, &span) ||
		    !is_descriptor(check, cell, &span))
			goto sort;
		struct kbm_check_descriptor entry = {.cell = cell,
						     .said = kbm_hive_u32(span.data + USERS)};
		kbm_bytes_append(&check->descriptors, &entry, sizeof entry);
		if (cell == first)
			first_before = kbm_hive_u32(span.data + PREVIOUS);
		else
			check_backward(check, cell, kbm_hive_u32(span.data + PREVIOUS), from);
		what = "the descriptor behind the security descriptor";
		from = cell;
		cell = kbm_hive_u32(span.data + NEXT);
	} while (cell != first);
	check_backward(check, first, first_before, from);
sort:
	check->report->descriptors = descriptor_count(check);
	if (descriptor_count(check) > 1)
		qsort(check->descriptors.data, descriptor_count(check),
		      sizeof(struct kbm_check_descriptor), compare_cells);
}

void kbm_check_use(struct kbm_check *check, kbm_cell key, kbm_cell descriptor)
{
	const struct kbm_check_descriptor sought = {.cell = descriptor};
	struct kbm_check_descriptor *found = NULL;
	if (descriptor_count(check) > 0)
		found = bsearch(&sought, check->descriptors.data, descriptor_count(check),
				sizeof sought, compare_cells);
	if (found != NULL)
		found->users++;
	else if (key != check->hive->root && descriptor == KBM_CELL_NONE)
		kbm_check_note(check, KBM_CHECK_DESCRIPTOR,
			       "the security descriptor of the key at file offset 0x%" PRIX64
			       " is missing",
			       kbm_hive_file_offset(key));
	else if (key != check->hive->root) /* the root's was looked at as the ring's first */
		kbm_check_note(check, KBM_CHECK_DESCRIPTOR,
			       "the security descriptor of the key at file offset 0x%" PRIX64
			       " is said to lie at 0x%" PRIX64 ", where none of the hive's lies",
			       kbm_hive_file_offset(key), kbm_hive_file_offset(descriptor));
}

void kbm_check_users(struct kbm_check *check)
{
	const struct kbm_check_descriptor *entries =
	    (const struct kbm_check_descriptor *)(const void *)check->descriptors.data;
	for (size_t i = 0; i < descriptor_count(check); i++) {
		if (entries[i].users != entries[i].said)
			kbm_check_note(check, KBM_CHECK_USERS,
				       "the security descriptor at file offset 0x%" PRIX64
				       " says that %u keys use it, %" PRIu64 " do",
				       kbm_hive_file_offset(entries[i].cell), entries[i].said,
				       entries[i].users);
	}
}
