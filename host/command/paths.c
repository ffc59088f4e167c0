/* Where the parts of this installation are. */
#include "command/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *join(const char *folder, const char *rest)
{
	char *joined = NULL;
	return asprintf(&joined, "%s/%s", folder, rest) < 0 ? NULL : joined;
}

/* Cuts the last component off. */
static void to_parent(char *path)
{
	char *slash = strrchr(path, '/');
	if (slash != NULL)
		*slash = '\0';
}

static char *user_scripts(void)
{
	const char *configuration = getenv("XDG_CONFIG_HOME");
	if (configuration != NULL && configuration[0] == '/')
		return join(configuration, "kbmend/scripts");
	const char *home = getenv("HOME");
	return home != NULL && home[0] == '/' ? join(home, ".config/kbmend/scripts") : NULL;
}

enum kbm_code kbm_paths_find(struct kbm_paths *paths, struct kbm_error *error)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	if (length < 0)
		return kbm_fail(error, KBM_IO,
				"/proc/self/exe: %s; kbmend finds its parts through it",
				strerror(errno));
	program[length] = '\0';
	paths->program = strdup(program);
	to_parent(program); /* bin */
	to_parent(program); /* the prefix */
	paths->worker = join(program, "libexec/kbmend/kbmend-worker");
	paths->directory = join(program, "libexec/kbmend/kbmend-directory");
	paths->stdlib = join(program, "share/kbmend/stdlib");
	paths->scripts = join(program, "share/kbmend/scripts");
	paths->tests = join(program, "share/kbmend/tests");
	paths->facts = join(program, "share/kbmend/facts");
	paths->user_scripts = user_scripts();
	if (paths->program == NULL || paths->worker == NULL || paths->directory == NULL ||
	    paths->stdlib == NULL || paths->scripts == NULL || paths->tests == NULL ||
	    paths->facts == NULL) {
		kbm_paths_clear(paths);
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	}
	return KBM_OK;
}

void kbm_paths_clear(struct kbm_paths *paths)
{
	free(paths->program);
	free(paths->worker);
	free(paths->directory);
	free(paths->stdlib);
	free(paths->scripts);
	free(paths->tests);
	free(paths->facts);
	free(paths->user_scripts);
	*paths = (struct kbm_paths){0};
}
