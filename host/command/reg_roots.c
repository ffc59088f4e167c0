/* kbmend reg ls, dump and find of a folder, above its hives: all that HKLM and HKU hold. */
#include "command/cmd_reg.h"

#include "base/limits.h"
#include "base/text.h"
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
	const struct kbm_registry_query *query; /* of each hive */
	kbm_row_sink *sink;
	const char *name;	/* of the hive under way, as its key is called here */
	struct kbm_bytes below; /* a path with that name in front of it */
	uint64_t places;	/* that could not be read */
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

/* A name in a dump has no '%' of its own. */
static void append_dumped_name(const char *name, struct kbm_bytes *out)
{
	for (; *name != '\0'; name++) {
		if (*name == '%' || (unsigned char)*name < ' ' || *name == 0x7F)
			kbm_bytes_printf(out, "%%%04X", (unsigned)(unsigned char)*name);
		else
			kbm_bytes_append_byte(out, (uint8_t)*name);
	}
}

static void append_below(const char *path, size_t length, struct kbm_bytes *out)
{
	if (length > 0)
		kbm_bytes_append_byte(out, '\\');
	kbm_bytes_append(out, path, length);
}

/* A line of a dump: its kind and a tab, then the path up to the next one. */
static void put_line_below(struct listing *listing, struct kbm_registry_row *row)
{
	struct kbm_bytes *out = &listing->below;
	const size_t before = sizeof "K\t" - 1;
	if (row->text_length < before)
		return;
	const char *path = row->text + before;
	const char *tab = memchr(path, '\t', row->text_length - before);
	size_t length = tab == NULL ? 0 : (size_t)(tab - path);
	kbm_bytes_append(out, row->text, before);
	append_dumped_name(listing->name, out);
	append_below(path, length, out);
	kbm_bytes_append(out, path + length, row->text_length - before - length);
	row->text = kbm_bytes_text(out);
	row->text_length = out->length;
}

/* What lies in a hive is said to lie below where it is mounted. */
static enum kbm_code take_below(void *context, const struct kbm_registry_row *row,
				struct kbm_error *error)
{
	struct listing *listing = context;
	struct kbm_registry_row placed = *row;
	bool is_damage = row->row_kind == KBM_ROW_DAMAGE; /* whose path is text, or NULL */
	bool has_line =
	    listing->rows.kind == KBM_QUERY_DUMP && !is_damage && row->row_kind != KBM_ROW_PROGRESS;
	kbm_bytes_reset(&listing->below);
	if (has_line) {
		put_line_below(listing, &placed);
	} else if (is_damage || row->path != NULL) {
		const char *path = row->path == NULL ? "" : row->path;
		kbm_bytes_append_text(&listing->below, listing->name);
		append_below(path, is_damage ? strlen(path) : row->path_length, &listing->below);
		placed.path = kbm_bytes_text(&listing->below);
		placed.path_length = listing->below.length;
	}
	return listing->below.failed ? kbm_fail(error, KBM_LIMIT, "a row is larger than its limit")
				     : kbm_reg_rows_take(&listing->rows, &placed, error);
}

static enum kbm_code read_root(struct listing *listing, const struct kbm_folder_hive *hive,
			       struct kbm_source *source, struct kbm_error *error)
{
	const struct kbm_options *options = listing->call->options;
	if (hive->problem != NULL)
		return kbm_fail(error, KBM_UNREADABLE, "%s", hive->problem);
	enum kbm_code code = kbm_reg_file_prepare(listing->session.broker, options, hive->path,
						  hive->content, KBM_USE_LOOK, source, error);
	return code == KBM_OK
		   ? kbm_broker_registry(listing->session.broker, source, options->selection,
					 listing->query, listing->sink, listing, error)
		   : code;
}

