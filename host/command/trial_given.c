/* What a case gives besides its files: parameters and options of the run, a line each. */
#include "command/trial_given.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "command/option_table.h"
#include "command/trial_folder.h"

#include <stdlib.h>
#include <string.h>

/* What may be given: whatever else there is of `run` is the target, or how a run is shown. */
static const struct given_option {
	enum kbm_option_id id;
	const char *name;
} given_options[] = {
    {KBM_OPTION_CONTROL_SET, "control-set"},
    {KBM_OPTION_CODEPAGE, "codepage"},
    {KBM_OPTION_LOGS, "logs"},
};
enum { GIVEN_OPTIONS = sizeof given_options / sizeof given_options[0] };

/* What the lines of one file are taken into. */
struct taking {
	struct kbm_options *options;
	bool is_given[GIVEN_OPTIONS];
};

typedef enum kbm_code take_line(char *line, struct taking *taking, struct kbm_error *error);

static enum kbm_code take_param(char *line, struct taking *taking, struct kbm_error *error)
{
	static const char label[] = "-p: ";
	struct kbm_error problem = {0};
	enum kbm_code code = kbm_option_take(KBM_OPTION_PARAMETER, line, taking->options, &problem);
	size_t known = strncmp(problem.message, label, strlen(label)) == 0 ? strlen(label) : 0;
	return code == KBM_OK ? code : kbm_fail(error, code, "%s", problem.message + known);
}

static enum kbm_code refuse_option(const char *name, struct kbm_error *error)
{
	const char *names[GIVEN_OPTIONS];
	for (size_t i = 0; i < GIVEN_OPTIONS; i++)
		names[i] = given_options[i].name;
	const char *near = kbm_suggest(name, names, GIVEN_OPTIONS);
	return kbm_fail(
	    error, KBM_INVALID,
	    "'%.40s' is no option that a case may give: control-set, codepage, logs%s%s%s", name,
	    near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
	    near == NULL ? "" : "?");
}

static enum kbm_code take_option(char *line, struct taking *taking, struct kbm_error *error)
{
	char *value = strchr(line, '=');
	size_t at = 0;
	if (value == NULL)
		return kbm_fail(error, KBM_INVALID, "'%.40s' is not NAME=VALUE", line);
	*value++ = '\0';
	while (at < GIVEN_OPTIONS && strcmp(given_options[at].name, line) != 0)
		at++;
	if (at == GIVEN_OPTIONS)
		return refuse_option(line, error);
	if (taking->is_given[at])
		return kbm_fail(error, KBM_INVALID, "%s is given twice", line);
	taking->is_given[at] = true;
	enum kbm_code code = kbm_option_take(given_options[at].id, value, taking->options, error);
	taking->options->selection_text = NULL; /* it would point into the line */
	return code;
}

static enum kbm_code take_lines(const char *name, char *text, take_line *take,
				struct taking *taking, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	size_t number = 0;
	for (char *rest = text; code == KBM_OK && rest != NULL && *rest != '\0';) {
		struct kbm_error problem = {0};
		char *line = strsep(&rest, "\n");
		size_t length = strlen(line);
		if (length > 0 && line[length - 1] == '\r')
			line[length - 1] = '\0';
		number++;
		code = take(line, taking, &problem);
		if (code != KBM_OK)
			kbm_fail(error, code == KBM_MEMORY ? code : KBM_INVALID, "%s, line %zu: %s",
				 name, number, problem.message);
	}
	return code == KBM_OK || code == KBM_MEMORY ? code : KBM_INVALID;
}

/* A file that is not there has no lines. */
static enum kbm_code read_lines(const char *folder, const char *name, take_line *take,
				struct kbm_options *options, struct kbm_error *error)
{
	struct taking taking = {.options = options};
	struct kbm_error problem = {0};
	struct kbm_bytes bytes;
	size_t length = 0;
	char *path = kbm_trial_file(folder, name);
	if (path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_bytes_init(&bytes, KBM_TRIAL_MAX_PARAMS);
	enum kbm_code code = kbm_file_read(path, true, &bytes, &problem);
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		code = kbm_fail(error, KBM_INVALID, "%s: %s", name, problem.message);
	else if (code == KBM_OK && memchr(kbm_bytes_text(&bytes), '\0', bytes.length) != NULL)
		code = kbm_fail(error, KBM_INVALID, "%s: holds a NUL", name);
	char *text = code == KBM_OK && bytes.length > 0 ? kbm_bytes_take(&bytes, &length) : NULL;
	if (code == KBM_OK)
		code = take_lines(name, text, take, &taking, error);
	free(text);
	kbm_bytes_clear(&bytes);
	free(path);
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

enum kbm_code kbm_trial_given_read(const char *folder, struct kbm_options *options,
				   struct kbm_error *error)
{
	enum kbm_code code = read_lines(folder, KBM_TRIAL_PARAMS, take_param, options, error);
	if (code == KBM_OK)
		code = read_lines(folder, KBM_TRIAL_OPTIONS, take_option, options, error);
	return code;
}
