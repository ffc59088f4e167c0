/* The options of `reg find`: their values, checked and stored. */
#include "command/find_options.h"

#include "base/filetime.h"
#include "base/suggest.h"
#include "base/text.h"
#include "plan/change.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 48 };

/* Takes the next word off a list with commas; false: it is empty, or far too long. */
static bool take_word(const char **list, char word[static WORD_BYTES])
{
	size_t length = strcspn(*list, ",");
	if (length == 0 || length >= WORD_BYTES)
		return false;
	memcpy(word, *list, length);
	word[length] = '\0';
	*list += length;
	/* A comma at the end is followed by an empty word. */
	return **list != ',' || *++*list != '\0';
}

static enum kbm_code take_parts(const char *value, unsigned *parts, struct kbm_error *error)
{
	static const struct {
		const char *word;
		unsigned part;
	} words[] = {{"keys", KBM_FIND_KEY}, {"values", KBM_FIND_NAME}, {"data", KBM_FIND_DATA},
		     {"key", KBM_FIND_KEY},  {"value", KBM_FIND_NAME},	{"all", KBM_FIND_ALL}};
	static const char *const known[] = {"keys", "values", "data"};
	char word[WORD_BYTES];
	*parts = 0;
	for (const char *rest = value; *rest != '\0' || rest == value;) {
		size_t i = 0;
		if (!take_word(&rest, word))
			return kbm_fail(error, KBM_USAGE,
					"--in: '%.60s' is not a list of keys, values and data",
					value);
		while (i < sizeof words / sizeof words[0] &&
		       !kbm_text_equals_ascii_case(words[i].word, word))
			i++;
		if (i == sizeof words / sizeof words[0]) {
			const char *near = kbm_suggest(word, known, 3);
			return kbm_fail(error, KBM_USAGE,
					"--in: '%s' is not keys, values or data%s%s%s", word,
					near == NULL ? "" : "; did you mean ",
					near == NULL ? "" : near, near == NULL ? "" : "?");
		}
		*parts |= words[i].part;
	}
	return KBM_OK;
}

/* REG_SZ, sz, 1 or 0x1. */
static bool read_type(const char *word, uint32_t *type)
{
	char name[WORD_BYTES + 8];
	bool is_named = strncmp(word, "REG_", 4) == 0 || strncmp(word, "reg_", 4) == 0;
	snprintf(name, sizeof name, "REG_%s", is_named ? word + 4 : word);
	for (char *letter = name; *letter != '\0'; letter++)
		*letter = (char)toupper((unsigned char)*letter);
	if (kbm_value_type_parse(name, type))
		return true;
	char *end;
	errno = 0;
	unsigned long long number = strtoull(word, &end, 0);
	*type = (uint32_t)number;
	return isdigit((unsigned char)word[0]) && *end == '\0' && errno == 0 &&
	       number <= UINT32_MAX;
}

static enum kbm_code take_types(const char *value, struct kbm_find_order *find,
				struct kbm_error *error)
{
	char word[WORD_BYTES];
	for (const char *rest = value; *rest != '\0' || rest == value;) {
		uint32_t type = 0;
		if (!take_word(&rest, word))
			return kbm_fail(error, KBM_USAGE,
					"--type: '%.60s' is not a type, or a list of them", value);
		if (!read_type(word, &type))
			return kbm_fail(error, KBM_USAGE,
					"--type: '%s' is no type of a value: REG_SZ, REG_DWORD "
					"and so on, or its number",
					word);
		if (find->type_count == KBM_FIND_MAX_TYPES)
			return kbm_fail(error, KBM_USAGE, "--type: more than %d types",
					KBM_FIND_MAX_TYPES);
		find->types[find->type_count++] = type;
	}
	return KBM_OK;
}

enum kbm_code kbm_find_option_take(enum kbm_option_id id, const char *value,
				   struct kbm_find_order *find, struct kbm_error *error)
{
	if (id == KBM_OPTION_REGEX)
		find->is_regex = true;
	else if (id == KBM_OPTION_EXACT)
		find->is_exact = true;
	else if (id == KBM_OPTION_IN)
		return take_parts(value, &find->parts, error);
	else if (id == KBM_OPTION_TYPE)
		return take_types(value, find, error);
	else if (!kbm_filetime_parse(value, &find->since))
		return kbm_fail(error, KBM_USAGE,
				"--newer: '%.40s' is not a date or a time in UTC, as 2001-02-03 or "
				"2001-02-03T04:05:06",
				value);
	return KBM_OK;
}
