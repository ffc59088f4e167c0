/* A JSON document about the hives of a folder, which is printed as they are looked at. */
#include "report/report_folder.h"

#include "plan/json.h"
#include "plan/plan_json.h"

bool kbm_report_folder_begin_json(const char *schema, const struct kbm_info *facts,
				  struct kbm_bytes *out)
{
	json_t *object = json_object();
	bool done = object != NULL && !facts->failed &&
		    kbm_json_put_text(object, "schema", schema) && kbm_info_put_json(object, facts);
	done = kbm_json_write_and_drop(kbm_json_whole(object, done), false, out);
	/* The object goes on: its '}' and the newline behind it come last. */
	if (done)
		kbm_bytes_cut(out, out->length - 2);
	else
		out->failed = true;
	return kbm_bytes_append_text(out, ",\"hives\":[\n");
}

bool kbm_report_folder_item_json(size_t index, struct kbm_bytes *out)
{
	return index == 0 ? !out->failed : kbm_bytes_append_byte(out, ',');
}

bool kbm_report_folder_end_json(struct kbm_bytes *out)
{
	return kbm_bytes_append_text(out, "]}\n");
}
