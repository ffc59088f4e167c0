/* Filters: any text, evaluated on one entry or refused; any value escaped finds its entry. */
#include "base/limits.h"
#include "source/filter.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint8_t text_value[] = "J\xc3\xbcrgen  Jones";
static uint8_t name_value[] = "cn=A,o=B";
static uint8_t number_value[] = "-42";
static uint8_t bytes_value[] = {0xff, 0, 1};
static struct kbm_blob texts[] = {{text_value, sizeof text_value - 1}, {bytes_value, 3}};
static struct kbm_blob names[] = {{name_value, sizeof name_value - 1}, {text_value, 3}};
static struct kbm_blob numbers[] = {{number_value, 3}, {bytes_value, 1}};
static struct kbm_attribute attributes[] = {
    {(char *)"cn", texts, 2},
    {(char *)"Home-MDB", names, 2},
    {(char *)"USN-Changed", numbers, 2},
    {(char *)"telephoneNumber;lang-x", texts, 2},
    {(char *)"member;range=0-1", names, 2},
};
static const struct kbm_entry entry = {(char *)"cn=A,o=B", attributes, 5};

static bool knows(void *context, const char *name, size_t length)
{
	(void)context;
	return length > 0 && name[0] == 'k';
}

/* A truth, or one of these. */
enum { UNKNOWABLE = KBM_UNDEFINED + 1, TOO_DEEP, REFUSED };

/* What `entry` answers to the three texts joined to one filter. */
static unsigned answer(const char *before, const char *text, const char *behind, bool is_bound)
{
	struct kbm_bytes whole;
	struct kbm_filter *filter = NULL;
	struct kbm_error error = {0};
	enum kbm_truth truth = KBM_UNDEFINED;
	kbm_bytes_init(&whole, KBM_FILTER_MAX_BYTES);
	if (!kbm_bytes_printf(&whole, "%s%s%s", before, text, behind))
		abort();
	enum kbm_code code = kbm_filter_parse(kbm_bytes_text(&whole), &filter, &error);
	kbm_bytes_clear(&whole);
	if (code != KBM_OK && error.message[0] == 0)
		abort();
	if (code != KBM_OK)
		return code == KBM_LIMIT ? TOO_DEEP : REFUSED;
	if (is_bound)
		kbm_filter_bind(filter, knows, NULL);
	code = kbm_filter_matches(filter, &entry, &truth, &error);
	kbm_filter_free(filter);
	return code == KBM_OK ? truth : UNKNOWABLE;
}

/* Not, and, or of a filter answer by what the filter itself does. */
static void check_logic(const char *text)
{
	static const unsigned opposite[] = {KBM_TRUE, KBM_FALSE, KBM_UNDEFINED, UNKNOWABLE};
	unsigned plain = answer("", text, "", true);
	answer("", text, "", false);
	if (plain >= TOO_DEEP)
		return;
	unsigned negated = answer("(!", text, ")", true);
	unsigned both = answer("(&(cn=*)", text, ")", true);
	unsigned either = answer("(|(cn=none)", text, ")", true);
	if (negated != TOO_DEEP && (negated != opposite[plain] || both != plain || either != plain))
		abort();
}

/* An entry is found by each value that it has, whatever bytes that is; by text, when it is some. */
static void check_escape(const uint8_t *data, size_t size)
{
	struct kbm_bytes escaped;
	struct kbm_blob value = {(uint8_t *)data, size};
	struct kbm_attribute held[] = {{(char *)"cn", &value, 1},
				       {(char *)"Assoc-NT-Account", &value, 1}};
	const struct kbm_entry own = {(char *)"cn=A,o=B", held, 2};
	for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
		struct kbm_filter *filter = NULL;
		struct kbm_error error;
		enum kbm_truth truth = KBM_FALSE;
		kbm_bytes_init(&escaped, KBM_FILTER_MAX_BYTES);
		kbm_bytes_printf(&escaped, "(%s=", held[i].name);
		if (!kbm_filter_escape((const char *)data, size, &escaped) ||
		    !kbm_bytes_append_text(&escaped, ")") ||
		    kbm_filter_parse(kbm_bytes_text(&escaped), &filter, &error) != KBM_OK ||
		    kbm_filter_matches(filter, &own, &truth, &error) != KBM_OK ||
		    truth == KBM_FALSE || (i == 1 && truth != KBM_TRUE))
			abort();
		kbm_filter_free(filter);
		kbm_bytes_clear(&escaped);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > KBM_FILTER_MAX_BYTES / 4)
		return 0;
	char *text = malloc(size + 1);
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	check_logic(text);
	check_escape(data, size);
	free(text);
	return 0;
}
