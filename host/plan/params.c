/* Whether parameters fit a script's header. */
#include "plan/params.h"

#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "base/text.h"

enum { TEXT_SHOWN = 60, CHOICES_SHOWN = 120, DECIMAL = 10 };

bool kbm_param_integer(const char *text, int64_t *integer)
{
	bool negative = text[0] == '-';
	int64_t sum = 0;
	const char *at = text + (negative ? 1 : 0);
	if (*at == 0)
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		int digit = *at - '0';
		if (__builtin_mul_overflow(sum, DECIMAL, &sum) ||
		    __builtin_sub_overflow(sum, digit, &sum)) /* downwards: INT64_MIN fits */
			return false;
	}
	if (*at != 0 || (!negative && sum == INT64_MIN))
		return false;
	*integer = negative ? sum : -sum;
	return true;
}

bool kbm_param_boolean(const char *text, bool *boolean)
{
	*boolean =
	    kbm_text_equals_ascii_case(text, "true") || kbm_text_equals_ascii_case(text, "yes");
	return *boolean || kbm_text_equals_ascii_case(text, "false") ||
	       kbm_text_equals_ascii_case(text, "no");
}

static bool is_choice(const struct kbm_param_info *param, const char *text)
{
	for (size_t i = 0; i < param->choices.count; i++)
		if (strcmp(param->choices.items[i], text) == 0)
			return true;
	return false;
}

static bool fits(const struct kbm_param_info *param, const char *text)
{
	int64_t integer;
	bool boolean;
	switch (param->type) {
	case KBM_PARAM_INTEGER:
		return kbm_param_integer(text, &integer);
	case KBM_PARAM_BOOLEAN:
		return kbm_param_boolean(text, &boolean);
	case KBM_PARAM_CHOICE:
		return is_choice(param, text);
	case KBM_PARAM_STRING:
		break;
	}
	return kbm_text_is_utf8(text, strlen(text));
}

/* What a parameter takes, for messages. */
static void describe(const struct kbm_param_info *param, struct kbm_bytes *out)
{
	switch (param->type) {
	case KBM_PARAM_INTEGER:
		kbm_bytes_append_text(out, "an integer");
		break;
	case KBM_PARAM_BOOLEAN:
		kbm_bytes_append_text(out, "true, false, yes or no");
		break;
	case KBM_PARAM_STRING:
		kbm_bytes_append_text(out, "UTF-8 text");
		break;
	case KBM_PARAM_CHOICE:
		for (size_t i = 0; i < param->choices.count; i++)
			kbm_bytes_printf(out, "%s%s",
					 i == 0				 ? ""
					 : i + 1 == param->choices.count ? " or "
									 : ", ",
					 param->choices.items[i]);
		break;
	}
}

static enum kbm_code refuse_value(const struct kbm_param_info *param, const char *text,
				  struct kbm_error *error)
{
	struct kbm_bytes allowed;
	struct kbm_bytes shown;
	kbm_bytes_init(&allowed, KBM_TEXT_MAX_BYTES);
	kbm_bytes_init(&shown, KBM_TEXT_MAX_BYTES);
	describe(param, &allowed);
	kbm_text_escape(text, strlen(text), &shown);
	kbm_fail(error, KBM_USAGE, "parameter %s: expected %.*s, got '%.*s'", param->name,
		 CHOICES_SHOWN, kbm_bytes_text(&allowed), TEXT_SHOWN, kbm_bytes_text(&shown));
	kbm_bytes_clear(&allowed);
	kbm_bytes_clear(&shown);
	return KBM_USAGE;
}

static enum kbm_code refuse_name(const struct kbm_script_info *info, const char *name,
				 struct kbm_error *error)
{
	const char *names[KBM_PARAMETER_MAX] = {NULL};
	for (size_t i = 0; i < info->param_count && i < KBM_PARAMETER_MAX; i++)
		names[i] = info->params[i].name;
	const char *nearest = kbm_suggest(name, names, KBM_PARAMETER_MAX);
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, KBM_TEXT_MAX_BYTES);
	kbm_text_escape(name, strlen(name), &shown);
	const char *text = kbm_bytes_text(&shown);
	if (nearest != NULL)
		kbm_fail(error, KBM_USAGE, "%s has no parameter '%.*s'; did you mean '%s'?",
			 info->id, TEXT_SHOWN, text, nearest);
	else
		kbm_fail(error, KBM_USAGE, "%s has no parameter '%.*s'%s", info->id, TEXT_SHOWN,
			 text, info->param_count == 0 ? "; it has none" : "");
	kbm_bytes_clear(&shown);
	return KBM_USAGE;
}

enum kbm_code kbm_params_check(const struct kbm_script_info *info, const struct kbm_params *given,
			       struct kbm_error *error)
{
	for (size_t i = 0; given != NULL && i < given->count; i++) {
		const struct kbm_param *item = &given->items[i];
		const struct kbm_param_info *param = kbm_script_info_param(info, item->name);
		if (param == NULL)
			return refuse_name(info, item->name, error);
		if (!fits(param, item->value))
			return refuse_value(param, item->value, error);
	}
	return KBM_OK;
}
