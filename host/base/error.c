/* Filling the one error type. */
#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum kbm_code kbm_fail(struct kbm_error *error, enum kbm_code code, const char *format, ...)
{
	if (error == NULL)
		return code;
	error->code = code;
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	/* A message that is cut ends with a whole character. */
	if (length >= (int)sizeof error->message)
		error->message[kbm_text_whole_end(error->message, sizeof error->message - 1)] =
		    '\0';
	return code;
}
