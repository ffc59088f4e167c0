/* A hive's file and the new file that takes its place: opened and locked, backed up, copied,
 * replaced as a whole or not at all. What the file holds is not looked at. */
#ifndef KBM_APPLY_HIVE_FILE_H
#define KBM_APPLY_HIVE_FILE_H

#include "base/error.h"
#include "base/sha256.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Filled by kbm_hive_file_open(); texts and descriptors are its own. */
struct kbm_hive_file {
	char *path;	    /* as given */
	char *absolute;	    /* the same without symbolic links */
	int folder;	    /* that holds it, open; -1 */
	int original;	    /* locked, read only by us; -1 */
	int changed;	    /* the new file, O_RDWR, locked; -1 */
	char *changed_path; /* absolute: ".NAME.kbmend-NUMBER" beside the file; NULL without one */
	struct stat opened; /* the original, as it was when it was opened */
	char sha256[KBM_SHA256_HEX_BYTES]; /* the original's, once it was backed up; "" */
};

/* A struct that holds nothing: closing it is permitted. */
#define KBM_HIVE_FILE_NONE ((struct kbm_hive_file){.folder = -1, .original = -1, .changed = -1})

/* Opens and locks (flock). When another holds the lock, waits for at most KBM_APPLY_LOCK_WAIT_MS.
 * On success *file is the caller's, released with kbm_hive_file_close(). KBM_REFUSED, with the
 * reason and the way out: a symbolic link, several hard links, no regular file, a mount point, one
 * that is mounted at another place too, a file or folder that nobody or not this user may write (a
 * file that is r--r--r-- is evidence, for root too), immutable, on a read-only file system, locked
 * by another (with its pid). KBM_NOT_FOUND: there is none. KBM_LIMIT: beyond KBM_HIVE_MAX_BYTES. */
enum kbm_code kbm_hive_file_open(const char *path, struct kbm_hive_file *file,
				 struct kbm_error *error);
enum kbm_code kbm_hive_file_hash(int descriptor, char sha256[static KBM_SHA256_HEX_BYTES],
				 struct kbm_error *error);

/* Copies the original to `backup_path`, mode 0600, durable with its folder, and compares it with
 * the copy as the disk gives it back; `sha256` and file->sha256 are of both.
 * KBM_REFUSED: something is at `backup_path` already. After a failure no backup is left behind. */
enum kbm_code kbm_hive_file_back_up(struct kbm_hive_file *file, const char *backup_path,
				    char sha256[static KBM_SHA256_HEX_BYTES],
				    struct kbm_error *error);

/* The new file's name in the hive's folder, NAME cut where it would be too long. Heap text, the
 * caller's; NULL without memory. */
char *kbm_hive_file_changed_name(const char *name, unsigned number);
/* The path that kbm_hive_file_begin() will give it, from the hive's absolute path: so that a
 * journal can have it before the file is there. The same ownership. */
char *kbm_hive_file_changed_path(const char *absolute, unsigned number);
/* Makes the new file: the content of the open file `content` (the original, or another one), the
 * original's mode, owner, group, extended attributes and ACL, and room for `capacity` bytes (0 and
 * less than the content: its size) that is really there. What cannot be kept is an error that names
 * it. Nothing is left behind after a failure. file->changed is there to be mapped; its size is the
 * larger of `capacity` and the content's. */
enum kbm_code kbm_hive_file_begin(struct kbm_hive_file *file, unsigned number, int content,
				  uint64_t capacity, struct kbm_error *error);
/* The new file gets its final length and is written to the disk. No mapping of it may be in use. */
enum kbm_code kbm_hive_file_cut(struct kbm_hive_file *file, uint64_t length,
				struct kbm_error *error);
/* The new file, whose SHA-256 must be `sha256`, takes the original's name. Before: the new file is
 * hashed as the disk gives it back, and `path` must still name the file that was opened, unchanged
 * (device, inode, size, times, and SHA-256 when it was backed up). After: the folder is written to
 * the disk, and the file is hashed again through its path. *replaced tells, also on failure,
 * whether the new file has the name now; then *file stands for it, locked without a gap, and can be
 * begun or restored again. Otherwise the original is in place and the new file is there still.
 * KBM_REFUSED: the file was changed or moved meanwhile. */
enum kbm_code kbm_hive_file_replace(struct kbm_hive_file *file, const char *sha256, bool *replaced,
				    struct kbm_error *error);
/* Puts a backup's bytes in place through the same steps: begin, cut, replace. A new file that was
 * begun is discarded first. KBM_UNREADABLE: the backup's SHA-256 is not `sha256`: nothing was
 * touched. */
enum kbm_code kbm_hive_file_restore(struct kbm_hive_file *file, const char *backup_path,
				    const char *sha256, unsigned number, bool *replaced,
				    struct kbm_error *error);

/* Removes a new file that was not used. */
void kbm_hive_file_discard(struct kbm_hive_file *file);
/* Discards, unlocks, closes; leaves KBM_HIVE_FILE_NONE. */
void kbm_hive_file_close(struct kbm_hive_file *file);

#endif
