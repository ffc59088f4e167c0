/* A worker that is in an enemy's hands: every text of every answer is meant for the terminal.
 *
 * The folder that it lies in says what it answers, "hostile-" and one of: `text` (findings and a
 * plan), `bytes` (the same, no UTF-8), `end` (runs end early), `failed` (every job fails). */
#include "base/limits.h"
#include "guard/channel.h"
#include "guard/jobs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* C0, DEL, C1, what orders or hides text, a tag, a forged line; as UTF-8, and as no text at all. */
#define EVIL_TEXT                                                                     \
	"\x1B[2J\x1B]0;x\x07\t\b\x7F\xC2\x9B"                                         \
	"31m\xE2\x80\xAE\xD8\x9C\xE2\x81\xA6\xE2\x80\xA8\xE2\x80\x8B\xEF\xBB\xBF\xF3" \
	"\xA0\x80\x81\r\nFORGED"
#define EVIL EVIL_TEXT "\xFF\xC0\x9B\xED\xA0\x80"

static char evil_text[] = EVIL_TEXT;
static char evil_bytes[] = EVIL;
static char *evil = evil_bytes;
static char system_hive[] = "SYSTEM";
static char path[] = "HKLM\\SYSTEM\\Select";
static char below[] = "Select";
static const char dump_line[] = "V\t" EVIL "\t" EVIL "\t1\t00";

static struct kbm_channel control;
static struct kbm_channel job;
static struct kbm_bytes body;
static const char *mode;

static void say(enum kbm_message type, const void *structure)
{
	kbm_channel_send(&job, type, structure, 0, NULL);
}

static void say_failed(void)
{
	struct kbm_error error = {.code = KBM_INVALID, .message = EVIL};
	say(KBM_MESSAGE_FAILED, &error);
}

static void say_output(void)
{
	struct kbm_output output = {evil};
	say(KBM_MESSAGE_OUTPUT, &output);
}

static void say_info(void)
{
	char *texts[] = {evil, evil};
	struct kbm_text_list list = {texts, 2};
	struct kbm_symptom symptom = {1, evil, evil, evil};
	struct kbm_product product = {evil, evil};
	struct kbm_param_info param = {evil, KBM_PARAM_CHOICE, evil, evil, list};
	struct kbm_script_info info = {.api = 1,
				       .id = evil,
				       .version = evil,
				       .title = evil,
				       .description = evil,
				       .categories = list,
				       .products = &product,
				       .product_count = 1,
				       .symptoms = &symptom,
				       .symptom_count = 1,
				       .references = list,
				       .hives = list,
				       .params = &param,
				       .param_count = 1,
				       .has_fix = true};
	say(KBM_MESSAGE_INFO, &info);
}

static void say_prepared(void)
{
	struct kbm_prepare_answer answer = {.source = {.kind = KBM_SOURCE_HIVE,
						       .hive = evil,
						       .major = 1,
						       .minor = 3,
						       .dirty = true,
						       .dirty_reason = evil,
						       .computer_name = evil,
						       .control_set = evil}};
	say(KBM_MESSAGE_PREPARED, &answer);
}

static void say_doctor(void)
{
	struct kbm_doctor_answer answer = {.libraries = {&evil, 1}};
	for (size_t i = 0; i < KBM_JAIL_LAYER_COUNT; i++)
		answer.jail.errors[i] = 100000;
	say(KBM_MESSAGE_DOCTOR, &answer);
}

static void say_checked(void)
{
	struct kbm_hive_check checked = {.keys = UINT64_MAX, .problems = 40, .oddities = 3};
	for (size_t i = 0; i < KBM_HIVE_CHECK_KEPT; i++) {
		snprintf(checked.first_problems[i], sizeof checked.first_problems[i], "%s", evil);
		snprintf(checked.first_oddities[i], sizeof checked.first_oddities[i], "%s", evil);
	}
	say(KBM_MESSAGE_CHECKED, &checked);
}

