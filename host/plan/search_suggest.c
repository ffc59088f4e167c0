/* A word that scripts have and that may have been meant. */
#include "plan/script_search.h"

#include "base/limits.h"
#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_TYPED = 3 }; /* bytes */

/* Keeps the words of a text as it spells them; numbers with the sign that they have there. */
static enum kbm_code add_words(const char *text, struct kbm_words *words,
			       struct kbm_text_list *known, struct kbm_error *error)
{
	enum kbm_code code = kbm_words_read(text, words, error);
	for (size_t i = 0; code == KBM_OK && i < words->count; i++) {
		const struct kbm_word *word = &words->items[i];
		bool has_sign = word->is_number && word->value_count > 0 && word->start > 0 &&
				text[word->start - 1] == '-' && word->values[0] > INT32_MAX;
		char *copy =
		    strndup(text + word->start - has_sign, word->length + (has_sign ? 1 : 0));
		if (copy == NULL || !kbm_text_list_add(known, copy))
			code = kbm_fail(error, KBM_MEMORY, "out of memory");
		free(copy);
	}
	return code;
}

static enum kbm_code add_list(const struct kbm_text_list *list, struct kbm_words *words,
			      struct kbm_text_list *known, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < list->count; i++)
		code = add_words(list->items[i], words, known, error);
	return code;
}

static enum kbm_code add_symptom(const struct kbm_symptom *symptom, struct kbm_words *words,
				 struct kbm_text_list *known, struct kbm_error *error)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_REPORT_MAX_BYTES);
	kbm_symptom_append(symptom, &line);
	kbm_bytes_printf(&line, " %s", symptom->text);
	enum kbm_code code = line.failed ? kbm_fail(error, KBM_MEMORY, "out of memory")
					 : add_words(kbm_bytes_text(&line), words, known, error);
	kbm_bytes_clear(&line);
	return code;
}

static enum kbm_code add_alias(const struct kbm_alias *alias, struct kbm_words *words,
			       struct kbm_text_list *known, struct kbm_error *error)
{
	enum kbm_code code = add_words(alias->kb, words, known, error);
	if (code == KBM_OK)
		code = add_words(alias->title, words, known, error);
	for (size_t i = 0; code == KBM_OK && i < alias->symptom_count; i++)
		code = add_symptom(&alias->symptoms[i], words, known, error);
	for (size_t i = 0; code == KBM_OK && i < alias->product_count; i++)
		code = add_words(alias->products[i].name, words, known, error);
	return code;
}

/* All but the description, whose words say little. */
static enum kbm_code add_script(const struct kbm_script_info *info, struct kbm_words *words,
				struct kbm_text_list *known, struct kbm_error *error)
{
	enum kbm_code code = add_words(info->id, words, known, error);
	for (size_t i = 0; code == KBM_OK && i < info->symptom_count; i++)
		code = add_symptom(&info->symptoms[i], words, known, error);
	if (code == KBM_OK)
		code = add_list(&info->references, words, known, error);
	if (code == KBM_OK)
		code = add_words(info->title, words, known, error);
	for (size_t i = 0; code == KBM_OK && i < info->product_count; i++)
		code = add_words(info->products[i].name, words, known, error);
	if (code == KBM_OK)
		code = add_list(&info->categories, words, known, error);
	for (size_t i = 0; code == KBM_OK && i < info->alias_count; i++)
		code = add_alias(&info->aliases[i], words, known, error);
	return code;
}

static const char *find_inside(const char *typed, const struct kbm_text_list *known)
{
	for (size_t i = 0; i < known->count; i++)
		if (strcasestr(known->items[i], typed) != NULL)
			return known->items[i];
	return NULL;
}

enum kbm_code kbm_scripts_suggest(const char *typed, const struct kbm_script_info *const *scripts,
				  size_t count, char **near, struct kbm_error *error)
{
	struct kbm_text_list known = {0};
	struct kbm_words words = {0};
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < count; i++)
		code = add_script(scripts[i], &words, &known, error);
	const char *found = NULL;
	/* A letter or two are near to everything, and inside of more. */
	if (code == KBM_OK && strlen(typed) >= LEAST_TYPED) {
		found = kbm_suggest(typed, (const char *const *)known.items, known.count);
		if (found == NULL)
			found = find_inside(typed, &known);
	}
	char *copy = found == NULL ? NULL : strdup(found);
	if (found != NULL && copy == NULL)
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	if (code == KBM_OK)
		*near = copy;
	kbm_words_clear(&words);
	kbm_text_list_clear(&known);
	return code;
}
