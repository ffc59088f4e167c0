/* Inside the registry: paths as people write them, taken apart and compared. Pure text. */
#include "source/registry_path.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	const char *root;
} roots[] = {
    {"HKLM", "HKLM"}, {"HKEY_LOCAL_MACHINE", "HKLM"},
    {"HKU", "HKU"},   {"HKEY_USERS", "HKU"},
    {"HKCU", "HKCU"}, {"HKEY_CURRENT_USER", "HKCU"},
    {"HKCR", "HKCR"}, {"HKEY_CLASSES_ROOT", "HKCR"},
    {"HKCC", "HKCC"}, {"HKEY_CURRENT_CONFIG", "HKCC"},
};

/* Hives whose place does not follow from their name. */
static const struct {
	const char *name;
	const char *path;
} places[] = {
    {"NTUSER.DAT", "HKCU"},
    {"UsrClass.dat", "HKCU\\Software\\Classes"},
};

struct kbm_path_part kbm_path_next(const char **path)
{
	struct kbm_path_part part = {*path, strcspn(*path, "\\")};
	*path += part.length + (part.text[part.length] == '\\');
	return part;
}

bool kbm_path_part_is(struct kbm_path_part part, const char *name)
{
	return kbm_text_compare_names(part.text, part.length, name, strlen(name)) == 0;
}

const char *kbm_path_root(struct kbm_path_part part)
{
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (kbm_path_part_is(part, roots[i].name))
			return roots[i].root;
	return NULL;
}

struct kbm_path_part kbm_path_take_root(const char **path)
{
	struct kbm_path_part root = kbm_path_next(path);
	if (root.length > 0 && root.text[root.length - 1] == ':')
		root.length--;
	return root;
}

enum kbm_code kbm_path_normalise(const char *path, struct kbm_bytes *out, struct kbm_error *error)
{
	const char *rest = path;
	const char *root = kbm_path_root(kbm_path_take_root(&rest));
	if (root == NULL)
		return kbm_fail(error, KBM_USAGE,
				"the registry path '%.100s' does not begin with HKLM, HKU, HKCU, "
				"HKCR or a long form of these",
				path);
	kbm_bytes_reset(out);
	kbm_bytes_append_text(out, root);
	while (*rest != '\0') {
		struct kbm_path_part part = kbm_path_next(&rest);
		if (part.length == 0)
			return kbm_fail(error, KBM_USAGE,
					"the registry path '%.100s' has an empty part (two "
					"backslashes in a row)",
					path);
		kbm_bytes_append(out, "\\", 1);
		kbm_bytes_append(out, part.text, part.length);
	}
	if (out->failed)
		return kbm_fail(error, KBM_LIMIT, "a registry path is longer than %lu bytes",
				KBM_PATH_MAX_BYTES);
	return KBM_OK;
}

static bool begins_with_root(const char *path)
{
	return kbm_path_root(kbm_path_take_root(&path)) != NULL;
}

char *kbm_path_unwrap(const char *path)
{
	static const char *const tops[] = {"Computer", "My Computer"};
	size_t length = strlen(path);
	const char *rest = path;
	struct kbm_path_part first = kbm_path_next(&rest);
	for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
		if (kbm_path_part_is(first, tops[i]) && begins_with_root(rest))
			return strdup(rest);
	if (length < 2 || path[0] != '[' || path[length - 1] != ']')
		return strdup(path);
	char *inner = strndup(path + 1, length - 2);
	if (inner == NULL || begins_with_root(inner))
		return inner;
	free(inner);
	return strdup(path);
}

bool kbm_path_is_volatile(const char *path)
{
	const char *known = kbm_path_root(kbm_path_take_root(&path));
	return known != NULL && strcmp(known, "HKLM") == 0 &&
	       kbm_path_part_is(kbm_path_next(&path), "HARDWARE");
}

enum kbm_code kbm_path_of_classes(const char *below, struct kbm_bytes *out, struct kbm_error *error)
{
	static const char classes[] = "HKLM\\SOFTWARE\\Classes\\";
	struct kbm_bytes moved;
	kbm_bytes_init(&moved, KBM_PATH_MAX_BYTES + sizeof classes);
	kbm_bytes_append_text(&moved, classes);
	enum kbm_code code = kbm_bytes_append_text(&moved, below)
				 ? kbm_path_normalise(kbm_bytes_text(&moved), out, error)
				 : kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_bytes_clear(&moved);
	return code;
}

const char *kbm_path_below(const char *path, const char *prefix)
{
	while (*prefix != '\0') {
		struct kbm_path_part wanted = kbm_path_next(&prefix);
		struct kbm_path_part part = kbm_path_next(&path);
		if (kbm_text_compare_names(wanted.text, wanted.length, part.text, part.length) != 0)
			return NULL;
	}
	return path;
}

bool kbm_path_child(const char *path, const char *name, size_t length, struct kbm_bytes *out)
{
	size_t trimmed = strlen(path);
	if (trimmed > 0 && path[trimmed - 1] == '\\')
		trimmed--;
	kbm_bytes_reset(out);
	kbm_bytes_append(out, path, trimmed);
	kbm_bytes_append_byte(out, '\\');
	kbm_bytes_append(out, name, length);
	return !out->failed;
}

bool kbm_path_long(const char *path, struct kbm_bytes *out)
{
	const char *rest = path;
	struct kbm_path_part root = kbm_path_next(&rest);
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (kbm_path_part_is(root, roots[i].root) && strlen(roots[i].name) > root.length)
			kbm_bytes_append_text(out, roots[i].name);
	return kbm_bytes_append_text(out, path + root.length);
}

bool kbm_path_of_hive(const char *name, struct kbm_bytes *out)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (kbm_text_equals_ascii_case(name, places[i].name))
			return kbm_bytes_append_text(out, places[i].path);
	const char *rest = name;
	if (kbm_path_root(kbm_path_next(&rest)) == NULL)
		kbm_bytes_append_text(out, "HKLM\\");
	return kbm_bytes_append_text(out, name);
}
