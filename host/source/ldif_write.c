/* Lines of LDIF (RFC 2849), written. */
#include "source/ldif_write.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"

enum { COMMENT_BYTES = 1024 };

bool kbm_ldif_put_version(struct kbm_bytes *out)
{
	return kbm_bytes_append_text(out, "version: 1\n");
}

bool kbm_ldif_put_comment(struct kbm_bytes *out, const char *format, ...)
{
	char line[COMMENT_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	kbm_bytes_append_text(out, "# ");
	kbm_text_escape(line, kbm_text_whole_end(line, strlen(line)), out);
	return kbm_bytes_append_byte(out, '\n');
}

bool kbm_ldif_is_plain(const struct kbm_blob *value)
{
	const uint8_t *data = value->data;
	if (value->length == 0)
		return true;
	if (data[0] == ' ' || data[0] == ':' || data[0] == '<' || data[value->length - 1] == ' ')
		return false;
	for (size_t i = 0; i < value->length; i++) {
		if (data[i] < ' ' || data[i] > '~')
			return false;
	}
	return true;
}

bool kbm_ldif_put_value(const char *name, const struct kbm_blob *value, struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, name);
	if (!kbm_ldif_is_plain(value)) {
		kbm_bytes_append_text(out, ":: ");
		kbm_base64_encode(value->data, value->length, out);
	} else if (value->length > 0) {
		kbm_bytes_append_text(out, ": ");
		kbm_bytes_append(out, value->data, value->length);
	} else {
		kbm_bytes_append_byte(out, ':'); /* no blank at a line's end */
	}
	return kbm_bytes_append_byte(out, '\n');
}

bool kbm_ldif_is_word(const char *name)
{
	return kbm_text_equals_ascii_case(name, "dn") ||
	       kbm_text_equals_ascii_case(name, "changetype") ||
	       kbm_text_equals_ascii_case(name, "control");
}
