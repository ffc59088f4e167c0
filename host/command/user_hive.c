/* Where a user's hive is mounted, by where its file lies. */
#include "command/user_hive.h"

#include "base/limits.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

const char *const kbm_user_hive_ways[KBM_USER_HIVE_WAYS][KBM_USER_HIVE_WAY] = {
    {"AppData", "Local", "Microsoft", "Windows"},
    {"Local Settings", "Application Data", "Microsoft", "Windows"},
    {"Lokale Einstellungen", "Anwendungsdaten", "Microsoft", "Windows"},
};

/* A piece of a path. */
struct part {
	const char *text;
	size_t length;
};

static bool part_is(struct part part, const char *name)
{
	return part.length == strlen(name) && strncasecmp(part.text, name, part.length) == 0;
}

/* Takes the last component off the path. */
static struct part take_last(struct part *path)
{
	while (path->length > 0 && path->text[path->length - 1] == '/')
		path->length--;
	size_t start = path->length;
	while (start > 0 && path->text[start - 1] != '/')
		start--;
	struct part last = {path->text + start, path->length - start};
	path->length = start;
	return last;
}

/* DEFAULT, and copies that Windows and people make of it. */
static bool is_default(struct part file)
{
	static const char *const names[] = {"DEFAULT", "DEFAULT.SAV", "DEFAULT.ALT", "DEFAULT.BAK",
					    "DEFAULT.OLD"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (part_is(file, names[i]))
			return true;
	return false;
}

/* Takes a way off a path that ends with it. */
static void skip_way(struct part *folder)
{
	for (size_t i = 0; i < KBM_USER_HIVE_WAYS; i++) {
		struct part left = *folder;
		size_t still = KBM_USER_HIVE_WAY;
		while (still > 0 && part_is(take_last(&left), kbm_user_hive_ways[i][still - 1]))
			still--;
		if (still == 0) {
			*folder = left;
			return;
		}
	}
}

bool kbm_user_hive_is(const char *content)
{
	return strcmp(content, "NTUSER.DAT") == 0 || strcmp(content, "UsrClass.dat") == 0;
}

const char *kbm_user_hive_content(const char *content, const char *path)
{
	static const char *const contents[] = {"NTUSER.DAT", "UsrClass.dat"};
	struct part folder = {path, strlen(path)};
	struct part file = take_last(&folder);
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
		if (*content == '\0' ? part_is(file, contents[i])
				     : strcmp(content, contents[i]) == 0)
			return contents[i];
	return *content == '\0' && is_default(file) ? contents[0] : NULL;
}

bool kbm_user_hive_may_be(const char *content, const char *mounted)
{
	static const char users[] = "HKU\\";
	return (*content == '\0' || kbm_user_hive_is(content)) &&
	       strncmp(mounted, users, strlen(users)) == 0 && mounted[strlen(users)] != '\0';
}

bool kbm_user_hive_is_name(const char *name, size_t length)
{
	size_t units = 0;
	if (length == 0 || !kbm_text_is_utf8(name, length) || memchr(name, '\\', length) != NULL)
		return false;
	for (size_t i = 0, size = 0; i < length; i += size)
		units += kbm_text_next(name + i, length - i, &size) > 0xffff ? 2 : 1;
	return units <= KBM_HIVE_MAX_KEY_UNITS;
}

bool kbm_user_hive_append_name(const char *name, size_t length, bool classes, struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, "HKU\\");
	kbm_bytes_append(out, name, length);
	return kbm_bytes_append_text(out, classes ? "\\Software\\Classes" : "");
}

bool kbm_user_hive_append(const char *content, const char *path, struct kbm_bytes *out)
{
	struct part folder = {path, strlen(path)};
	struct part file = take_last(&folder);
	bool is_classes = strcmp(content, "UsrClass.dat") == 0;
	if (!is_classes && is_default(file))
		return kbm_bytes_append_text(out, "HKU\\.DEFAULT");
	struct part name = file;
	if (part_is(file, content)) {
		if (is_classes)
			skip_way(&folder);
		struct part of_folder = take_last(&folder);
		if (of_folder.length > 0)
			name = of_folder;
	}
	return kbm_user_hive_is_name(name.text, name.length) &&
	       kbm_user_hive_append_name(name.text, name.length, is_classes, out);
}
