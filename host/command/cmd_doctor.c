/* kbmend doctor: is this installation sound? */
#include "command/command.h"

#include "base/limits.h"
#include "base/sha256.h"
#include "command/installation.h"
#include "command/session.h"
#include "report/report_doctor.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistring/version.h>

/* Everything that is looked at; the report borrows from it. */
struct examination {
	struct kbm_paths paths;
	struct kbm_installation installation;
	struct kbm_doctor doctor;
	struct kbm_remarks remarks;
};

static enum kbm_code list_libraries(struct kbm_text_list *libraries, struct kbm_error *error)
{
	char jansson[32];
	char nettle[KBM_SHA256_LIBRARY_BYTES];
	char unistring[32];
	const unsigned version = (unsigned)_libunistring_version;
	snprintf(jansson, sizeof jansson, "jansson %s", jansson_version_str());
	kbm_sha256_library(nettle);
	snprintf(unistring, sizeof unistring, "libunistring %u.%u.%u", version >> 16,
		 version >> 8 & 0xff, version & 0xff);
	return kbm_text_list_add(libraries, jansson) && kbm_text_list_add(libraries, nettle) &&
		       kbm_text_list_add(libraries, unistring)
		   ? KBM_OK
		   : kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* Loads the smallest script there is, and with it the stdlib. */
static void try_loading(struct kbm_broker *broker, struct kbm_error *error)
{
	static const char script[] = "return { api = 1, id = 'doctor', version = '1.0.0', "
				     "severity = 'info', title = 'Loads', "
				     "check = function() end }";
	struct kbm_script_info info = {0};
	kbm_broker_header(broker, "doctor.lua", script, strlen(script), &info, error);
	kbm_script_info_clear(&info);
}

static bool jail_holds(const struct kbm_doctor *doctor)
{
	for (size_t i = 0; i < KBM_JAIL_LAYER_COUNT; i++)
		if (kbm_doctor_grade_layer(&doctor->checkup, (enum kbm_jail_layer)i) ==
		    KBM_GRADE_PROBLEM)
			return false;
	return true;
}

/* What only the other programs can tell. Where the jail lacks something nothing is loaded, as ever.
 */
static void examine_worker(struct kbm_doctor *doctor, const char *stdlib)
{
	const struct kbm_broker_options parts = {.worker_path = doctor->worker,
						 .directory_path = doctor->directory,
						 .stdlib_path = stdlib};
	struct kbm_broker *broker = NULL;
	if (kbm_broker_open(&parts, &broker, &doctor->worker_error) != KBM_OK) {
		doctor->directory_error = doctor->worker_error; /* it is not asked without one */
		return;
	}
	enum kbm_code code = kbm_broker_checkup(broker, &doctor->checkup, &doctor->sandbox_error);
	kbm_broker_checkup_server(broker, &doctor->directory_checkup, &doctor->directory_error);
	if (code == KBM_OK && jail_holds(doctor))
		try_loading(broker, &doctor->load_error);
	kbm_broker_close(broker);
}

static enum kbm_code examine(const struct kbm_options *options, struct examination *examination,
			     struct kbm_error *error)
{
	struct kbm_doctor *doctor = &examination->doctor;
	struct kbm_installation *installation = &examination->installation;
	enum kbm_code code = kbm_paths_find(&examination->paths, error);
	if (code == KBM_OK)
		code = kbm_installation_look(&examination->paths, options->scripts, &kbm_stock,
					     installation, error);
	if (code == KBM_OK)
		code = list_libraries(&doctor->libraries, error);
	if (code != KBM_OK)
		return code;
	doctor->version = KBM_VERSION;
	doctor->program = examination->paths.program;
	doctor->worker = examination->paths.worker;
	doctor->directory = examination->paths.directory;
	doctor->filter_library = "libseccomp " KBM_SECCOMP_VERSION;
	doctor->folders = installation->scripts;
	doctor->folder_count = installation->script_folder_count;
	doctor->stdlib = &installation->stdlib;
	examine_worker(doctor, examination->paths.stdlib);
	return kbm_doctor_judge(doctor, &examination->remarks)
		   ? KBM_OK
		   : kbm_fail(error, KBM_MEMORY, "out of memory");
}

static void examination_clear(struct examination *examination)
{
	kbm_remarks_clear(&examination->remarks);
	kbm_checkup_clear(&examination->doctor.checkup);
	kbm_checkup_clear(&examination->doctor.directory_checkup);
	kbm_text_list_clear(&examination->doctor.libraries);
	kbm_installation_clear(&examination->installation);
	kbm_paths_clear(&examination->paths);
}

static int print(const struct kbm_options *options, const struct examination *examination)
{
	const struct kbm_remarks *remarks = &examination->remarks;
	struct kbm_report_style style = kbm_session_style(options);
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	if (options->format == KBM_FORMAT_TEXT)
		kbm_report_doctor_text(&examination->doctor, remarks, &style, &out);
	else
		kbm_report_doctor_json(&examination->doctor, remarks,
				       options->format == KBM_FORMAT_JSONL, &out);
	int status = !remarks->complete		  ? KBM_EXIT_UNKNOWN
		     : remarks->problem_count > 0 ? KBM_EXIT_PROBLEM
						  : KBM_EXIT_OK;
	status = kbm_command_print(&out, status);
	kbm_bytes_clear(&out);
	return status;
}

static int run_doctor(const struct kbm_call *call)
{
	struct examination examination = {0};
	struct kbm_error error = {0};
	int status = examine(call->options, &examination, &error) == KBM_OK
			 ? print(call->options, &examination)
			 : kbm_command_fail(&error);
	examination_clear(&examination);
	return status;
}

static const enum kbm_option_id options[] = {
    KBM_OPTION_SCRIPTS, KBM_OPTION_FORMAT, KBM_OPTION_VERBOSE, KBM_OPTION_QUIET,
    KBM_OPTION_COLOR,	KBM_OPTION_HELP,   KBM_OPTION_END};

static const struct kbm_exit_meaning exits[] = {
    {KBM_EXIT_OK, "this installation is sound"},
    {KBM_EXIT_UNKNOWN, "could not tell: the sandbox could not be looked at"},
    {KBM_EXIT_PROBLEM, "there is a problem"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

const struct kbm_command kbm_command_doctor = {
    .name = "doctor",
    .operands = "[OPTIONS]",
    .summary = "Tell whether this installation is sound, and its limits",
    .details =
	"The sandbox is entered by a child process, which tries what each layer of it forbids.\n"
	"Files of scripts and stdlib are compared with those that kbmend was built with:\n"
	"  stock    as they were installed\n"
	"  edited   changed since: a note, they are yours to edit\n"
	"  missing  removed since: a problem\n"
	"  site     your own; one that hides a stock script is noted\n"
	"-v lists stock files, too, with their hashes; -q tells problems and notes only.\n",
    .exits = exits,
    .options = options,
    .run = run_doctor,
};
