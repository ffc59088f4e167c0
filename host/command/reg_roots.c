/* kbmend reg ls of a folder, above its hives: what HKLM and HKU hold. */
#include "command/cmd_reg.h"

#include "base/limits.h"
#include "command/hive_notes.h"
#include "command/reg_folder.h"
#include "command/reg_rows.h"
#include "command/session.h"
#include "source/registry_path.h"

#include <string.h>

struct listing {
	const struct kbm_call *call;
	struct kbm_session session;
	struct kbm_reg_rows rows;
	const char *name; /* of the hive under way, as its key is called here */
	int status;
	bool is_in_part; /* one of them, or not all are listed */
	bool is_stale;
};

/* A root key's own name, which nobody sees, gives way to that of where it is mounted. */
static enum kbm_code take_root(void *context, const struct kbm_registry_row *row,
			       struct kbm_error *error)
{
	struct listing *listing = context;
	struct kbm_registry_row named = *row;
	named.key.name = listing->name;
	named.key.name_length = strlen(listing->name);
	return kbm_reg_rows_take(&listing->rows, &named, error);
}

static enum kbm_code read_root(struct listing *listing, const struct kbm_folder_hive *hive,
			       struct kbm_source *source, struct kbm_error *error)
{
	const struct kbm_options *options = listing->call->options;
	const struct kbm_registry_query query = {.kind = KBM_QUERY_KEY, .path = ""};
	if (hive->problem != NULL)
		return kbm_fail(error, KBM_UNREADABLE, "%s", hive->problem);
	enum kbm_code code = kbm_reg_file_prepare(listing->session.broker, options, hive->path,
						  hive->content, KBM_USE_LOOK, source, error);
	return code == KBM_OK
		   ? kbm_broker_registry(listing->session.broker, source, options->selection,
					 &query, take_root, listing, error)
		   : code;
}

/* One that cannot be read is told, and the others are listed. */
static void list_hive(struct listing *listing, const struct kbm_folder_hive *hive)
{
	struct kbm_source source = {.descriptor = -1, .file = -1};
	struct kbm_error error = {0};
	bool is_quiet = listing->call->options->quiet;
	enum kbm_code code = read_root(listing, hive, &source, &error);
	listing->is_in_part |= code != KBM_OK || kbm_hive_is_in_part(&source);
	listing->is_stale |= kbm_hive_is_stale(&source);
	if (code != KBM_OK && !listing->rows.stuck)
		listing->status = kbm_exit_worst(listing->status, kbm_command_fail(&error));
	if (code == KBM_OK && !is_quiet)
		kbm_hive_note_tell(&source);
	if (source.dirty) {
		listing->status = kbm_exit_worst(listing->status, KBM_EXIT_UNKNOWN);
		if (!is_quiet)
			kbm_hive_note_doubt(&source, "read");
	}
	kbm_source_clear(&source);
}

/* Whether a mount lies in another hive that was found: HKU\alice\Software\Classes in HKU\alice. */
static bool is_inside(const struct kbm_folder_hives *found, const char *mount)
{
	for (size_t i = 0; i < found->count; i++) {
		const char *below = kbm_path_below(mount, found->items[i].hive);
		if (below != NULL && *below != '\0')
			return true;
	}
	return false;
}

/* What the hive's key is called below `root`; NULL: it is not listed there. */
static const char *name_below(const struct kbm_folder_hives *found, const char *mount,
			      const char *root)
{
	if (*root == '\0')
		return mount;
	return is_inside(found, mount) ? NULL : kbm_path_below(mount, root);
}

static size_t list(struct listing *listing, const struct kbm_folder_hives *found, const char *root)
{
	size_t count = 0;
	for (size_t i = 0; i < found->count && !listing->rows.stuck; i++) {
		struct kbm_bytes mount;
		kbm_bytes_init(&mount, KBM_PATH_MAX_BYTES);
		kbm_path_of_hive(found->items[i].hive, &mount);
		listing->name = name_below(found, kbm_bytes_text(&mount), root);
		if (listing->name != NULL) {
			list_hive(listing, &found->items[i]);
			count++;
		}
		kbm_bytes_clear(&mount);
	}
	return count;
}

int kbm_reg_list_roots(const struct kbm_call *call, const char *root)
{
	const struct kbm_registry_query query = {.kind = KBM_QUERY_LS, .path = root};
	struct listing listing = {.call = call};
	struct kbm_folder_hives found = {0};
	struct kbm_error error = {0};
	kbm_reg_rows_begin(&listing.rows, call->options, &query);
	enum kbm_code code = kbm_reg_folder_find(call, &found, &error);
	if (code == KBM_OK)
		code = kbm_session_open(call->options, &listing.session, &error);
	if (code == KBM_OK && list(&listing, &found, root) == 0)
		code = kbm_reg_folder_refuse(call->operands[0], root, &found, &error);
	if (code != KBM_OK) {
		listing.status = kbm_command_fail(&error);
	} else if (listing.rows.stuck) {
		listing.status = KBM_EXIT_UNKNOWN;
	} else {
		kbm_reg_rows_end(&listing.rows, !listing.is_in_part, listing.is_stale);
		listing.status = kbm_command_print(&listing.rows.out, listing.status);
	}
	kbm_reg_rows_clear(&listing.rows);
	kbm_folder_hives_clear(&found);
	kbm_session_close(&listing.session);
	return listing.status;
}
