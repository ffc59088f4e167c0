/* A worker that misbehaves: what it does wrong is its own name, after "fake-". Its first job goes
 * wrong, later ones give `pass`. */
#include "base/limits.h"
#include "guard/channel.h"
#include "guard/jobs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct kbm_channel control;
static struct kbm_channel job;
static struct kbm_bytes body;
static const char *mode;

static int is(const char *name)
{
	return strcmp(mode, name) == 0;
}

static void say(enum kbm_message type, const void *structure)
{
	kbm_channel_send(&job, type, structure, 0, NULL);
}

static void put(const void *bytes, size_t length)
{
	ssize_t written = write(job.descriptor, bytes, length);
	(void)written;
}

static void put_frame(uint32_t length, uint8_t type, uint8_t kind, uint16_t id)
{
	uint8_t header[KBM_FRAME_BYTES];
	struct kbm_frame frame = {length, type, kind, id};
	kbm_frame_write(&frame, header);
	put(header, sizeof header);
}

static void tell_exit(uint16_t id, int status)
{
	struct kbm_exited exited = {status};
	control.id = id;
	kbm_channel_send(&control, KBM_MESSAGE_EXITED, &exited, 0, NULL);
	control.id = 0;
}

static void say_finding(void)
{
	char text[] = "x";
	struct kbm_finding finding = {.id = text, .message = text, .because = text};
	say(KBM_MESSAGE_FINDING, &finding);
}

static void say_change(void)
{
	char text[] = "x";
	struct kbm_change change = {
	    .op = KBM_MANUAL, .script = text, .finding = text, .why = text, .text = text};
	say(KBM_MESSAGE_CHANGE, &change);
}

static void say_verdict(enum kbm_verdict verdict)
{
	char reason[] = "all is well";
	struct kbm_result result = {.verdict = verdict, .reason = reason};
	say(KBM_MESSAGE_RESULT, &result);
}

static void say_result(void)
{
	say_verdict(KBM_VERDICT_PASS);
}

/* "VERDICT-with-finding", "VERDICT-with-change", "VERDICT-alone" */
static int say_contradiction(void)
{
	static const enum kbm_verdict verdicts[] = {KBM_VERDICT_PASS, KBM_VERDICT_FAIL,
						    KBM_VERDICT_UNKNOWN, KBM_VERDICT_ERROR,
						    KBM_VERDICT_NOTAPPLICABLE};
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
		const char *name = kbm_verdict_name(verdicts[i]);
		size_t length = strlen(name);
		if (strncmp(mode, name, length) != 0 || mode[length] != '-')
			continue;
		if (strcmp(mode + length, "-with-finding") == 0)
			say_finding();
		else if (strcmp(mode + length, "-with-change") == 0)
			say_change();
		say_verdict(verdicts[i]);
		return 1;
	}
	return 0;
}

/* What a changed hive was found to be: nothing that the protocol knows. */
static void say_verified(enum kbm_code code, const char *message)
{
	struct kbm_error verified = {.code = code};
	strncpy(verified.message, message, sizeof verified.message - 1);
	say(KBM_MESSAGE_VERIFIED, &verified);
	say(KBM_MESSAGE_DONE, NULL);
}

/* One row of a registry job, or more of them than anybody has something to say of. */
static void say_rows(char kind, size_t count)
{
	bool is_count = kind == KBM_ROW_PROGRESS || kind == KBM_ROW_NOT_COMPARED;
	const struct kbm_registry_row row = {
	    .row_kind = kind, .text = is_count ? NULL : "x", .text_length = 1, .looked = 1};
	struct kbm_bytes message;
	kbm_bytes_init(&message, KBM_MIB);
	kbm_channel_begin(&message);
	for (size_t i = 0; i < count; i++)
		kbm_row_encode(&row, &message);
	kbm_channel_send_begun(&job, KBM_MESSAGE_ROWS, &message, 0, NULL);
	kbm_bytes_clear(&message);
	say(KBM_MESSAGE_DONE, NULL);
}

/* Places that could not be read, each of the source that its letter says, 1 or 2; N: a note. */
static void say_damage(const char *letters)
{
	struct kbm_registry_row row = {.text = "x", .text_length = 1};
	struct kbm_bytes message;
	kbm_bytes_init(&message, KBM_MIB);
	kbm_channel_begin(&message);
	for (; *letters != '\0'; letters++) {
		row.row_kind = *letters == 'N' ? KBM_ROW_NOTE : KBM_ROW_DAMAGE;
		row.in_second = *letters == '2';
		kbm_row_encode(&row, &message);
	}
	kbm_channel_send_begun(&job, KBM_MESSAGE_ROWS, &message, 0, NULL);
	kbm_bytes_clear(&message);
	say(KBM_MESSAGE_DONE, NULL);
}

