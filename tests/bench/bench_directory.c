/* The embedded directory: loading LDIF of several sizes, and what searches cost then. */
#include "exchange_ldif.h"
#include "source/directory.h"
#include "times.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* The median time of one search; a name's %06zu becomes another number each time. */
static double time_search(struct kbm_directory *directory, struct kbm_directory_request asked,
			  size_t recipients, size_t rounds, size_t *count)
{
	struct kbm_directory_service service = kbm_directory_service(directory);
	double *times = calloc(rounds, sizeof *times);
	const char *name = asked.base;
	const char *number = strstr(name, "%06zu");
	char base[256];
	for (size_t i = 0; i < rounds && times != NULL; i++) {
		struct kbm_entries entries = {0};
		if (number != NULL) {
			snprintf(base, sizeof base, "%.*s%06zu%s", (int)(number - name), name,
				 i * 7919 % recipients, number + strlen("%06zu"));
			asked.base = base;
		}
		struct kbm_error error = {KBM_OK, ""};
		double start = now_us();
		if (service.search(service.context, &asked, &entries, &error) != KBM_OK) {
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

static void fail(const char *what, const char *message)
{
	fprintf(stderr, "%s: %s\n", what, message);
	exit(1);
}

static double load(const uint8_t *bytes, size_t length, struct kbm_directory **directory)
{
	struct kbm_error error = {KBM_OK, ""};
	double start = now_us();
	if (kbm_directory_open_ldif(bytes, length, directory, &error) != KBM_OK)
		fail("load", error.message);
	return now_us() - start;
}

/* In a process of its own: its peak memory holds the file's pages, too. */
static void measure(const uint8_t *bytes, size_t length, size_t recipients)
{
	struct rusage usage;
	struct kbm_directory *directory = NULL;
	double best = load(bytes, length, &directory);
	getrusage(RUSAGE_SELF, &usage);
	for (int i = 0; i < 4; i++) {
		kbm_directory_free(directory);
		double taken = load(bytes, length, &directory);
		best = taken < best ? taken : best;
	}

	static const char *const rdn[] = {"rdn"};
	struct kbm_directory_request base = {
	    "cn=User%06zu,cn=Recipients,ou=SITE1,o=Contoso", KBM_SCOPE_BASE, NULL, rdn, 1, false};
	struct kbm_directory_request sub = {
	    "o=Contoso", KBM_SCOPE_SUB, "(&(objectClass=Computer)(rdn=EXCH1))", rdn, 1, false};
	size_t found = 0;
	double base_us = time_search(directory, base, recipients, 2001, &found);
	double sub_us = time_search(directory, sub, recipients, 21, &found);
	printf("  %6zu entries, %4.1f MB: load %7.2f ms, peak %6.1f MB; base read %5.2f us; "
	       "search over all %8.1f us (%zu)\n",
	       kbm_directory_entry_count(directory), (double)length / 1e6, best / 1e3,
	       (double)usage.ru_maxrss / 1024, base_us, sub_us, found);
	kbm_directory_free(directory);
}

static void run(size_t recipients)
{
	struct exchange_ldif wanted = {"Contoso", "SITE1", "EXCH1", recipients};
	FILE *file = tmpfile();
	if (file == NULL)
		fail("tmpfile", strerror(errno));
	exchange_ldif_write(&wanted, file);
	if (fflush(file) != 0)
		fail("tmpfile", strerror(errno));
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		size_t length = (size_t)ftell(file);
		void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fileno(file), 0);
		if (bytes == MAP_FAILED)
			fail("mmap", strerror(errno));
		measure(bytes, length, recipients);
		exit(0);
	}
	int status = 1;
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		exit(1);
	fclose(file);
}

int main(void)
{
	run(10);
	run(10000 - 10);
	run(100000 - 10);
	return 0;
}
