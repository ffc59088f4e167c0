/* Plans for exports: an export is a copy of something that is elsewhere, and is not written to. */
#include "apply/applier.h"

static enum kbm_code open_export(struct kbm_part *part, struct kbm_error *error)
{
	bool is_registry = part->source->kind == KBM_SOURCE_REG;
	return kbm_fail(error, KBM_REFUSED,
			"%.90s: is an export, which is not written to: `kbmend run --emit %s:FILE` "
			"writes what changes %s",
			part->source->path, is_registry ? "reg" : "ldif",
			is_registry ? "the registry" : "the directory");
}

const struct kbm_applier kbm_applier_export = {.open = open_export};
