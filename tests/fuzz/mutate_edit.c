/* Breaks small hives in many small ways and edits them: mutate_edit COUNT [SEED]; KBM_MUTATIONS in
 * the environment goes before COUNT. Same seed, same hives and edits. A broken hive ends in an
 * error, or in a hive that the reader opens; status 1 when one takes a second or 256 MiB,
 * sanitizers end it sooner. */
#include "hive_exercise.h"
#include "hive_image.h"
#include "measure.h"
#include "mutation.h"
#include "random.h"
#include "source/hive_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CHANGES = 6, MAX_EDITS = 12, SPARE = 80 * 4096, BULK = 200000 };

struct counts {
	unsigned long opened;
	unsigned long edits;
	unsigned long refused;
	unsigned long finished;
};

static const char *const paths[] = {"",
				    "Select",
				    "ControlSet001",
				    "ControlSet001\\Services",
				    "ControlSet001\\Services\\Service7",
				    "ControlSet001\\Services\\Service7\\Sub",
				    "ControlSet001\\Services\\Two",
				    "ControlSet001\\Control",
				    "ControlSet001\\Control\\\xD0\x9F\xD1\x80",
				    "New\\Key\\Below",
				    "k00",
				    "k05",
				    "k10\\New",
				    "K13",
				    "k21"};
static const char *const names[] = {"", "a", "b", "Current", "Text", "Large", "new", "\xD0\x9A"};

static const uint8_t data[BULK];

/* One edit of a random kind and place. */
static enum kbm_code edit(struct kbm_hive_editor *editor, uint64_t *state)
{
	static const size_t lengths[] = {0, 4, 5, 10, 100, 120, 4000, 16344, 17000, 40000};
	const char *path = paths[random_below(state, sizeof paths / sizeof *paths)];
	const char *name = names[random_below(state, sizeof names / sizeof *names)];
	struct kbm_value value = {name, strlen(name), (uint32_t)random_below(state, 12), data,
				  lengths[random_below(state, sizeof lengths / sizeof *lengths)]};
	char numbered[64];
	if (random_below(state, 3) == 0) {
		snprintf(numbered, sizeof numbered, "ControlSet001\\Services\\Service%zu",
			 random_below(state, 60));
		path = numbered;
	}
	switch (random_below(state, 5)) {
	case 0:
		return kbm_hive_edit_create_key(editor, path, NULL);
	case 1:
		return kbm_hive_edit_delete_key(editor, path, NULL);
	case 2:
		return kbm_hive_edit_delete_value(editor, path, name, strlen(name), NULL);
	default:
		return kbm_hive_edit_set_value(editor, path, &value, NULL);
	}
}

/* Leaves the hive so sparse that it is packed anew. */
static enum kbm_code make_sparse(struct kbm_hive_editor *editor)
{
	struct kbm_value bulk = {"bulk", 4, 3, data, BULK};
	struct kbm_value behind = {"behind", 6, 3, data, 100};
	enum kbm_code code = kbm_hive_edit_set_value(editor, "", &bulk, NULL);
	/* Not all free cells are in the new bins: the last of many is. */
	for (char number = 'a'; code == KBM_OK && number <= 'z'; number++) {
		char name[] = {number, 'x'};
		behind.name = name;
		behind.name_length = sizeof name;
		behind.length += 20;
		code = kbm_hive_edit_set_value(editor, "New", &behind, NULL);
	}
	return code == KBM_OK ? kbm_hive_edit_delete_value(editor, "", "bulk", 4, NULL) : code;
}

/* Edits until one fails. What comes out of sound steps is given to the reader. */
static void edit_hive(uint8_t *bytes, size_t size, size_t capacity, uint64_t *state,
		      struct counts *counts)
{
	struct kbm_hive_editor *editor = NULL;
	if (kbm_hive_edit_open(bytes, size, capacity, 5000, &editor, NULL) != KBM_OK)
		return;
	counts->opened++;
	enum kbm_code code = KBM_OK;
	for (size_t left = 1 + random_below(state, MAX_EDITS); left > 0; left--) {
		code = edit(editor, state);
		counts->edits++;
		if (code != KBM_OK && code != KBM_NOT_FOUND && code != KBM_USAGE)
			break;
		code = KBM_OK;
	}
	if (code == KBM_OK && random_below(state, 3) == 0)
		code = make_sparse(editor);
	size_t length = 0;
	enum kbm_code finished = kbm_hive_edit_finish(editor, &length, NULL);
	if ((finished == KBM_OK) != (code == KBM_OK))
		abort();
	kbm_hive_edit_close(editor);
	if (code != KBM_OK) {
		counts->refused++;
		return;
	}
	if (length > capacity)
		abort();
	counts->finished++;
	exercise_hive(bytes, length);
}

/* One broken hive, in memory of exactly its capacity. Returns the seconds it took. */
static double mutate(const struct mutation_base *base, uint64_t *state, struct counts *counts)
{
	size_t capacity = base->size + (random_below(state, 4) == 0 ? 0 : SPARE);
	uint8_t *bytes = calloc(1, capacity);
	if (bytes == NULL)
		abort();
	memcpy(bytes, base->bytes, base->size);
	for (size_t i = random_below(state, MAX_CHANGES); i > 0; i--)
		mutation_change(bytes, base->used, state);
	if (random_below(state, 8) != 0) { /* so that it passes for a clean hive */
		struct hive_image image = {bytes, base->size, 0};
		memcpy(bytes, base->bytes, 48);
		image_seal(&image);
	}
	double start = measure_seconds();
	edit_hive(bytes, base->size, capacity, state, counts);
	free(bytes);
	return measure_seconds() - start;
}

static int run(const struct mutation_base bases[static MUTATION_BASES], unsigned long count,
	       uint64_t seed)
{
	struct counts counts = {0};
	uint64_t state = seed;
	double worst = 0;
	for (unsigned long i = 0; i < count; i++) {
		double took = mutate(&bases[i % MUTATION_BASES], &state, &counts);
		if (took > worst)
			worst = took;
		if (!measure_is_within(took, "hive", i, (unsigned long long)seed))
			return 1;
	}
	printf("%lu broken hives: %lu could be edited, %lu edits, %lu ended in an error, %lu were "
	       "finished; the longest took %.1f ms, at most %ld MiB\n",
	       count, counts.opened, counts.edits, counts.refused, counts.finished, worst * 1e3,
	       measure_peak_mib());
	/* Were none refused, or none finished, the test would show nothing. */
	return counts.refused > 0 && counts.finished > 0 ? 0 : 1;
}

int main(int count, char **arguments)
{
	if (count != 2 && count != 3) {
		fputs("usage: mutate_edit COUNT [SEED]\n", stderr);
		return 64;
	}
	struct mutation_base bases[MUTATION_BASES] = {{NULL, 0, 0}};
	mutation_make_bases(bases);
	int status = run(bases, measure_count(arguments[1]),
			 count == 3 ? strtoull(arguments[2], NULL, 10) : 30011);
	for (size_t i = 0; i < MUTATION_BASES; i++)
		free(bases[i].bytes);
	return status;
}
