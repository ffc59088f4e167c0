/* A prepared source's life, apart from how it is prepared. */
#include "guard/broker.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void kbm_source_clear(struct kbm_source *source)
{
	/* The broker hands out descriptors above the standard ones only: a zeroed source has none.
	 */
	if (source->descriptor > STDERR_FILENO)
		close(source->descriptor);
	if (source->file > STDERR_FILENO && source->file != source->descriptor)
		close(source->file);
	free(source->path);
	free(source->problem);
	free(source->hive);
	free(source->stored_name);
	free(source->dirty_reason);
	free(source->logs_reason);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		free(source->logs[i].path);
	free(source->computer_name);
	free(source->control_set);
	kbm_text_list_clear(&source->hives);
	kbm_server_clear(source->server);
	free(source->server);
	memset(source, 0, sizeof *source);
}

void kbm_server_clear(struct kbm_server *server)
{
	if (server == NULL)
		return;
	if (server->password > STDERR_FILENO)
		close(server->password);
	if (server->authorities > STDERR_FILENO)
		close(server->authorities);
	kbm_ldap_settings_clear(&server->settings);
	*server = (struct kbm_server){.password = -1, .authorities = -1};
}

enum kbm_code kbm_source_from_server(const char *path, struct kbm_server *server,
				     struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_source made = {.kind = KBM_SOURCE_LDAP, .path = strdup(path)};
	made.server = malloc(sizeof *made.server);
	made.hive = strdup("");
	if (made.server == NULL) {
		kbm_server_clear(server);
	} else {
		*made.server = *server;
		*server = (struct kbm_server){.password = -1, .authorities = -1};
	}
	if (made.path == NULL || made.server == NULL || made.hive == NULL) {
		kbm_source_clear(&made);
		return kbm_fail(error, KBM_MEMORY, "no memory for a server");
	}
	*source = made;
	return KBM_OK;
}

enum kbm_code kbm_source_unreadable(const char *path, const char *hive, const char *problem,
				    struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_source made = {.kind = KBM_SOURCE_HIVE,
				  .path = strdup(path),
				  .problem = strdup(problem),
				  .hive = strdup(hive),
				  .dirty = true,
				  .dirty_reason = strdup(problem)};
	if (made.path == NULL || made.problem == NULL || made.hive == NULL ||
	    made.dirty_reason == NULL) {
		kbm_source_clear(&made);
		return kbm_fail(error, KBM_MEMORY, "no memory for a hive that cannot be read");
	}
	*source = made;
	return KBM_OK;
}

bool kbm_source_is_directory(const struct kbm_source *source)
{
	return source->kind == KBM_SOURCE_LDIF || source->kind == KBM_SOURCE_LDAP;
}

const struct kbm_source *kbm_target_directory(const struct kbm_target *target)
{
	for (size_t i = 0; i < target->source_count; i++)
		if (kbm_source_is_directory(&target->sources[i]))
			return &target->sources[i];
	return NULL;
}

bool kbm_source_holds(const struct kbm_source *source, const char *hive)
{
	if (source->kind == KBM_SOURCE_HIVE)
		return source->hive != NULL && kbm_text_equals_ascii_case(source->hive, hive);
	for (size_t i = 0; source->kind == KBM_SOURCE_REG && i < source->hives.count; i++)
		if (kbm_text_equals_ascii_case(source->hives.items[i], hive))
			return true;
	return false;
}

const struct kbm_source *kbm_target_source_of(const struct kbm_target *target,
					      const struct kbm_change *change)
{
	if (change->op == KBM_MODIFY_ENTRY)
		return kbm_target_directory(target);
	for (size_t i = 0; i < target->source_count; i++)
		if (kbm_source_holds(&target->sources[i], change->place.hive))
			return &target->sources[i];
	return NULL;
}
