/* Breaks small hives and their logs in many small ways and replays them: mutate_log COUNT [SEED],
 * or mutate_log --write FOLDER for the fuzzer's corpus. KBM_MUTATIONS in the environment goes
 * before COUNT. Same seed, same files. Ends with status 1 when one takes a second or 256 MiB;
 * sanitizers end it sooner. */
#include "log_exercise.h"
#include "log_packed.h"
#include "measure.h"
#include "mutation.h"
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CHANGES = 8, SECTOR = 512 };

static struct log_image copy_of(const struct log_image *file)
{
	struct log_image copy = {NULL, file->size};
	if (file->bytes == NULL)
		return copy;
	copy.bytes = malloc(file->size + 1);
	if (copy.bytes == NULL)
		abort();
	memcpy(copy.bytes, file->bytes, file->size);
	return copy;
}

/* Logs mostly; in them their first part, where the numbers are, or anything. */
static void break_one(struct log_case *broken, uint64_t *state)
{
	size_t which = random_below(state, 5) == 0 ? 0 : 2 + random_below(state, 2);
	struct log_image *file = &broken->files[which];
	if (file->bytes == NULL || file->size < 8)
		return;
	size_t used = file->size;
	if (used > 2 * SECTOR && random_below(state, 2) == 0)
		used = 2 * SECTOR;
	if (random_below(state, 30) == 0)
		file->size = random_below(state, file->size);
	else
		mutation_change(file->bytes, used, state);
}

/* Returns the seconds it took. */
static double mutate(const struct log_case *sound, uint64_t *state, unsigned long *recovered)
{
	struct log_case broken = {.name = sound->name};
	for (size_t i = 0; i < LOG_FILES; i++)
		broken.files[i] = copy_of(&sound->files[i]);
	for (size_t i = random_below(state, MAX_CHANGES) + 1; i > 0; i--)
		break_one(&broken, state);
	if (random_below(state, 3) > 0)
		for (size_t i = 1; i < LOG_FILES; i++)
			log_repair(&broken.files[i]);
	if (broken.files[0].size >= SECTOR && random_below(state, 2) == 0)
		log_seal(broken.files[0].bytes);
	double start = measure_seconds();
	*recovered += exercise_logs(&broken) ? 1 : 0;
	double took = measure_seconds() - start;
	log_case_clear(&broken);
	return took;
}

static int run(const struct log_case cases[static LOG_CASES], unsigned long count, uint64_t seed)
{
	uint64_t state = seed;
	unsigned long recovered = 0;
	double worst = 0;
	double start = measure_seconds();
	for (unsigned long i = 0; i < count; i++) {
		double took = mutate(&cases[i % LOG_CASES], &state, &recovered);
		worst = took > worst ? took : worst;
		if (!measure_is_within(took, "hive", i, (unsigned long long)seed))
			return 1;
	}
	printf(
	    "%lu broken hives and logs of seed %llu in %.1f s, the longest took %.1f ms, at most "
	    "%ld MiB; %lu recovered\n",
	    count, (unsigned long long)seed, measure_seconds() - start, worst * 1e3,
	    measure_peak_mib(), recovered);
	/* Were all refused, or none, the test would show nothing. */
	return recovered == 0 || recovered == count ? 1 : 0;
}

static int write_corpus(const struct log_case cases[static LOG_CASES], const char *folder)
{
	for (size_t i = 0; i < LOG_CASES; i++) {
		char path[4096];
		struct log_image packed = log_pack(&cases[i]);
		snprintf(path, sizeof path, "%s/%s", folder, cases[i].name);
		FILE *file = fopen(path, "wbe");
		if (file == NULL || fwrite(packed.bytes, 1, packed.size, file) != packed.size ||
		    fclose(file) != 0) {
			perror(path);
			return 1;
		}
		log_free(&packed);
	}
	return 0;
}

int main(int count, char **arguments)
{
	struct log_case cases[LOG_CASES];
	int status = 64;
	log_cases_make(cases);
	if (count == 3 && strcmp(arguments[1], "--write") == 0)
		status = write_corpus(cases, arguments[2]);
	else if (count == 2 || count == 3)
		status = run(cases, measure_count(arguments[1]),
			     count == 3 ? strtoull(arguments[2], NULL, 10) : 20011);
	else
		fputs("usage: mutate_log COUNT [SEED] | --write FOLDER\n", stderr);
	for (size_t i = 0; i < LOG_CASES; i++)
		log_case_clear(&cases[i]);
	return status;
}
