/* Asking a person whether what was shown shall be done. */
#include "command/consent.h"

#include "command/command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_BYTES = 64 };

/* --yes was given: is it enough? */
static enum kbm_code check_yes(const struct kbm_options *options, const struct kbm_plan *plan,
			       struct kbm_error *error)
{
	for (size_t i = 0; i < plan->change_count; i++)
		if (plan->changes[i].op != KBM_MANUAL && plan->changes[i].risk == KBM_RISK_HIGH &&
		    options->consent != KBM_CONSENT_HIGH)
			return kbm_fail(error, KBM_REFUSED,
					"change %zu is of high risk, which --yes does not cover: "
					"--yes=high does; nothing was changed",
					i + 1);
	return KBM_OK;
}

/* Whether the next line of standard input is the word; blanks around it do not matter. */
static bool is_yes(void)
{
	char line[ANSWER_BYTES];
	if (fgets(line, sizeof line, stdin) == NULL)
		return false;
	char *word = line + strspn(line, " \t");
	size_t length = strlen(word);
	while (length > 0 && strchr(" \t\r\n", word[length - 1]) != NULL)
		length--;
	return length == 3 && memcmp(word, "yes", 3) == 0;
}

enum kbm_code kbm_consent(const struct kbm_options *options, const struct kbm_plan *plan,
			  const char *question, struct kbm_error *error)
{
	if (options->consent != KBM_CONSENT_ASK)
		return check_yes(options, plan, error);
	if (options->no_input || !isatty(STDIN_FILENO))
		return kbm_fail(error, KBM_REFUSED,
				"nobody can be asked here: --yes consents; nothing was changed");
	kbm_command_prompt("%s? Type yes:", question);
	if (!is_yes())
		return kbm_fail(error, KBM_REFUSED, "not confirmed; nothing was changed");
	return KBM_OK;
}
