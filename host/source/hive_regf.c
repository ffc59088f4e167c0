/* The second reader: libregf over a hive in memory, asked place by place. */
#include "source/hive_regf.h"

#include <libbfio.h>
#include <libregf.h>

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_records.h"
#include "source/hive_regf_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRACE_BYTES = 4096, FIRST_MINOR = 2, LAST_MINOR = 6, BIG_DATA_MINOR = 4 };
#define NAME_MAX_BYTES (4UL * UINT16_MAX) /* a stored name has at most UINT16_MAX bytes */

struct kbm_regf {
	struct kbm_regf_image image;
	libbfio_handle_t *range;
	libregf_file_t *file;
	struct kbm_bytes stored; /* a name's bytes as in the file */
	struct kbm_bytes name;	 /* the same name as WTF-8 */
	/* The keys on the way to the one that was asked for last: what a plan rests on lies close
	 * together, and each key costs a look at its siblings. way[0] is the root. */
	libregf_key_t *way[KBM_HIVE_MAX_DEPTH + 1];
	size_t ends[KBM_HIVE_MAX_DEPTH + 1]; /* bytes of `path` down to each */
	size_t way_count;		     /* 0: none yet */
	struct kbm_bytes path;
	/* Where the last name was found at each depth, and among the key's values: who asks for one
	 * thing after the other asks in the hive's order, and finds it there or next to it. */
	int key_hints[KBM_HIVE_MAX_DEPTH];
	int value_hint;
};

/* Keys and values are asked in the same way: for libregf both are an intptr_t, its name for what is
 * none of a caller's business. */
struct kind {
	const char *noun;
	const char *signature;
	uint32_t record_bytes;
	size_t flags_at;
	uint16_t compressed;
	int (*offset)(intptr_t *, off64_t *, libregf_error_t **);
	int (*stored_size)(intptr_t *, size_t *, libregf_error_t **);
	int (*stored)(intptr_t *, uint8_t *, size_t, libregf_error_t **);
	int (*utf8_size)(intptr_t *, size_t *, libregf_error_t **);
	int (*utf8)(intptr_t *, uint8_t *, size_t, libregf_error_t **);
	/* Among its siblings. */
	size_t count_at; /* in the parent's nk record */
	int count_max;
	int (*count)(libregf_key_t *, int *, libregf_error_t **);
	int (*get)(libregf_key_t *, int, intptr_t **, libregf_error_t **);
	int (*free)(intptr_t **, libregf_error_t **);
};

static const struct kind KEY = {
    .noun = "subkey",
    .signature = "nk",
    .record_bytes = KBM_REGF_NK_BYTES,
    .flags_at = KBM_REGF_NK_FLAGS,
    .compressed = KBM_REGF_NK_COMPRESSED,
    .offset = libregf_key_get_offset,
    .stored_size = libregf_key_get_name_size,
    .stored = libregf_key_get_name,
    .utf8_size = libregf_key_get_utf8_name_size,
    .utf8 = libregf_key_get_utf8_name,
    .count_at = KBM_REGF_NK_SUBKEYS,
    .count_max = KBM_REGF_MAX_SUBKEYS,
    .count = libregf_key_get_number_of_sub_keys,
    .get = libregf_key_get_sub_key,
    .free = libregf_key_free,
};

static const struct kind VALUE = {
    .noun = "value",
    .signature = "vk",
    .record_bytes = KBM_REGF_VK_BYTES,
    .flags_at = KBM_REGF_VK_FLAGS,
    .compressed = KBM_REGF_VK_COMPRESSED,
    .offset = libregf_value_get_offset,
    .stored_size = libregf_value_get_name_size,
    .stored = libregf_value_get_name,
    .utf8_size = libregf_value_get_utf8_name_size,
    .utf8 = libregf_value_get_utf8_name,
    .count_at = KBM_REGF_NK_VALUES,
    .count_max = KBM_REGF_MAX_VALUES,
    .count = libregf_key_get_number_of_values,
    .get = libregf_key_get_value,
    .free = libregf_value_free,
};

/* --- errors --------------------------------------------------------------------------------- */

/* The innermost reason in a backtrace: its first line, without the function's name before it and
 * the full stop behind it. What a terminal would act on goes. */
