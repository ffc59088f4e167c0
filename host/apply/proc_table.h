/* Lines of the kernel's tables in /proc: fields between blanks, numbers between marks. */
#ifndef KBM_APPLY_PROC_TABLE_H
#define KBM_APPLY_PROC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cuts a line into fields, in place; returns how many, at most `room`. */
size_t kbm_proc_fields(char *line, char **fields, size_t room);
/* Reads a number that `end` follows and goes behind both. False for anything else. */
bool kbm_proc_number(const char **at, int base, char end, uintmax_t *number);
/* Undoes the octal escapes of a path, in place. */
void kbm_proc_unescape(char *text);

#endif