static void say_rows(enum kbm_job_id id)
{
	struct kbm_registry_row rows[] = {
	    {.row_kind = KBM_ROW_KEY,
	     .path = evil,
	     .key = {.name = evil, .name_length = strlen(evil)}},
	    {.row_kind = KBM_ROW_VALUE,
	     .path = evil,
	     .value = {.name = evil, .name_length = strlen(evil), .type = KBM_REG_SZ}},
	    {.row_kind = KBM_ROW_VALUE, .text = dump_line, .text_length = sizeof dump_line - 1},
	    {.row_kind = KBM_ROW_DAMAGE, .path = evil, .text = evil, .text_length = strlen(evil)}};
	static const uint8_t data[] = "\x1B\0[\0\n\0\x9B\0\x2E\x20\x66\x20\x00\xD8\0\0x\0\0";
	rows[1].value.data = data;
	rows[1].value.length = sizeof data - 1;
	struct kbm_bytes message;
	kbm_bytes_init(&message, KBM_MIB);
	kbm_channel_begin(&message);
	if (id == KBM_JOB_REG_LS)
		kbm_row_encode(&rows[0], &message);
	if (id != KBM_JOB_REG_DUMP)
		kbm_row_encode(&rows[1], &message);
	else
		kbm_row_encode(&rows[2], &message);
	kbm_row_encode(&rows[3], &message);
	kbm_channel_send_begun(&job, KBM_MESSAGE_ROWS, &message, 0, NULL);
	kbm_bytes_clear(&message);
}

static struct kbm_place place_of(char *name)
{
	return (struct kbm_place){.kind = KBM_PLACE_VALUE,
				  .path = path,
				  .hive = system_hive,
				  .physical = below,
				  .name = name,
				  .name_length = strlen(name)};
}

static void say_findings(void)
{
	static uint8_t data[] = "\x1B\0[\0\n\0\x9B\0\x2E\x20\0";
	struct kbm_blob blob = {data, sizeof data};
	struct kbm_state state = {true, KBM_REG_SZ, &blob, 1};
	struct kbm_finding finding = {.id = evil,
				      .message = evil,
				      .place = place_of(evil),
				      .found = evil,
				      .expected = evil,
				      .because = evil,
				      .has_changes = true};
	struct kbm_change change = {.op = KBM_SET_VALUE,
				    .script = evil,
				    .finding = evil,
				    .place = place_of(evil),
				    .after = state,
				    .why = evil,
				    .step = evil,
				    .risk = KBM_RISK_HIGH};
	struct kbm_change manual = {.op = KBM_MANUAL,
				    .script = evil,
				    .finding = evil,
				    .why = evil,
				    .step = evil,
				    .text = evil};
	struct kbm_precondition read = {
	    .kind = KBM_READ_VALUE, .place = place_of(evil), .state = state};
	struct kbm_precondition search = {
	    .kind = KBM_READ_SEARCH, .base = evil, .filter = evil, .base_exists = true};
	say(KBM_MESSAGE_FINDING, &finding);
	say(KBM_MESSAGE_CHANGE, &change);
	say(KBM_MESSAGE_CHANGE, &manual);
	say(KBM_MESSAGE_READ, &read);
	say(KBM_MESSAGE_READ, &search);
}

static void say_result(enum kbm_verdict verdict)
{
	struct kbm_result result = {
	    .script = evil, .verdict = verdict, .reason = evil, .place_in_script = evil};
	say(KBM_MESSAGE_RESULT, &result);
}

static void run_script(bool proves)
{
	struct kbm_end end = {KBM_VERDICT_UNKNOWN, evil, evil};
	say_output();
	if (strcmp(mode, "end") == 0) {
		say(KBM_MESSAGE_END, &end);
		return;
	}
	if (!proves)
		say_findings();
	say_result(proves ? KBM_VERDICT_PASS : KBM_VERDICT_FAIL);
	say(KBM_MESSAGE_DONE, NULL);
}

