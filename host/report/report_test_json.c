/* Tests of scripts as programs read them: kbmend.test/1. */
#include "report/report_test.h"

#include "plan/json.h"
#include "plan/plan_json.h"

#define TEST_SCHEMA "kbmend.test/1"

static json_t *trial_json(const struct kbm_trial *trial)
{
	json_t *object = json_object();
	bool done =
	    object != NULL && kbm_json_put_text(object, "name", trial->name) &&
	    kbm_json_put(object, "state", json_string(kbm_trial_state_name(trial->state))) &&
	    kbm_json_put_text(object, "problem", trial->problem) &&
	    kbm_json_put_text(object, "expected", trial->expected) &&
	    kbm_json_put_text(object, "found", trial->found);
	return kbm_json_whole(object, done);
}

static bool put_script(json_t *object, const struct kbm_trials *trials)
{
	static const char *const kinds[KBM_TRIAL_KINDS] = {
	    [KBM_TRIAL_OF_PASS] = "pass",	[KBM_TRIAL_OF_FAIL] = "fail",
	    [KBM_TRIAL_OF_PLAN] = "plan",	[KBM_TRIAL_OF_NOTAPPLICABLE] = "notapplicable",
	    [KBM_TRIAL_OF_UNKNOWN] = "unknown", [KBM_TRIAL_OF_TRAP] = "trap",
	};
	json_t *list = NULL;
	bool done = kbm_json_put_text(object, "id", trials->script) &&
		    kbm_json_put_text(object, "path", trials->path) &&
		    kbm_json_put_text(object, "folder", trials->folder) &&
		    kbm_json_put_text(object, "problem", trials->problem) &&
		    kbm_json_put_array(object, "lacks", &list);
	for (size_t i = 0; done && i < KBM_TRIAL_KINDS; i++)
		if (trials->lacks[i])
			done = kbm_json_append(list, json_string(kinds[i]));
	done = done && kbm_json_put_array(object, "cases", &list);
	for (size_t i = 0; done && i < trials->count; i++)
		done = kbm_json_append(list, trial_json(&trials->items[i]));
	return done;
}

static json_t *summary_json(const struct kbm_test *test)
{
	struct kbm_trial_counts counts = {0};
	json_t *object = json_object();
	for (size_t i = 0; i < test->count; i++)
		kbm_trials_count(&test->scripts[i], &counts);
	bool done = object != NULL && kbm_json_put_number(object, "scripts", counts.scripts) &&
		    kbm_json_put_number(object, "cases", counts.cases);
	for (enum kbm_trial_state state = 0; done && state < KBM_TRIAL_STATES; state++)
		done = kbm_json_put_number(object, kbm_trial_state_name(state), counts.of[state]);
	done = done && kbm_json_put_number(object, "scripts_untested", counts.untested) &&
	       kbm_json_put_number(object, "scripts_without_cases", counts.without) &&
	       kbm_json_put_number(object, "scripts_incomplete", counts.incomplete);
	return kbm_json_whole(object, done);
}

static bool put_end(json_t *object, const struct kbm_test *test)
{
	return kbm_json_put(object, "summary", summary_json(test)) &&
	       kbm_json_put_text(object, "next", test->next) &&
	       kbm_json_put(object, "exit_status", json_integer(test->exit_status));
}

/* An object that begins with the schema; `type` says which line it is. */
static json_t *begin(const char *type)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put(object, "schema", json_string(TEST_SCHEMA)) &&
		    (type == NULL || kbm_json_put(object, "type", json_string(type)));
	return kbm_json_whole(object, done);
}

static bool write_lines(const struct kbm_test *test, struct kbm_bytes *out)
{
	for (size_t i = 0; i < test->count; i++) {
		json_t *object = begin("script");
		bool done = object != NULL && put_script(object, &test->scripts[i]);
		if (!kbm_json_write_and_drop(kbm_json_whole(object, done), false, out))
			return false;
	}
	json_t *object = begin("summary");
	bool done = object != NULL && put_end(object, test);
	return kbm_json_write_and_drop(kbm_json_whole(object, done), false, out);
}

bool kbm_report_test_json(const struct kbm_test *test, bool lines, struct kbm_bytes *out)
{
	json_t *list = NULL;
	if (lines)
		return write_lines(test, out);
	json_t *object = begin(NULL);
	bool done = object != NULL && kbm_json_put_array(object, "scripts", &list);
	for (size_t i = 0; done && i < test->count; i++) {
		json_t *item = json_object();
		bool item_done = item != NULL && put_script(item, &test->scripts[i]);
		done = kbm_json_append(list, kbm_json_whole(item, item_done));
	}
	return kbm_json_write_and_drop(kbm_json_whole(object, done && put_end(object, test)), true,
				       out);
}
