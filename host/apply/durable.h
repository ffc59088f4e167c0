/* Files and folders that are on the disk when a call returns. What a signal interrupts is done
 * again. Booleans: false with errno. */
#ifndef KBM_APPLY_DURABLE_H
#define KBM_APPLY_DURABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* openat() with O_CLOEXEC; never follows a symbolic link at the path's end. -1 with errno. */
int kbm_durable_open(int folder, const char *name, int flags, mode_t mode);
/* The folder of a path, opened for the calls below; *name is what follows in it, borrowed from
 * `path`. -1 with errno. */
int kbm_durable_open_folder(const char *path, const char **name);
bool kbm_durable_sync(int descriptor);
/* At a place in the file, in bytes. */
bool kbm_durable_write(int descriptor, const void *data, size_t length, uint64_t at);
/* Copies from the first byte to the end of `from`, to the same places of `to`; *length is how much
 * it was. The bytes are written by us, never shared between the files: a shared block would have to
 * be copied when it is changed in a mapping, for which there might be no room. */
bool kbm_durable_copy(int from, int to, uint64_t *length);
/* Forgets what is in memory of a file that was synced, so that reading asks the disk, which begins
 * at once. */
void kbm_durable_forget(int descriptor);

/* A new file (O_RDWR) that gets its name by kbm_durable_name(), once it is whole; where the file
 * system has no files without a name, it has it from the beginning (*named). EEXIST when the name
 * is taken. -1 with errno. */
int kbm_durable_create(int folder, const char *name, mode_t mode, bool *named);
/* Gives a file that was synced its name, and syncs the folder; on failure only one that was `named`
 * from the beginning has it. Never replaces a file: EEXIST. */
bool kbm_durable_name(int descriptor, int folder, const char *name, bool named);
/* Writes a file of mode 0600, replacing one of this name as a whole. A failure leaves that one; but
 * when only the folder could not be synced, the new one. */
bool kbm_durable_replace(int folder, const char *name, const void *data, size_t length);
/* The same, of another mode, whatever the umask is. */
bool kbm_durable_replace_as(int folder, const char *name, mode_t mode, const void *data,
			    size_t length);

#endif
