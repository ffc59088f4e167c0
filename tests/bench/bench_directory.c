/* The embedded directory: loading LDIF of several sizes, and what searches cost then. */
#include "exchange_ldif.h"
#include "source/directory.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_us(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare_times(const void *left, const void *right)
{
	double difference = *(const double *)left - *(const double *)right;
	return difference < 0 ? -1 : difference > 0;
}

/* The median time of one search. */
static double time_search(struct kbm_directory *directory,
			  const struct kbm_directory_request *asked, size_t rounds, size_t *count)
{
	struct kbm_directory_service service = kbm_directory_service(directory);
	double *times = calloc(rounds, sizeof *times);
	for (size_t i = 0; i < rounds && times != NULL; i++) {
		struct kbm_entries entries = {0};
		struct kbm_error error = {KBM_OK, ""};
		double start = now_us();
		if (service.search(service.context, asked, &entries, &error) != KBM_OK) {
			fprintf(stderr, "search: %s\n", error.message);
			exit(1);
		}
		*count = entries.count;
		kbm_entries_clear(&entries);
		times[i] = now_us() - start;
	}
	if (times == NULL)
		exit(1);
	qsort(times, rounds, sizeof *times, compare_times);
	double median = times[rounds / 2];
	free(times);
	return median;
}

static void run(size_t recipients)
{
	struct exchange_ldif wanted = {"Contoso", "SITE1", "EXCH1", recipients};
	char *text = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&text, &length);
	if (memory == NULL)
		exit(1);
	exchange_ldif_write(&wanted, memory);
	fclose(memory);

	struct mallinfo2 before = mallinfo2();
	double best = 0;
	struct kbm_directory *directory = NULL;
	struct kbm_error error = {KBM_OK, ""};
	for (int i = 0; i < 5; i++) {
		kbm_directory_free(directory);
		double start = now_us();
		if (kbm_directory_open_ldif((const uint8_t *)text, length, &directory, &error) !=
		    KBM_OK) {
			fprintf(stderr, "load: %s\n", error.message);
			exit(1);
		}
		double taken = now_us() - start;
		best = i == 0 || taken < best ? taken : best;
	}
	struct mallinfo2 after = mallinfo2();
	size_t used = (after.uordblks + after.hblkhd) - (before.uordblks + before.hblkhd);

	static const char *const rdn[] = {"rdn"};
	struct kbm_directory_request base = {
	    "cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=Contoso", KBM_SCOPE_BASE, NULL, rdn,
	    1};
	struct kbm_directory_request sub = {"o=Contoso", KBM_SCOPE_SUB,
					    "(&(objectClass=Computer)(rdn=EXCH1))", rdn, 1};
	size_t found = 0;
	double base_us = time_search(directory, &base, 2001, &found);
	double sub_us = time_search(directory, &sub, 21, &found);
	printf("%7zu entries %6.1f MB LDIF: load %8.2f ms, %6.1f MB; base read %5.2f us; "
	       "server search %9.1f us (%zu)\n",
	       kbm_directory_entry_count(directory), (double)length / 1e6, best / 1e3,
	       (double)used / 1e6, base_us, sub_us, found);
	kbm_directory_free(directory);
	free(text);
}

int main(void)
{
	run(10);
	run(10000 - 10);
	run(100000 - 10);
	return 0;
}
