/* A path as it is from the root on, and its last name. */
#include "base/absolute.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *kbm_path_absolute(const char *path)
{
	char here[PATH_MAX];
	char *absolute = NULL;
	if (path[0] == '/')
		return strdup(path);
	if (getcwd(here, sizeof here) == NULL)
		return NULL;
	const char *between = strcmp(here, "/") == 0 ? "" : "/";
	return asprintf(&absolute, "%s%s%s", here, between, path) < 0 ? NULL : absolute;
}

char *kbm_path_resolved(const char *path)
{
	char *real = path[0] == '/' ? NULL : realpath(path, NULL);
	return real != NULL ? real : kbm_path_absolute(path);
}

const char *kbm_path_last(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

const char *kbm_path_without(const char *message, const char *path)
{
	size_t length = strlen(path);
	bool is_named =
	    strncmp(message, path, length) == 0 && strncmp(message + length, ": ", 2) == 0;
	return is_named ? message + length + 2 : message;
}