static void answer_job(enum kbm_job_id id, bool proves)
{
	if (strcmp(mode, "failed") == 0) {
		say_failed();
	} else if (id == KBM_JOB_SCRIPT) {
		run_script(proves);
	} else if (strcmp(mode, "end") == 0 && id >= KBM_JOB_REG_GET && id <= KBM_JOB_REG_DUMP) {
		say_rows(id);
		say_failed();
	} else {
		if (id == KBM_JOB_HEADER)
			say_info();
		else if (id == KBM_JOB_PREPARE)
			say_prepared();
		else if (id == KBM_JOB_DOCTOR)
			say_doctor();
		else if (id == KBM_JOB_REG_CHECK)
			say_checked();
		else
			say_rows(id);
		say(KBM_MESSAGE_DONE, NULL);
	}
}

static void do_job(uint16_t id)
{
	struct kbm_spawn spawn = {0};
	struct kbm_start_script start = {0};
	struct kbm_exited exited = {0};
	int descriptors[KBM_CHANNEL_DESCRIPTORS];
	enum kbm_message type = KBM_MESSAGE_COUNT;
	uint16_t ignored;
	kbm_message_decode(KBM_MESSAGE_SPAWN, body.data, body.length, &spawn, NULL);
	size_t count = 1 + spawn.inputs + (spawn.output ? 1 : 0);
	if (!kbm_channel_take_descriptors(&control, descriptors, count))
		_exit(2);
	kbm_channel_init(&job, descriptors[0], id, KBM_WIRE_MAX_UP, KBM_WIRE_MAX_DOWN);
	if (kbm_jobs[spawn.job].start != KBM_MESSAGE_COUNT)
		kbm_channel_receive(&job, KBM_MESSAGE_BIT(kbm_jobs[spawn.job].start), 0, &body,
				    &type, &ignored, NULL);
	if (type == KBM_MESSAGE_START_SCRIPT)
		kbm_message_decode(type, body.data, body.length, &start, NULL);
	answer_job((enum kbm_job_id)spawn.job, start.overlay_count > 0);
	for (size_t i = 0; i < count; i++)
		close(descriptors[i]);
	control.id = id;
	kbm_channel_send(&control, KBM_MESSAGE_EXITED, &exited, 0, NULL);
	control.id = 0;
}

int main(int count, char **arguments)
{
	static const uint64_t orders = KBM_MESSAGE_BIT(KBM_MESSAGE_MODULE) |
				       KBM_MESSAGE_BIT(KBM_MESSAGE_SPAWN) |
				       KBM_MESSAGE_BIT(KBM_MESSAGE_KILL);
	struct kbm_hello hello = {KBM_PROTOCOL_VERSION, KBM_VERSION};
	struct kbm_error added = {0};
	enum kbm_message type;
	uint16_t id;
	char *words = count > 0 ? strstr(arguments[0], "hostile-") : NULL;
	mode = words == NULL ? "" : strtok(words + strlen("hostile-"), "/");
	if (strcmp(mode, "text") == 0)
		evil = evil_text;
	signal(SIGPIPE, SIG_IGN);
	kbm_channel_init(&control, KBM_WORKER_SOCKET, 0, KBM_WIRE_MAX_DOWN, KBM_WIRE_MAX_DOWN);
	control.takes_descriptors = true;
	kbm_bytes_init(&body, 0);
	if (kbm_channel_send(&control, KBM_MESSAGE_HELLO, &hello, 0, NULL) != KBM_OK)
		return 1;
	while (kbm_channel_receive(&control, orders, 0, &body, &type, &id, NULL) == KBM_OK) {
		if (type == KBM_MESSAGE_MODULE)
			kbm_channel_send(&control, KBM_MESSAGE_ADDED, &added, 0, NULL);
		else if (type == KBM_MESSAGE_SPAWN)
			do_job(id);
	}
	return 0;
}
