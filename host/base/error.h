/* One error type for the whole program: a code a caller can act on, and a sentence for a person. */
#ifndef KBM_BASE_ERROR_H
#define KBM_BASE_ERROR_H

enum kbm_code {
	KBM_OK,
	KBM_NOT_FOUND,	 /* a result, not a failure: absent for certain */
	KBM_INVALID,	 /* the input breaks its format's rules; the message names the place */
	KBM_UNREADABLE,	 /* damaged, unreachable or cut: what is there could not be told */
	KBM_LIMIT,	 /* a named limit was met */
	KBM_UNSUPPORTED, /* well formed, but a kind that is not handled */
	KBM_REFUSED,	 /* would be possible, but is not permitted */
	KBM_USAGE,	 /* the caller (a script, a command line) asked wrongly */
	KBM_IO,		 /* the operating system failed; the message holds its reason */
	KBM_MEMORY,	 /* no memory */
	KBM_INTERNAL	 /* our own mistake, or a child that broke the protocol */
};

enum { KBM_ERROR_MESSAGE_BYTES = 240 };

struct kbm_error {
	enum kbm_code code;
	char message[KBM_ERROR_MESSAGE_BYTES]; /* UTF-8, NUL-terminated, one line, may be cut */
};

/* Fills *error (may be NULL) and returns `code`: return kbm_fail(error, KBM_INVALID, "...", ...);
 */
enum kbm_code kbm_fail(struct kbm_error *error, enum kbm_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
