/* Rows of comma-separated values as RFC 4180 quotes them. */
#include "report/csv.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

bool kbm_csv_header(struct kbm_bytes *out, const char *names)
{
	return kbm_bytes_append_text(out, names) && kbm_bytes_append_byte(out, '\n');
}

static void begin_field(struct kbm_csv *csv)
{
	if (csv->begun)
		kbm_bytes_append_byte(csv->out, ',');
	csv->begun = true;
}

/* Blanks at the ends are quoted, too: some readers would drop them. */
static bool wants_quotes(const char *text, size_t length)
{
	return length > 0 &&
	       (memchr(text, ',', length) != NULL || memchr(text, '"', length) != NULL ||
		text[0] == ' ' || text[length - 1] == ' ');
}

void kbm_csv_text(struct kbm_csv *csv, const char *text, size_t length)
{
	struct kbm_bytes *out = csv->out;
	begin_field(csv);
	if (!wants_quotes(text, length)) {
		kbm_text_escape(text, length, out);
		return;
	}
	kbm_bytes_append_byte(out, '"');
	for (size_t at = 0; at < length;) {
		const char *quote = memchr(text + at, '"', length - at);
		size_t end = quote == NULL ? length : (size_t)(quote - text) + 1;
		kbm_text_escape(text + at, end - at, out);
		if (quote != NULL)
			kbm_bytes_append_byte(out, '"');
		at = end;
	}
	kbm_bytes_append_byte(out, '"');
}

void kbm_csv_word(struct kbm_csv *csv, const char *word)
{
	kbm_csv_text(csv, word, strlen(word));
}

void kbm_csv_number(struct kbm_csv *csv, uint64_t number)
{
	begin_field(csv);
	kbm_bytes_printf(csv->out, "%" PRIu64, number);
}

bool kbm_csv_end(struct kbm_csv *csv)
{
	csv->begun = false;
	return kbm_bytes_append_byte(csv->out, '\n');
}

bool kbm_csv_mark(struct kbm_bytes *out, const char *mark, size_t before, uint64_t count,
		  size_t behind)
{
	struct kbm_csv csv = {out, false};
	kbm_csv_word(&csv, mark);
	for (size_t i = 0; i < before; i++)
		kbm_csv_word(&csv, "");
	if (count > 0)
		kbm_csv_number(&csv, count);
	else
		kbm_csv_word(&csv, "");
	for (size_t i = 0; i < behind; i++)
		kbm_csv_word(&csv, "");
	return kbm_csv_end(&csv);
}