/* One that cannot be read is told, and the others are listed. */
static void list_hive(struct listing *listing, const struct kbm_folder_hive *hive)
{
	struct kbm_source source = {.descriptor = -1, .file = -1};
	struct kbm_error error = {0};
	bool is_quiet = listing->call->options->quiet;
	enum kbm_code code = read_root(listing, hive, &source, &error);
	kbm_progress_erase(&listing->rows.progress);
	listing->is_in_part |= code != KBM_OK || kbm_hive_is_in_part(&source);
	listing->is_stale |= kbm_hive_is_stale(&source);
	if (code != KBM_OK && !listing->rows.stuck)
		listing->status = kbm_exit_worst(listing->status, kbm_command_fail(&error));
	if (!is_quiet)
		kbm_damage_notes_print_of(&listing->rows.damage, hive->path);
	listing->places += listing->rows.damage.places;
	kbm_damage_notes_clear(&listing->rows.damage);
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

/* What the hive's key is called below `root`; NULL: it is not there. Who reads all of it has the
 * whole path, and those of hives inside others. */
static const char *name_below(const struct listing *listing, const struct kbm_folder_hives *found,
			      const char *mount, const char *root)
{
	if (*root == '\0')
		return mount;
	if (listing->rows.kind != KBM_QUERY_LS)
		return kbm_path_below(mount, root) == NULL ? NULL : mount;
	return is_inside(found, mount) ? NULL : kbm_path_below(mount, root);
}

static size_t list(struct listing *listing, const struct kbm_folder_hives *found, const char *root)
{
	size_t count = 0;
	for (size_t i = 0; i < found->count && !listing->rows.stuck; i++) {
		struct kbm_bytes mount;
		kbm_bytes_init(&mount, KBM_PATH_MAX_BYTES);
		kbm_path_of_hive(found->items[i].hive, &mount);
		listing->name = name_below(listing, found, kbm_bytes_text(&mount), root);
		if (listing->name != NULL) {
			list_hive(listing, &found->items[i]);
			count++;
		}
		kbm_bytes_clear(&mount);
	}
	return count;
}

/* The end of what was found. */
static int print_end(struct listing *listing)
{
	bool found_nothing = listing->rows.kind == KBM_QUERY_FIND && listing->rows.count == 0;
	listing->rows.damage.places = listing->places;
	kbm_reg_rows_end(&listing->rows, !listing->is_in_part, listing->is_stale);
	if (found_nothing && !listing->call->options->quiet)
		kbm_command_note("%s: nothing was found", listing->call->operands[0]);
	if (found_nothing)
		listing->status = kbm_exit_worst(listing->status, KBM_EXIT_UNKNOWN);
	return kbm_command_print(&listing->rows.out, listing->status);
}

int kbm_reg_ask_roots(const struct kbm_call *call, const struct kbm_registry_query *asked,
		      const char *root)
{
	bool is_list = asked->kind == KBM_QUERY_LS;
	const struct kbm_registry_query query = {
	    .kind = is_list ? KBM_QUERY_KEY : asked->kind, .path = "", .find = asked->find};
	struct listing listing = {
	    .call = call, .query = &query, .sink = is_list ? take_root : take_below};
	struct kbm_folder_hives found = {0};
	struct kbm_error error = {0};
	kbm_bytes_init(&listing.below, KBM_WIRE_MAX_ROW + KBM_PATH_MAX_BYTES);
	kbm_reg_rows_begin(&listing.rows, call->options, asked);
	enum kbm_code code = kbm_reg_folder_find(call, &found, &error);
	if (code == KBM_OK)
		code = kbm_session_open(call->options, &listing.session, &error);
	if (code == KBM_OK && list(&listing, &found, root) == 0)
		code = kbm_reg_folder_refuse(call->operands[0], root, &found, &error);
	if (code != KBM_OK)
		listing.status = kbm_command_fail(&error);
	else
		listing.status = listing.rows.stuck ? KBM_EXIT_UNKNOWN : print_end(&listing);
	kbm_reg_rows_clear(&listing.rows);
	kbm_bytes_clear(&listing.below);
	kbm_folder_hives_clear(&found);
	kbm_session_close(&listing.session);
	return listing.status;
}
