/* Aliases: which script serves an article that has no file of its own. */
#include "command/catalog_parts.h"

#include "base/file.h"
#include "base/limits.h"
#include "command/command.h"

#include <stdlib.h>
#include <string.h>

/* --- one alias ------------------------------------------------------------------------------- */

/* A look for the script that has an alias. */
struct look {
	struct kbm_broker *broker;
	const struct kbm_script_files *files;
	const char *name;
	struct kbm_scripts found;   /* one at most, but for a script that comes and goes */
	size_t rank;		    /* of its folder */
	struct kbm_text_list known; /* other scripts' aliases, for who mistyped one */
	struct kbm_error problem;   /* of a file in which the name stands; KBM_OK: none */
};

static bool names_alias(const char *path, const char *name)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, KBM_SCRIPT_MAX_BYTES);
	bool stands = kbm_file_read(path, false, &bytes, NULL) == KBM_OK &&
		      strcasestr(kbm_bytes_text(&bytes), name) != NULL;
	kbm_bytes_clear(&bytes);
	return stands;
}

static enum kbm_code know_aliases(struct look *look, const struct kbm_script_info *info,
				  struct kbm_error *error)
{
	for (size_t i = 0; i < info->alias_count; i++)
		if (!kbm_text_list_add(&look->known, info->aliases[i].kb))
			return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

/* Takes what was loaded last, when it has the alias; the folder that is searched first wins. */
static enum kbm_code judge(struct look *look, size_t rank, struct kbm_scripts *loaded,
			   struct kbm_error *error)
{
	const struct kbm_script *script = &loaded->items[0];
	if (script->problem.code != KBM_OK)
		look->problem = script->problem;
	if (kbm_script_info_alias(&script->info, look->name) == NULL)
		return know_aliases(look, &script->info, error);
	if (look->found.count > 0 && look->rank == rank)
		return kbm_fail(error, KBM_INVALID,
				"%.40s is an alias of two scripts: %.80s, %.80s", look->name,
				look->found.items[0].path, script->path);
	if (look->found.count > 0 && look->rank < rank)
		return KBM_OK;
	struct kbm_scripts other = look->found;
	look->found = *loaded;
	look->rank = rank;
	*loaded = other;
	return KBM_OK;
}

/* Looks at the files that hold the name, or at the others: it need not stand there in one piece. */
static enum kbm_code look_at(struct look *look, bool likely, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < look->files->count; i++) {
		const struct kbm_script_file *file = &look->files->items[i];
		const struct kbm_script_file *stock;
		struct kbm_scripts loaded = {0};
		if (kbm_script_files_get(look->files, file->id, &stock) != file ||
		    names_alias(file->path, look->name) != likely)
			continue;
		code = kbm_catalog_load(look->broker, file, stock, &loaded, error);
		if (code == KBM_OK)
			code = judge(look, file->rank, &loaded, error);
		kbm_scripts_clear(&loaded);
	}
	return code;
}

/* Moves the script that was found behind the others. */
static enum kbm_code hand_over(struct kbm_script *found, struct kbm_scripts *to,
			       struct kbm_error *error)
{
	struct kbm_script *items = realloc(to->items, (to->count + 1) * sizeof *items);
	if (items == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	to->items = items;
	items[to->count++] = *found;
	*found = (struct kbm_script){0};
	return KBM_OK;
}

enum kbm_code kbm_catalog_load_alias(struct kbm_broker *broker, const struct kbm_catalog *catalog,
				     const char *name, struct kbm_scripts *scripts,
				     struct kbm_error *error)
{
	struct look look = {.broker = broker, .files = &catalog->scripts, .name = name};
	enum kbm_code code = look_at(&look, true, error);
	if (code == KBM_OK && look.found.count == 0 && look.problem.code != KBM_OK)
		code =
		    kbm_fail(error, KBM_INVALID, "no script is named '%.40s', which stands in %s",
			     name, look.problem.message);
	if (code == KBM_OK && look.found.count == 0)
		code = look_at(&look, false, error);
	if (code == KBM_OK && look.found.count == 0)
		code = kbm_catalog_unknown(catalog, &look.known, name, error);
	if (code == KBM_OK && look.found.items != NULL)
		code = hand_over(&look.found.items[0], scripts, error);
	kbm_scripts_clear(&look.found);
	kbm_text_list_clear(&look.known);
	return code;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* A name and the script that has it. */
struct claim {
	const char *name;
	struct kbm_script *script;
	bool is_alias;
	const struct claim *holder; /* who has the name instead, or NULL */
};

/* Equal names together, and first of them who has it. */
static int compare_claims(const void *left, const void *right)
{
	const struct claim *a = left;
	const struct claim *b = right;
	int order = strcasecmp(a->name, b->name);
	if (order != 0)
		return order;
	if (a->is_alias != b->is_alias)
		return a->is_alias ? 1 : -1;
	if (a->script->rank != b->script->rank)
		return a->script->rank < b->script->rank ? -1 : 1;
	return strcmp(a->script->info.id, b->script->info.id);
}

static size_t count_names(const struct kbm_scripts *scripts)
{
	size_t count = scripts->count;
	for (size_t i = 0; i < scripts->count; i++)
		count += scripts->items[i].info.alias_count;
	return count;
}

static void list_claims(struct kbm_scripts *scripts, struct claim *claims)
{
	for (size_t i = 0; i < scripts->count; i++) {
		struct kbm_script *script = &scripts->items[i];
		*claims++ = (struct claim){script->info.id, script, false, NULL};
		for (size_t j = 0; j < script->info.alias_count; j++)
			*claims++ = (struct claim){script->info.aliases[j].kb, script, true, NULL};
	}
}

static void find_holders(struct claim *claims, size_t count)
{
	size_t holder = 0;
	for (size_t i = 1; i < count; i++) {
		if (strcasecmp(claims[holder].name, claims[i].name) != 0)
			holder = i;
		else if (claims[i].is_alias)
			claims[i].holder = &claims[holder];
	}
}

/* Two of one folder are a mistake of who wrote them; a folder may well have what another has. The
 * names of a script that has a problem are gone. */
static enum kbm_code settle(const struct claim *claim, struct kbm_error *error)
{
	const struct claim *holder = claim->holder;
	struct kbm_script *script = claim->script;
	struct kbm_error problem = {0};
	const char *what = holder->is_alias ? "an alias" : "the id";
	if (script->problem.code != KBM_OK)
		return KBM_OK;
	if (script->rank == holder->script->rank) {
		kbm_fail(&problem, KBM_INVALID, "%.80s: its alias '%.40s' is %s of %.80s",
			 script->path, claim->name, what, holder->script->path);
		return kbm_catalog_keep_problem(script, &problem, error);
	}
	kbm_command_note("%s: its alias '%s' is passed over: it is %s of %s", script->path,
			 claim->name, what, holder->script->path);
	kbm_script_info_drop_alias(&script->info, claim->name);
	return KBM_OK;
}

enum kbm_code kbm_catalog_check_aliases(struct kbm_scripts *scripts, struct kbm_error *error)
{
	size_t count = count_names(scripts);
	struct claim *claims = calloc(count + 1, sizeof *claims);
	enum kbm_code code = KBM_OK;
	if (claims == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	list_claims(scripts, claims);
	qsort(claims, count, sizeof *claims, compare_claims);
	find_holders(claims, count);
	for (size_t i = 0; code == KBM_OK && i < count; i++)
		if (claims[i].holder != NULL)
			code = settle(&claims[i], error);
	free(claims);
	return code;
}
