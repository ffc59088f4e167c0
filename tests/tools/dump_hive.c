/* Dumps a hive without processes or jails around it: dump_hive FILE. Exit 0, or 1 with a sentence
 * on stderr. What `kbmend reg dump` prints, for tests of the reader alone. */
#include "source/hive_dump.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum kbm_code print_line(void *context, const char *line, size_t length,
				struct kbm_error *error)
{
	FILE *out = context;
	if (fwrite(line, 1, length, out) != length || putc('\n', out) == EOF)
		return kbm_fail(error, KBM_IO, "cannot write");
	return KBM_OK;
}

static enum kbm_code dump(const uint8_t *bytes, size_t length, struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	enum kbm_code code = kbm_hive_open(bytes, length, &hive, error);
	if (code != KBM_OK)
		return code;
	if (kbm_hive_info(hive)->state != KBM_HIVE_CLEAN)
		fprintf(stderr, "warning: %s\n", kbm_hive_state_text(hive));
	struct kbm_dump_report report;
	code = kbm_hive_dump(hive, kbm_hive_root(hive), "", print_line, stdout, &report, error);
	for (uint64_t i = 0; i < kbm_damages_kept(&report.damages); i++)
		fprintf(stderr, "damaged: %s\n", report.damages.first[i].message);
	kbm_hive_close(hive);
	return code;
}

int main(int count, char **arguments)
{
	if (count != 2) {
		fputs("usage: dump_hive FILE\n", stderr);
		return 64;
	}
	int file = open(arguments[1], O_RDONLY | O_CLOEXEC);
	struct stat status;
	if (file < 0 || fstat(file, &status) != 0) {
		perror(arguments[1]);
		return 1;
	}
	size_t length = (size_t)status.st_size;
	void *bytes = length == 0 ? NULL : mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0);
	if (bytes == MAP_FAILED) {
		perror(arguments[1]);
		return 1;
	}
	struct kbm_error error;
	enum kbm_code code = dump(bytes, length, &error);
	if (code != KBM_OK)
		fprintf(stderr, "%s: %s\n", arguments[1], error.message);
	if (length != 0)
		munmap(bytes, length);
	close(file);
	return code == KBM_OK && fflush(stdout) == 0 ? 0 : 1;
}