/* A second reader's letters: r: a reading, m: a call for more, w: waits for the answer to that. */
static void read_twice(const char *letters)
{
	const struct kbm_reading reading = {.present = true};
	enum kbm_message type;
	uint16_t ignored;
	for (; *letters != '\0'; letters++) {
		if (*letters == 'r')
			say(KBM_MESSAGE_READING, &reading);
		else if (*letters == 'm')
			say(KBM_MESSAGE_MORE, NULL);
		else
			kbm_channel_receive(&job, KBM_MESSAGE_BIT(KBM_MESSAGE_PLACES), 0, &body,
					    &type, &ignored, NULL);
	}
}

static void flood(void)
{
	while (kbm_channel_send(&job, KBM_MESSAGE_FINDING,
				&(struct kbm_finding){.id = (char[]){"x"},
						      .message = (char[]){"x"},
						      .because = (char[]){"x"}},
				0, NULL) == KBM_OK)
		;
}

static void misbehave(void)
{
	if (is("nonsense"))
		put("\x03\0\0\0\xee\0\1\0abc", 11);
	else if (is("oversized"))
		put_frame(0x7fffffff, KBM_MESSAGE_OUTPUT, KBM_FRAME_LAST, job.id);
	else if (is("kind"))
		put_frame(0, KBM_MESSAGE_RESULT, 7, job.id);
	else if (is("empty-frames"))
		put_frame(0, KBM_MESSAGE_OUTPUT, KBM_FRAME_MORE, job.id);
	else if (is("other-job"))
		put_frame(0, KBM_MESSAGE_RESULT, KBM_FRAME_LAST, (uint16_t)(job.id + 1));
	else if (is("early-done"))
		say(KBM_MESSAGE_DONE, NULL);
	else if (is("malformed")) {
		put_frame(1, KBM_MESSAGE_RESULT, KBM_FRAME_LAST, job.id);
		put("\2", 1);
	} else if (is("flood"))
		flood();
	else if (is("crash"))
		tell_exit(job.id, 11);
	else if (is("quit"))
		tell_exit(job.id, 7 << 8);
	else if (is("cut"))
		put("\x03\0\0", 3);
	else if (is("vanish"))
		_exit(0);
	else if (say_contradiction())
		return;
	else if (is("line"))
		say_rows(KBM_ROW_VALUE, 1);
	else if (is("bytes"))
		say_rows(KBM_ROW_BYTES, 1);
	else if (is("difference"))
		say_rows(KBM_ROW_ADDED, 1);
	else if (is("notes"))
		say_rows(KBM_ROW_NOTE, 2 * KBM_EXPORT_MAX_NOTES);
	else if (is("many-notes"))
		say_rows(KBM_ROW_NOTE, 2 * KBM_EXPORT_MAX_NOTES + 1);
	else if (is("progress"))
		say_rows(KBM_ROW_PROGRESS, 1);
	else if (is("not-compared"))
		say_rows(KBM_ROW_NOT_COMPARED, 1);
	else if (is("not-compared-twice"))
		say_rows(KBM_ROW_NOT_COMPARED, 2);
	else if (is("damage"))
		say_damage("11111111111111112222222222222222");
	else if (is("much-damage"))
		say_damage("11111111111111111");
	else if (is("damage-and-note"))
		say_damage("2N");
	else if (is("damage-back"))
		say_damage("21");
	else if (strncmp(mode, "second-", 7) == 0)
		read_twice(mode + 7);
	else if (is("no-without-reason"))
		say_verified(KBM_REFUSED, "");
	else if (is("neither-yes-nor-no"))
		say_verified(KBM_IO, "well");
	else if (is("end-with-pass")) {
		struct kbm_end end = {KBM_VERDICT_PASS, "", ""};
		say(KBM_MESSAGE_END, &end);
	} else if (is("late-search")) {
		struct kbm_search search = {.base = ""};
		say_finding();
		say(KBM_MESSAGE_SEARCH, &search);
	} else if (is("no-done")) {
		say_result();
		tell_exit(job.id, 0);
	} else if (is("tail")) {
		say_result();
		/* DONE and more at once */
		uint8_t both[2 * KBM_FRAME_BYTES];
		struct kbm_frame done = {0, KBM_MESSAGE_DONE, KBM_FRAME_LAST, job.id};
		kbm_frame_write(&done, both);
		kbm_frame_write(&done, both + KBM_FRAME_BYTES);
		put(both, sizeof both);
	} else if (is("wrong-message")) {
		struct kbm_ready ready = {1};
		say(KBM_MESSAGE_READY, &ready);
	}
	if (is("crash") || is("quit") || is("cut") || is("no-done")) {
		close(job.descriptor);
		job.descriptor = -1;
		if (is("cut"))
			tell_exit(job.id, 11);
	}
}

