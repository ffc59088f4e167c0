/* Breaks small hives in many small ways and reads them: mutate_hive COUNT [SEED], or
 * mutate_hive --write FOLDER for the sound ones. KBM_MUTATIONS in the environment goes before
 * COUNT. Same seed, same hives. Ends with status 1 when one takes a second or 256 MiB; sanitizers
 * end it sooner. */
#include "hive_exercise.h"
#include "hive_image.h"
#include "measure.h"
#include "mutation.h"
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASES = MUTATION_BASES, MAX_CHANGES = 8 };

/* One broken hive, in memory of exactly its size. Returns the seconds it took. */
static double mutate(const struct mutation_base *base, uint64_t *state, uint64_t *dumped,
		     uint64_t *differences)
{
	size_t size = base->size;
	if (random_below(state, 20) == 0)
		size = random_below(state, size) + 1;
	uint8_t *bytes = malloc(size);
	if (bytes == NULL)
		abort();
	memcpy(bytes, base->bytes, size);
	size_t used = base->used < size ? base->used : size;
	for (size_t i = random_below(state, MAX_CHANGES) + 1; used >= 8 && i > 0; i--)
		mutation_change(bytes, used, state);
	if (size > 512 && random_below(state, 2) == 0) { /* so that it passes for a clean hive */
		struct hive_image image = {bytes, size, 0};
		memcpy(bytes, base->bytes, 48);
		image_seal(&image);
	}
	double start = measure_seconds();
	*dumped += exercise_hive(bytes, size);
	*differences += exercise_compare(base->bytes, base->size, bytes, size);
	*differences += exercise_compare(bytes, size, base->bytes, base->size);
	free(bytes);
	return measure_seconds() - start;
}

static int run(const struct mutation_base bases[static BASES], unsigned long count, uint64_t seed)
{
	uint64_t state = seed;
	uint64_t dumped = 0;
	uint64_t differences = 0;
	double worst = 0;
	double start = measure_seconds();
	for (unsigned long i = 0; i < count; i++) {
		double took = mutate(&bases[i % BASES], &state, &dumped, &differences);
		if (took > worst)
			worst = took;
		if (!measure_is_within(took, "hive", i, (unsigned long long)seed))
			return 1;
	}
	printf(
	    "%lu broken hives of seed %llu in %.1f s, the longest took %.1f ms, at most %ld MiB; "
	    "%.1f MB dumped, %llu differences\n",
	    count, (unsigned long long)seed, measure_seconds() - start, worst * 1e3,
	    measure_peak_mib(), (double)dumped / 1e6, (unsigned long long)differences);
	/* Were none read at all, the test would show nothing. */
	return dumped > 0 && differences > 0 ? 0 : 1;
}

static int write_bases(const struct mutation_base bases[static BASES], const char *folder)
{
	static const char *const names[BASES] = {"built-1.3", "built-1.5", "lists-1.2",
						 "lists-1.6"};
	for (size_t i = 0; i < BASES; i++) {
		char path[4096];
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		FILE *file = fopen(path, "wbe");
		if (file == NULL ||
		    fwrite(bases[i].bytes, 1, bases[i].size, file) != bases[i].size ||
		    fclose(file) != 0) {
			perror(path);
			return 1;
		}
	}
	return 0;
}

int main(int count, char **arguments)
{
	struct mutation_base bases[BASES] = {{NULL, 0, 0}};
	int status = 64;
	mutation_make_bases(bases);
	if (count == 3 && strcmp(arguments[1], "--write") == 0)
		status = write_bases(bases, arguments[2]);
	else if (count == 2 || count == 3)
		status = run(bases, measure_count(arguments[1]),
			     count == 3 ? strtoull(arguments[2], NULL, 10) : 20011);
	else
		fputs("usage: mutate_hive COUNT [SEED] | --write FOLDER\n", stderr);
	for (size_t i = 0; i < BASES; i++)
		free(bases[i].bytes);
	return status;
}
