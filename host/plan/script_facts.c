/* What a script's cases say of it: data that is made while kbmend is built. */
#include "plan/script_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_line(const char *line, size_t length, struct kbm_script_facts *facts)
{
	const struct {
		const char *word;
		struct kbm_text_list *list;
	} words[] = {{"place ", &facts->places},
		     {"search ", &facts->searches},
		     {"change ", &facts->changes},
		     {"manual ", &facts->manual},
		     {"sample ", &facts->sample}};
	static const char script[] = "script ";
	if (length >= strlen(script) && strncmp(line, script, strlen(script)) == 0)
		snprintf(facts->sha256, sizeof facts->sha256, "%.*s",
			 (int)(length - strlen(script)), line + strlen(script));
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t begin = strlen(words[i].word);
		if (length < begin || strncmp(line, words[i].word, begin) != 0)
			continue;
		char *text = strndup(line + begin, length - begin);
		bool added = text != NULL && kbm_text_list_add(words[i].list, text);
		free(text);
		return added;
	}
	return true;
}

bool kbm_script_facts_read(const char *text, struct kbm_script_facts *facts)
{
	bool done = true;
	while (done && *text != '\0') {
		size_t length = strcspn(text, "\n");
		done = take_line(text, length, facts);
		text += length + (text[length] == '\n');
	}
	return done;
}

void kbm_script_facts_clear(struct kbm_script_facts *facts)
{
	kbm_text_list_clear(&facts->places);
	kbm_text_list_clear(&facts->searches);
	kbm_text_list_clear(&facts->changes);
	kbm_text_list_clear(&facts->manual);
	kbm_text_list_clear(&facts->sample);
	*facts = (struct kbm_script_facts){0};
}