static const char *first_reason(char *trace)
{
	size_t length = strcspn(trace, "\n");
	if (length > 0 && trace[length - 1] == '.')
		length--;
	trace[length] = '\0';
	for (char *at = trace; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	const char *colon = strstr(trace, ": ");
	const char *reason = colon == NULL ? trace : colon + 2;
	return *reason == '\0' ? "it gives no reason" : reason;
}

/* Translates what libregf or libbfio said (their errors are of one type) and frees it. */
static enum kbm_code give_up(libregf_error_t **problem, const char *what, struct kbm_error *error)
{
	char trace[TRACE_BYTES] = "";
	if (*problem != NULL && libregf_error_backtrace_sprint(*problem, trace, sizeof trace) < 0)
		trace[0] = '\0';
	libregf_error_free(problem);
	return kbm_fail(error, KBM_UNREADABLE, "libregf cannot %s: %s", what, first_reason(trace));
}

const char *kbm_regf_version(void)
{
	return libregf_get_version();
}

const char *kbm_regf_io_version(void)
{
	return libbfio_get_version();
}

/* --- opening -------------------------------------------------------------------------------- */

static enum kbm_code check_version(struct kbm_regf *regf, struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	uint32_t major = 0;
	if (libregf_file_get_format_version(regf->file, &major, &regf->image.minor, &problem) != 1)
		return give_up(&problem, "tell the hive's version", error);
	if (major != 1 || regf->image.minor < FIRST_MINOR || regf->image.minor > LAST_MINOR)
		return kbm_fail(error, KBM_UNSUPPORTED,
				"a hive of format %u.%u cannot be read twice, only 1.%u to 1.%u",
				major, regf->image.minor, FIRST_MINOR, LAST_MINOR);
	return KBM_OK;
}

static enum kbm_code open_file(struct kbm_regf *regf, struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	/* libbfio wants memory that it might write; it is opened for reading only. */
	uint8_t *start = (uint8_t *)regf->image.bytes;
	if (libbfio_memory_range_initialize(&regf->range, &problem) != 1 ||
	    libbfio_memory_range_set(regf->range, start, regf->image.length, &problem) != 1 ||
	    libregf_file_initialize(&regf->file, &problem) != 1 ||
	    libregf_file_open_file_io_handle(regf->file, regf->range, LIBREGF_OPEN_READ,
					     &problem) != 1)
		return give_up(&problem, "open the hive", error);
	return check_version(regf, error);
}

enum kbm_code kbm_regf_open(const uint8_t *bytes, size_t length, struct kbm_regf **regf,
			    struct kbm_error *error)
{
	if (length > KBM_HIVE_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a hive of %zu bytes, at most %lu are read",
				length, KBM_HIVE_MAX_BYTES);
	struct kbm_regf *opened = calloc(1, sizeof *opened);
	if (opened == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory to open a hive with libregf");
	opened->image.bytes = bytes;
	opened->image.length = length;
	kbm_bytes_init(&opened->stored, NAME_MAX_BYTES);
	kbm_bytes_init(&opened->name, NAME_MAX_BYTES);
	kbm_bytes_init(&opened->path, KBM_PATH_MAX_BYTES);
	enum kbm_code code = open_file(opened, error);
	if (code == KBM_OK) {
		*regf = opened;
		opened = NULL;
	}
	kbm_regf_close(opened);
	return code;
}

static void shorten_way(struct kbm_regf *regf, size_t count)
{
	while (regf->way_count > count)
		libregf_key_free(&regf->way[--regf->way_count], NULL);
}

void kbm_regf_close(struct kbm_regf *regf)
{
	if (regf == NULL)
		return;
	shorten_way(regf, 0);
	libregf_file_free(&regf->file, NULL);
	libbfio_handle_free(&regf->range, NULL);
	kbm_bytes_clear(&regf->stored);
	kbm_bytes_clear(&regf->name);
	kbm_bytes_clear(&regf->path);
	free(regf);
}

/* --- records and names ---------------------------------------------------------------------- */

static enum kbm_code find_record(const struct kbm_regf *regf, const struct kind *kind,
				 intptr_t *item, struct kbm_regf_record *record,
				 struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	off64_t offset = 0;
	if (kind->offset(item, &offset, &problem) != 1)
		return give_up(&problem, "tell where a record stands", error);
	return kbm_regf_record_at(&regf->image, offset, kind->signature, kind->record_bytes, record,
				  error);
}

/* The name as libregf took it out of the record, undecoded. */
static enum kbm_code read_stored_name(struct kbm_regf *regf, const struct kind *kind,
				      intptr_t *item, struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	size_t size = 0;
	kbm_bytes_reset(&regf->stored);
	if (kind->stored_size(item, &size, &problem) != 1)
		return give_up(&problem, "tell how long a name is", error);
	if (size > UINT16_MAX || !kbm_bytes_append_zeros(&regf->stored, size))
		return kbm_fail(error, KBM_LIMIT, "libregf sees a name of %zu bytes", size);
	if (size > 0 && kind->stored(item, regf->stored.data, size, &problem) != 1)
		return give_up(&problem, "read a name", error);
	return KBM_OK;
}

static enum kbm_code read_utf8_name(struct kbm_regf *regf, const struct kind *kind, intptr_t *item,
				    struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	size_t size = 0; /* with the NUL */
	kbm_bytes_reset(&regf->name);
	if (kind->utf8_size(item, &size, &problem) != 1)
		return give_up(&problem, "tell how long a name is as text", error);
	if (!kbm_bytes_append_zeros(&regf->name, size))
		return kbm_fail(error, KBM_LIMIT, "libregf sees a name of %zu bytes", size);
	if (size > 0 && kind->utf8(item, regf->name.data, size, &problem) != 1)
		return give_up(&problem, "read a name as text", error);
	regf->name.length = strnlen(kbm_bytes_text(&regf->name), size);
	return KBM_OK;
}

/* Leaves the name of a key or value in regf->name: libregf's own where that is sound. */
static enum kbm_code read_name(struct kbm_regf *regf, const struct kind *kind, intptr_t *item,
			       const struct kbm_regf_record *record, struct kbm_error *error)
{
	enum kbm_code code = read_stored_name(regf, kind, item, error);
	if (code != KBM_OK)
		return code;
	uint16_t flags = kbm_regf_record_u16(record, kind->flags_at);
	struct kbm_stored_name stored = {.data = regf->stored.data,
					 .length = (uint16_t)regf->stored.length,
					 .compressed = (flags & kind->compressed) != 0};
	if (kbm_regf_name_is_sound(stored.data, stored.length, stored.compressed))
		return read_utf8_name(regf, kind, item, error);
	return kbm_hive_name_text(&stored, &regf->name, error);
}

/* --- looking for a name --------------------------------------------------------------------- */

/* A name that is looked for among the subkeys or the values of one key. */
struct search {
	const struct kind *kind;
	libregf_key_t *parent;
	const char *name;
	size_t length;
	int count; /* siblings as libregf counts them */
	int *hint; /* the sibling to begin with; becomes the one that was found */
	unsigned bad;
	struct kbm_error first_bad;
	uint64_t looked_ms; /* CPU time when the last look ended: the clock is a system call */
	bool costly;	    /* a sibling took so long that nothing libregf says here is believed */
	int order;	    /* of `name` to the sibling looked at last, when that could be read */
	bool is_absent;	    /* no sibling need be looked at any more */
};

static uint64_t cpu_ms(void)
{
	struct timespec used = {0};
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000 + (uint64_t)used.tv_nsec / 1000000;
}

/* The index-th sibling, when it has the name; *found is the caller's then. A sibling that cannot be
 * read must not hide a sound one: it is counted, and the search goes on. */
static bool try_sibling(struct kbm_regf *regf, struct search *search, int index, intptr_t **found,
			struct kbm_regf_record *record)
{
	const struct kind *kind = search->kind;
	struct kbm_error *error = search->bad == 0 ? &search->first_bad : NULL;
	libregf_error_t *problem = NULL;
	intptr_t *sibling = NULL;
	enum kbm_code code = KBM_OK;
	int got = kind->get(search->parent, index, &sibling, &problem);
	uint64_t now_ms = cpu_ms();
	search->costly = now_ms - search->looked_ms > KBM_REGF_MAX_SIBLING_MS;
	search->looked_ms = now_ms;
	if (got != 1) {
		char what[64];
		snprintf(what, sizeof what, "read %s %d of %d", kind->noun, index + 1,
			 search->count);
		code = give_up(&problem, what, error);
	}
	if (code == KBM_OK)
		code = find_record(regf, kind, sibling, record, error);
	if (code == KBM_OK)
		code = read_name(regf, kind, sibling, record, error);
	if (code == KBM_OK) {
		search->order = kbm_text_compare_names(
		    search->name, search->length, kbm_bytes_text(&regf->name), regf->name.length);
		if (search->order == 0) {
			*found = sibling;
			return true;
		}
	}
	if (code != KBM_OK)
		search->bad++;
	kind->free(&sibling, NULL);
	return false;
}

/* Nothing of that name was seen: whether that means absent. libregf passes over what its lists say
 * wrongly without a word, so that the key's own count is asked too. */
static enum kbm_code judge_absence(const struct kbm_regf *regf, const struct search *search,
				   struct kbm_error *error)
{
	const struct kind *kind = search->kind;
	struct kbm_regf_record parent = {NULL, 0, 0};
	if (search->bad > 0)
		return kbm_fail(error, KBM_UNREADABLE, "%s: whether the %s is there cannot be told",
				search->first_bad.message, kind->noun);
	enum kbm_code code = find_record(regf, &KEY, search->parent, &parent, error);
	if (code != KBM_OK)
		return code;
	uint32_t said = kbm_regf_record_u32(&parent, kind->count_at);
	if (said > (uint32_t)search->count)
		return kbm_fail(error, KBM_UNREADABLE,
				"libregf sees %d of the %u %ss of the key at file offset 0x%llX",
				search->count, said, kind->noun, (unsigned long long)parent.offset);
	if (search->count > kind->count_max)
		return kbm_fail(error, KBM_LIMIT,
				"a key has %d %ss, at most %d are read a second time",
				search->count, kind->noun, kind->count_max);
	return KBM_NOT_FOUND;
}

/* One look at a sibling; KBM_NOT_FOUND: it is another one. */
static enum kbm_code look_at(struct kbm_regf *regf, struct search *search, int index,
			     intptr_t **found, struct kbm_regf_record *record,
			     struct kbm_error *error)
{
	bool is_it = try_sibling(regf, search, index, found, record);
	if (search->costly) {
		search->kind->free(found, NULL);
		return kbm_fail(error, KBM_UNREADABLE,
				"libregf took more than %u ms for %s %d of %d, as if that was made "
				"to keep it busy",
				KBM_REGF_MAX_SIBLING_MS, search->kind->noun, index + 1,
				search->count);
	}
	if (!is_it)
		return KBM_NOT_FOUND;
	*search->hint = index;
	return KBM_OK;
}

/* Hives keep subkeys in the order of their names, so that a few looks of thousands do. What is out
 * of order or damaged misleads it: what it finds counts, and that it finds nothing where the key's
 * list, read here, is in order and all that libregf sees. */
static enum kbm_code bisect(struct kbm_regf *regf, struct search *search, int count,
			    intptr_t **found, struct kbm_regf_record *record,
			    struct kbm_error *error)
{
	struct kbm_regf_record parent;
	enum kbm_code code = KBM_NOT_FOUND;
	int low = 0;
	int end = count;
	search->bad = 0;
	while (code == KBM_NOT_FOUND && low < end && search->bad == 0) {
		int middle = low + (end - low) / 2;
		code = look_at(regf, search, middle, found, record, error);
		if (search->order < 0)
			end = middle;
		else
			low = middle + 1;
	}
	search->is_absent = code == KBM_NOT_FOUND && search->bad == 0 && count == search->count &&
			    find_record(regf, &KEY, search->parent, &parent, NULL) == KBM_OK &&
			    kbm_regf_lists_others(&regf->image, &parent, (uint32_t)count,
						  search->name, search->length);
	search->bad = 0;
	return code;
}

/* By index and one by one: libregf's own look-up by name stops at the first name that it cannot
 * convert. *found is the caller's; *record is where it stands. */
static enum kbm_code find_name(struct kbm_regf *regf, struct search *search, intptr_t **found,
			       struct kbm_regf_record *record, struct kbm_error *error)
{
	const struct kind *kind = search->kind;
	libregf_error_t *problem = NULL;
	if (kind->count(search->parent, &search->count, &problem) != 1)
		return give_up(&problem, "count what is in a key", error);
	int count = search->count < kind->count_max ? search->count : kind->count_max;
	int first = *search->hint < count ? *search->hint : 0;
	search->looked_ms = cpu_ms();
	enum kbm_code code = KBM_NOT_FOUND;
	if (kind == &KEY) {
		for (int i = first; code == KBM_NOT_FOUND && i < count && i < first + 2; i++)
			code = look_at(regf, search, i, found, record, error);
		if (code == KBM_NOT_FOUND)
			code = bisect(regf, search, count, found, record, error);
	}
	for (int tried = 0; code == KBM_NOT_FOUND && !search->is_absent && tried < count; tried++) {
		int i = tried < count - first ? first + tried : tried - (count - first);
		if (search->bad > KBM_HIVE_MAX_BAD_CELLS)
			break;
		code = look_at(regf, search, i, found, record, error);
	}
	return code == KBM_NOT_FOUND ? judge_absence(regf, search, error) : code;
}

/* Goes down by one name from the end of the way, which gets longer. */
static enum kbm_code descend(struct kbm_regf *regf, const char *name, size_t length,
			     struct kbm_error *error)
{
	size_t depth = regf->way_count;
	struct kbm_regf_record record;
	intptr_t *below = NULL;
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(error, KBM_LIMIT, "a registry path has more than %u keys",
				KBM_HIVE_MAX_DEPTH);
	struct search search = {.kind = &KEY,
				.parent = regf->way[depth - 1],
				.name = name,
				.length = length,
				.hint = &regf->key_hints[depth - 1]};
	enum kbm_code code = find_name(regf, &search, &below, &record, error);
	if (code == KBM_OK) {
		regf->ends[depth] = (size_t)(name - kbm_bytes_text(&regf->path)) + length;
		regf->way[depth] = below;
		regf->way_count = depth + 1;
	}
	return code;
}

/* How many keys of the way are on the way to `path` too. */
static size_t shared_way(const struct kbm_regf *regf, const char *path)
{
	const char *before = kbm_bytes_text(&regf->path);
	size_t count = regf->way_count == 0 ? 0 : 1;
	while (count > 0 && count < regf->way_count) {
		size_t end = regf->ends[count];
		bool is_shared =
		    strncmp(before, path, end) == 0 && (path[end] == '\\' || path[end] == '\0');
		if (!is_shared)
			break;
		count++;
	}
	return count;
}

static enum kbm_code open_root(struct kbm_regf *regf, struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	regf->way[0] = NULL;
	if (libregf_file_get_root_key(regf->file, &regf->way[0], &problem) != 1)
		return give_up(&problem, "read the root key", error);
	regf->ends[0] = 0;
	regf->way_count = 1;
	return KBM_OK;
}

/* Makes the way end at the key at `path`; on failure it ends somewhere above. */
static enum kbm_code go_to(struct kbm_regf *regf, const char *path, struct kbm_error *error)
{
	size_t length = strnlen(path, KBM_PATH_MAX_BYTES + 1);
	if (length > KBM_PATH_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a registry path is longer than %lu bytes",
				KBM_PATH_MAX_BYTES);
	if (regf->way_count > 0 && regf->ends[regf->way_count - 1] == length &&
	    strcmp(kbm_bytes_text(&regf->path), path) == 0)
		return KBM_OK;
	shorten_way(regf, shared_way(regf, path));
	regf->value_hint = 0;
	kbm_bytes_reset(&regf->path);
	if (!kbm_bytes_append(&regf->path, path, length))
		return kbm_fail(error, KBM_MEMORY, "no memory for a registry path");
	enum kbm_code code = regf->way_count == 0 ? open_root(regf, error) : KBM_OK;
	while (code == KBM_OK && regf->ends[regf->way_count - 1] < length) {
		size_t end = regf->ends[regf->way_count - 1];
		const char *name = kbm_bytes_text(&regf->path) + end + (end > 0 ? 1 : 0);
		if (*name == '\0') /* a '\' at the end */
			break;
		code = descend(regf, name, strcspn(name, "\\"), error);
	}
	return code;
}

static libregf_key_t *end_of_way(const struct kbm_regf *regf)
{
	return regf->way[regf->way_count - 1];
}

enum kbm_code kbm_regf_key(struct kbm_regf *regf, const char *path, struct kbm_error *error)
{
	return go_to(regf, path, error);
}

/* --- data ----------------------------------------------------------------------------------- */

static enum kbm_code too_large(size_t size, struct kbm_error *error)
{
	return kbm_fail(error, KBM_LIMIT, "libregf sees a value of %zu bytes, at most %lu are read",
			size, KBM_HIVE_MAX_VALUE_BYTES);
}

/* libregf's own bytes, `size` of them, of which the first `length` are the value's. */
static enum kbm_code take_data(libregf_value_t *value, size_t size, size_t length,
			       struct kbm_bytes *data, struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	kbm_bytes_reset(data);
	if (size > KBM_HIVE_MAX_VALUE_BYTES || !kbm_bytes_append_zeros(data, size))
		return too_large(size, error);
	if (size > 0 && libregf_value_get_value_data(value, data->data, size, &problem) != 1)
		return give_up(&problem, "read a value's data", error);
	data->length = length;
	data->data[length] = 0;
	return KBM_OK;
}

/* True where libregf's data is known to be wrong, whatever its size. */
static bool must_decode(const struct kbm_regf *regf, const struct kbm_regf_record *record)
{
	uint32_t length = kbm_regf_data_length(record);
	if (kbm_regf_data_is_inline(record))
		return length < sizeof(uint32_t); /* it takes 1 to 3 bytes from the wrong end */
	return regf->image.minor == BIG_DATA_MINOR && length > KBM_HIVE_SEGMENT;
}

static enum kbm_code read_data(const struct kbm_regf *regf, libregf_value_t *value,
			       const struct kbm_regf_record *record, uint32_t type,
			       struct kbm_bytes *data, struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	size_t size = 0;
	uint32_t length = kbm_regf_data_length(record);
	if (length > KBM_HIVE_MAX_VALUE_BYTES)
		return too_large(length, error);
	if (must_decode(regf, record))
		return kbm_regf_decode_data(&regf->image, record, data, error);
	if (libregf_value_get_value_data_size(value, &size, &problem) != 1)
		return give_up(&problem, "tell how long a value's data is", error);
	/* For text libregf's size is not the stored one: it runs to the first NUL in the cell, over
	 * the end of the data or not up to it. */
	if (size >= length)
		return take_data(value, size, length, data, error);
	if (type == LIBREGF_VALUE_TYPE_STRING || type == LIBREGF_VALUE_TYPE_EXPANDABLE_STRING)
		return kbm_regf_decode_data(&regf->image, record, data, error);
	return kbm_fail(error, KBM_UNREADABLE,
			"libregf sees %zu of the %u bytes of the value at file offset 0x%llX", size,
			length, (unsigned long long)record->offset);
}

enum kbm_code kbm_regf_value(struct kbm_regf *regf, const char *path, const char *name,
			     size_t name_length, uint32_t *type, struct kbm_bytes *data,
			     struct kbm_error *error)
{
	libregf_error_t *problem = NULL;
	libregf_value_t *value = NULL;
	struct kbm_regf_record record = {NULL, 0, 0};
	uint32_t found_type = 0;
	enum kbm_code code = go_to(regf, path, error);
	if (code != KBM_OK)
		return code;
	struct search search = {.kind = &VALUE,
				.parent = end_of_way(regf),
				.name = name,
				.length = name_length,
				.hint = &regf->value_hint};
	code = find_name(regf, &search, &value, &record, error);
	if (code == KBM_OK && libregf_value_get_value_type(value, &found_type, &problem) != 1)
		code = give_up(&problem, "tell a value's type", error);
	if (code == KBM_OK)
		code = read_data(regf, value, &record, found_type, data, error);
	if (code == KBM_OK)
		*type = found_type;
	libregf_value_free(&value, NULL);
	return code;
}