/* The end of a job, of which the second half comes late. */
static void tell_exit_slowly(uint16_t id)
{
	static const uint8_t length = 4;
	const uint8_t frame[] = {
	    length, 0, 0, 0, KBM_MESSAGE_EXITED, KBM_FRAME_LAST, (uint8_t)id, (uint8_t)(id >> 8),
	    0,	    0, 0, 0};
	ssize_t written = write(control.descriptor, frame, 5);
	usleep(200000);
	written = write(control.descriptor, frame + 5, sizeof frame - 5);
	(void)written;
}

static void do_job(uint16_t id)
{
	static int jobs;
	struct kbm_spawn spawn = {0};
	enum kbm_message type;
	uint16_t ignored;
	int descriptors[KBM_CHANNEL_DESCRIPTORS];
	kbm_message_decode(KBM_MESSAGE_SPAWN, body.data, body.length, &spawn, NULL);
	if (!kbm_channel_take_descriptors(&control, descriptors, 1 + spawn.inputs))
		_exit(2);
	kbm_channel_init(&job, descriptors[0], id, KBM_WIRE_MAX_UP, KBM_WIRE_MAX_DOWN);
	if (!is("deaf") && spawn.job != KBM_JOB_REG_CHECK) /* which needs no start */
		kbm_channel_receive(&job,
				    KBM_MESSAGE_BIT(KBM_MESSAGE_START_SCRIPT) |
					KBM_MESSAGE_BIT(KBM_MESSAGE_START_EXPORT) |
					KBM_MESSAGE_BIT(KBM_MESSAGE_START_DIFF) |
					KBM_MESSAGE_BIT(KBM_MESSAGE_START_SECOND) |
					KBM_MESSAGE_BIT(KBM_MESSAGE_START_VERIFY),
				    0, &body, &type, &ignored, NULL);
	if (jobs++ == 0 && !is("slow-exit")) {
		misbehave();
		return;
	}
	say_result();
	say(KBM_MESSAGE_DONE, NULL);
	close(job.descriptor);
	if (is("slow-exit"))
		tell_exit_slowly(id);
	else
		tell_exit(id, 0);
}

static void serve(void)
{
	static const uint64_t orders = KBM_MESSAGE_BIT(KBM_MESSAGE_MODULE) |
				       KBM_MESSAGE_BIT(KBM_MESSAGE_SPAWN) |
				       KBM_MESSAGE_BIT(KBM_MESSAGE_KILL);
	enum kbm_message type;
	uint16_t id;
	while (kbm_channel_receive(&control, orders, 0, &body, &type, &id, NULL) == KBM_OK) {
		struct kbm_error added = {0};
		if (type == KBM_MESSAGE_MODULE)
			kbm_channel_send(&control, KBM_MESSAGE_ADDED, &added, 0, NULL);
		else if (type == KBM_MESSAGE_SPAWN)
			do_job(id);
		else if (job.id == id && job.descriptor >= 0) {
			close(job.descriptor);
			tell_exit(id, 9);
		}
	}
}

int main(int count, char **arguments)
{
	const char *dash = count > 0 ? strstr(arguments[0], "fake-") : NULL;
	mode = dash == NULL ? "" : dash + strlen("fake-");
	struct kbm_hello hello = {KBM_PROTOCOL_VERSION, is("version") ? "0.0.9" : KBM_VERSION};
	if (is("protocol"))
		hello.protocol = 77;
	signal(SIGPIPE, SIG_IGN);
	kbm_channel_init(&control, KBM_WORKER_SOCKET, 0, KBM_WIRE_MAX_DOWN, KBM_WIRE_MAX_DOWN);
	control.takes_descriptors = true;
	kbm_bytes_init(&body, 0);
	if (is("mute"))
		return 0;
	if (is("rude")) {
		ssize_t written = write(KBM_WORKER_SOCKET, "Content-Type: text/html\r\n\r\n", 27);
		return written < 0;
	}
	if (kbm_channel_send(&control, KBM_MESSAGE_HELLO, &hello, 0, NULL) != KBM_OK)
		return 1;
	serve();
	return 0;
}
