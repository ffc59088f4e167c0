/* A prepared source's life, apart from how it is prepared. */
#include "guard/broker.h"

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
	free(source->hive);
	free(source->dirty_reason);
	free(source->computer_name);
	free(source->control_set);
	kbm_text_list_clear(&source->hives);
	memset(source, 0, sizeof *source);
}
