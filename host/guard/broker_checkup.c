/* Finding out what the sandbox is worth here: by entering it, and by trying to get out. */
#include "guard/broker_internal.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static enum kbm_code ask(struct kbm_broker *broker, bool provokes, struct kbm_doctor_answer *answer,
			 struct kbm_error *error)
{
	struct kbm_child child = {0};
	const struct kbm_start_doctor start = {provokes};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {KBM_JOB_DOCTOR, NULL, 0, -1},
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

void kbm_checkup_clear(struct kbm_checkup *checkup)
{
	kbm_text_list_clear(&checkup->libraries);
	memset(checkup, 0, sizeof *checkup);
}
