/* Filling the one error type. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

enum kbm_code kbm_fail(struct kbm_error *error, enum kbm_code code, const char *format, ...)
{
	if (error == NULL)
		return code;
	error->code = code;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	return code;
}
