/* Filters: any text, evaluated on one entry or refused; escaping survives the way back. */
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

static void evaluate(const char *text)
{
	struct kbm_filter *filter = NULL;
	struct kbm_error error;
	enum kbm_truth truth;
	if (kbm_filter_parse(text, &filter, &error) != KBM_OK)
		return;
	kbm_filter_matches(filter, &entry, &truth, &error);
	kbm_filter_bind(filter, knows, NULL);
	kbm_filter_matches(filter, &entry, &truth, &error);
	kbm_filter_free(filter);
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
	evaluate(text);

	struct kbm_bytes escaped;
	struct kbm_filter *filter = NULL;
	struct kbm_error error;
	kbm_bytes_init(&escaped, KBM_FILTER_MAX_BYTES);
	kbm_bytes_append_text(&escaped, "(|(cn=");
	if (!kbm_filter_escape(text, size, &escaped) ||
	    !kbm_bytes_append_text(&escaped, ")(Assoc-NT-Account=x))") ||
	    kbm_filter_parse(kbm_bytes_text(&escaped), &filter, &error) != KBM_OK)
		abort();
	kbm_filter_free(filter);
	kbm_bytes_clear(&escaped);
	free(text);
	return 0;
}
