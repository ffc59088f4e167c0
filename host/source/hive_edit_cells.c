/* Inside the hive editor: cells and keys, checked each time before they are written to. */
#include "source/hive_edit_parts.h"

#include "source/hive_cells.h"
#include "source/hive_format.h"

#include <string.h>

static enum kbm_code bad_cell(kbm_cell cell, const char *why, struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE, "the cell at file offset 0x%llX %s",
			(unsigned long long)kbm_hive_file_offset(cell), why);
}

enum kbm_code kbm_edit_cell(const struct kbm_hive_editor *editor, kbm_cell cell,
			    const char *signature, size_t minimum, uint8_t **content,
			    struct kbm_error *error)
{
	if (!kbm_space_has(&editor->space, cell))
		return bad_cell(cell, "is referred to, but is none in use", error);
	if (kbm_space_room(&editor->space, cell) < minimum)
		return bad_cell(cell, "is too small for what it holds", error);
	uint8_t *bytes = kbm_space_bytes(&editor->space, cell);
	if (signature != NULL && memcmp(bytes, signature, 2) != 0)
		return bad_cell(cell, "holds something else than its user says", error);
	*content = bytes;
	return KBM_OK;
}

/* The reader sees as much as there is. */
static void follow(struct kbm_hive_editor *editor)
{
	editor->has_changed = true;
	editor->hive->length = editor->space.length;
}

enum kbm_code kbm_edit_take(struct kbm_hive_editor *editor, size_t payload, kbm_cell *cell,
			    struct kbm_error *error)
{
	enum kbm_code code = kbm_space_take(&editor->space, payload, cell, error);
	follow(editor);
	return code;
}

enum kbm_code kbm_edit_give(struct kbm_hive_editor *editor, kbm_cell cell, struct kbm_error *error)
{
	uint8_t *content = NULL;
	enum kbm_code code = kbm_edit_cell(editor, cell, NULL, 0, &content, error);
	if (code != KBM_OK)
		return code;
	kbm_space_give(&editor->space, cell);
	follow(editor);
	return KBM_OK;
}

enum kbm_code kbm_edit_resize(struct kbm_hive_editor *editor, kbm_cell *cell, size_t payload,
			      struct kbm_error *error)
{
	uint8_t *content = NULL;
	enum kbm_code code = kbm_edit_cell(editor, *cell, NULL, 0, &content, error);
	if (code != KBM_OK)
		return code;
	code = kbm_space_resize(&editor->space, cell, payload, error);
	follow(editor);
	return code;
}

enum kbm_code kbm_edit_key(const struct kbm_hive_editor *editor, kbm_cell key,
			   struct kbm_key_node *node, uint8_t **record, struct kbm_error *error)
{
	enum kbm_code code = kbm_edit_cell(editor, key, "nk", KBM_NK_NAME, record, error);
	return code == KBM_OK ? kbm_hive_key_node(editor->hive, key, node, error) : code;
}

enum kbm_code kbm_edit_touch(struct kbm_hive_editor *editor, kbm_cell key, struct kbm_error *error)
{
	uint8_t *record = NULL;
	enum kbm_code code = kbm_edit_cell(editor, key, "nk", KBM_NK_NAME, &record, error);
	if (code != KBM_OK)
		return code;
	kbm_put64(record + KBM_NK_TIME, editor->now);
	editor->has_changed = true;
	return KBM_OK;
}
