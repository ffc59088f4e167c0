/* Finding out what the sandbox is worth here: by entering it, and by trying to get out. */
#include "guard/broker_internal.h"

#include "guard/process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static enum kbm_code ask(struct kbm_broker *broker, bool provokes, struct kbm_doctor_answer *answer,
			 struct kbm_error *error)
{
	struct kbm_child child = {0};
	const struct kbm_start_doctor start = {provokes};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {.job = KBM_JOB_DOCTOR, .output = -1},
	    .start = &start,
	    .child = &child,
	    .checkup = answer,
	};
	return kbm_exchange_run(&exchange, error);
}

enum kbm_code kbm_broker_checkup(struct kbm_broker *broker, struct kbm_checkup *checkup,
				 struct kbm_error *error)
{
	struct kbm_doctor_answer answer = {0};
	struct kbm_doctor_answer provoked = {0};
	struct kbm_error ignored;
	bool lenient = broker->lenient;
	broker->lenient = true;
	enum kbm_code code = ask(broker, false, &answer, error);
	if (code == KBM_OK) {
		broker->last_status = 0;
		ask(broker, true, &provoked, &ignored);
		int status = broker->last_status;
		*checkup = (struct kbm_checkup){
		    .jail = answer.jail,
		    .kills = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
		    .libraries = answer.libraries,
		};
		answer.libraries = (struct kbm_text_list){0};
	}
	broker->lenient = lenient;
	kbm_message_clear(KBM_MESSAGE_DOCTOR, &answer);
	kbm_message_clear(KBM_MESSAGE_DOCTOR, &provoked);
	return code;
}

enum kbm_code kbm_broker_confirm_refusal(struct kbm_broker *broker, struct kbm_error *error)
{
	struct kbm_doctor_answer answer = {0};
	enum kbm_code code = ask(broker, false, &answer, error);
	kbm_message_clear(KBM_MESSAGE_DOCTOR, &answer);
	return code == KBM_REFUSED ? code : KBM_OK;
}

/* Starts kbmend-directory, which says what of its jail holds or makes a forbidden call, and ends.
 */
static enum kbm_code ask_server(struct kbm_broker *broker, bool provokes,
				struct kbm_doctor_answer *answer, int *status,
				struct kbm_error *error)
{
	const struct kbm_process_order order = kbm_broker_server_order(broker);
	const struct kbm_start_server start = {
	    .settings.uri.host = (char *)"", .lenient = true, .tries = true, .provokes = provokes};
	const uint64_t permitted =
	    KBM_MESSAGE_BIT(KBM_MESSAGE_CONNECTING) | KBM_MESSAGE_BIT(KBM_MESSAGE_DOCTOR);
	struct kbm_channel channel;
	enum kbm_message type = KBM_MESSAGE_COUNT;
	uint16_t id;
	pid_t pid = 0;
	uint64_t deadline = kbm_clock_ms() + broker->answer_ms;
	enum kbm_code code = kbm_process_start(&order, &pid, &channel, error);
	if (code != KBM_OK)
		return code;
	code = kbm_process_greet(&order, &channel, &broker->body, error);
	if (code == KBM_OK)
		code =
		    kbm_channel_send(&channel, KBM_MESSAGE_START_SERVER, &start, deadline, error);
	while (code == KBM_OK && type != KBM_MESSAGE_DOCTOR)
		code = kbm_channel_receive(&channel, permitted, deadline, &broker->body, &type, &id,
					   error);
	if (code == KBM_OK)
		code = kbm_message_decode(KBM_MESSAGE_DOCTOR, broker->body.data,
					  broker->body.length, answer, error);
	if (code == KBM_LIMIT)
		kill(pid, SIGKILL);
	close(channel.descriptor);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	return code;
}

enum kbm_code kbm_broker_checkup_server(struct kbm_broker *broker, struct kbm_checkup *checkup,
					struct kbm_error *error)
{
	struct kbm_doctor_answer answer = {0};
	struct kbm_doctor_answer provoked = {0};
	struct kbm_error ignored;
	int status = 0;
	enum kbm_code code = ask_server(broker, false, &answer, &status, error);
	if (code == KBM_OK) {
		ask_server(broker, true, &provoked, &status, &ignored);
		*checkup = (struct kbm_checkup){
		    .jail = answer.jail,
		    .kills = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
		    .libraries = answer.libraries,
		};
		answer.libraries = (struct kbm_text_list){0};
	}
	kbm_message_clear(KBM_MESSAGE_DOCTOR, &answer);
	kbm_message_clear(KBM_MESSAGE_DOCTOR, &provoked);
	return code;
}

void kbm_checkup_clear(struct kbm_checkup *checkup)
{
	kbm_text_list_clear(&checkup->libraries);
	memset(checkup, 0, sizeof *checkup);
}
