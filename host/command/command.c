/* The table of verbs: finding the one that was typed, its help, and the way out. */
#include "command/command.h"

#include "base/suggest.h"
#include "base/text.h"
#include "command/terminal.h"
#include "report/page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_CHILDREN = 32, MAX_HELP = 64 * 1024 };
#define MAX_SHOWN   ((size_t)8 * MAX_HELP) /* escaped */
#define NOTE_BEGINS "kbmend: "

/* Sanitizers and the jail exclude each other: who meets such a build must know. */
#ifdef KBM_SANITIZE
#define UNSAFE_BUILD " (built with sanitizers, for tests only: nothing is sandboxed)"
#else
#define UNSAFE_BUILD ""
#endif

static const struct kbm_command *const verbs[] = {
    &kbm_command_run,	   &kbm_command_plan,	&kbm_command_apply, &kbm_command_undo,
    &kbm_command_history,  &kbm_command_show,	&kbm_command_list,  &kbm_command_search,
    &kbm_command_describe, &kbm_command_reg,	&kbm_command_dir,   &kbm_command_dn,
    &kbm_command_test,	   &kbm_command_doctor,
};
enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

static const struct kbm_exit_meaning exits[] = {
    {KBM_EXIT_OK, "nothing wrong, or not applicable"},
    {KBM_EXIT_UNKNOWN, "could not tell: input unreadable, script error, unknown"},
    {KBM_EXIT_PROBLEM, "a problem is present, a change is pending, or names differ"},
    {KBM_EXIT_REFUSED, "refused before anything was written"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

const struct kbm_exit_meaning kbm_apply_exits[] = {
    {KBM_EXIT_OK, "nothing wrong, not applicable, or applied and verified"},
    {KBM_EXIT_UNKNOWN, "could not tell: input unreadable, script error, unknown"},
    {KBM_EXIT_PROBLEM, "a problem is present, a change is pending, or names differ"},
    {KBM_EXIT_REFUSED, "refused before anything was written"},
    {KBM_EXIT_FAILED, "an apply failed, and the target is as it was before"},
    {KBM_EXIT_BROKEN, "an apply failed, and the target is not as it was before"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

int kbm_exit_worst(int left, int right)
{
	static const int order[] = {0, 2, 1, 3, 4, 5, KBM_EXIT_USAGE};
	size_t l = 0;
	size_t r = 0;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		if (order[i] == left)
			l = i;
		if (order[i] == right)
			r = i;
	}
	return l > r ? left : right;
}

/* Talk is text and nothing else, whatever is in it. */
static void say(const char *before, const char *after, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
static void say(const char *before, const char *after, const char *format, va_list arguments)
{
	struct kbm_bytes message;
	struct kbm_bytes shown;
	kbm_bytes_init(&message, MAX_HELP);
	kbm_bytes_init(&shown, MAX_SHOWN);
	kbm_bytes_vprintf(&message, format, arguments);
	bool whole =
	    !message.failed && kbm_text_escape(kbm_bytes_text(&message), message.length, &shown);
	fprintf(stderr, "%s%s%s", before, whole ? kbm_bytes_text(&shown) : "out of memory", after);
	fflush(stderr);
	kbm_bytes_clear(&message);
	kbm_bytes_clear(&shown);
}

/* On a terminal a message is folded between words, as what a run prints; whatever else reads them
 * has a message a line. */
static void fold_note(const char *message)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, MAX_SHOWN);
	const struct kbm_report_style style = {.width = kbm_terminal_width(STDERR_FILENO)};
	struct kbm_page page = {&out, &style, 0};
	kbm_page_put(&page, NOTE_BEGINS);
	kbm_page_wrap(&page, strlen(NOTE_BEGINS), message);
	kbm_page_end_line(&page);
	fputs(out.failed ? NOTE_BEGINS "out of memory\n" : kbm_bytes_text(&out), stderr);
	fflush(stderr);
	kbm_bytes_clear(&out);
}

void kbm_command_note(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (isatty(STDERR_FILENO)) {
		struct kbm_bytes message;
		kbm_bytes_init(&message, MAX_HELP);
		kbm_bytes_vprintf(&message, format, arguments);
		fold_note(message.failed ? "out of memory" : kbm_bytes_text(&message));
		kbm_bytes_clear(&message);
	} else {
		say(NOTE_BEGINS, "\n", format, arguments);
	}
	va_end(arguments);
}

void kbm_command_prompt(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say("", " ", format, arguments);
	va_end(arguments);
}

void kbm_command_status(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say("\r\033[K", "", format, arguments);
	va_end(arguments);
}

int kbm_exit_of(enum kbm_code code)
{
	switch (code) {
	case KBM_USAGE:
		return KBM_EXIT_USAGE;
	case KBM_REFUSED:
		return KBM_EXIT_REFUSED;
	case KBM_OK:
	case KBM_NOT_FOUND:
	case KBM_INVALID:
	case KBM_UNREADABLE:
	case KBM_LIMIT:
	case KBM_UNSUPPORTED:
	case KBM_IO:
	case KBM_MEMORY:
	case KBM_INTERNAL:
		break;
	}
	return KBM_EXIT_UNKNOWN;
}

int kbm_command_fail(const struct kbm_error *error)
{
	kbm_command_note("%s", error->message);
	return kbm_exit_of(error->code);
}

/* The group that `command` is in, or NULL. */
static const struct kbm_command *parent_of(const struct kbm_command *command)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		for (const struct kbm_command *child = verbs[i]->children;
		     child != NULL && child->name != NULL; child++)
			if (child == command)
				return verbs[i];
	return NULL;
}

/* "kbmend reg get" */
static void append_title(const struct kbm_command *command, struct kbm_bytes *out)
{
	const struct kbm_command *parent = parent_of(command);
	kbm_bytes_printf(out, "kbmend%s%s %s", parent == NULL ? "" : " ",
			 parent == NULL ? "" : parent->name, command->name);
}

int kbm_command_usage(const struct kbm_call *call, const char *format, ...)
{
	char message[KBM_ERROR_MESSAGE_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	kbm_command_note("%s", message);
	struct kbm_bytes title;
	kbm_bytes_init(&title, MAX_HELP);
	append_title(call->command, &title);
	fprintf(stderr, "usage: %s %s\nSee `%s --help`.\n", kbm_bytes_text(&title),
		call->command->operands, kbm_bytes_text(&title));
	kbm_bytes_clear(&title);
	return KBM_EXIT_USAGE;
}

int kbm_command_reject(const struct kbm_call *call, const struct kbm_error *error)
{
	return error->code == KBM_USAGE ? kbm_command_usage(call, "%s", error->message)
					: kbm_command_fail(error);
}

int kbm_command_print(const struct kbm_bytes *out, int status)
{
	if (out->failed) {
		kbm_command_note("the output is too large, or there is no memory for it");
		return KBM_EXIT_UNKNOWN;
	}
	errno = 0;
	/* Who reads from a pipe may stop when it has seen enough: that is no news to anyone. */
	if (fwrite(kbm_bytes_text(out), 1, out->length, stdout) != out->length ||
	    fflush(stdout) != 0) {
		if (errno != EPIPE)
			kbm_command_note("cannot write the output: %s", strerror(errno));
		return KBM_EXIT_UNKNOWN;
	}
	return status;
}

enum kbm_code kbm_command_flush(struct kbm_bytes *out, bool *stuck, struct kbm_error *error)
{
	if (kbm_command_print(out, KBM_EXIT_OK) != KBM_EXIT_OK) {
		*stuck = true;
		return kbm_fail(error, KBM_IO, "nothing more is printed");
	}
	kbm_bytes_reset(out);
	return KBM_OK;
}

static void append_summaries(const struct kbm_command *const *commands, size_t count,
			     struct kbm_bytes *out)
{
	for (size_t i = 0; i < count; i++)
		kbm_bytes_printf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
}

static void append_exits(const struct kbm_exit_meaning *row, struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, "\nExit status:\n");
	for (; row->meaning != NULL; row++)
		kbm_bytes_printf(out, "  %-3d %s\n", row->status, row->meaning);
}

static int print_program_help(int status)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, MAX_HELP);
	kbm_bytes_append_text(&out,
			      "kbmend " KBM_VERSION
			      ": support articles' diagnosis and repair as sandboxed scripts.\n\n"
			      "usage: kbmend COMMAND [OPTIONS] [OPERANDS]\n\n");
	append_summaries(verbs, VERB_COUNT, &out);
	kbm_bytes_append_text(&out, "\n`kbmend COMMAND --help` tells more; `kbmend --version` the "
				    "version.\n\nexample:\n"
				    "  kbmend run Q298565 -t SYSTEM -t directory.ldif\n");
	append_exits(kbm_apply_exits, &out);
	status = kbm_command_print(&out, status);
	kbm_bytes_clear(&out);
	return status;
}

static int print_version(void)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, MAX_HELP);
	kbm_bytes_append_text(&out, "kbmend " KBM_VERSION UNSAFE_BUILD "\n");
	int status = kbm_command_print(&out, KBM_EXIT_OK);
	kbm_bytes_clear(&out);
	return status;
}

static size_t list_children(const struct kbm_command *group,
			    const struct kbm_command *children[static MAX_CHILDREN])
{
	size_t count = 0;
	for (const struct kbm_command *child = group->children; child->name != NULL; child++)
		children[count++] = child;
	return count;
}

static void append_details(const struct kbm_command *command, struct kbm_bytes *out)
{
	if (command->details == NULL)
		return;
	kbm_bytes_append_byte(out, '\n');
	kbm_options_wrap(out, 0, 0, command->details);
}

static int print_help(const struct kbm_command *command)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, MAX_HELP);
	kbm_bytes_append_text(&out, "usage: ");
	append_title(command, &out);
	if (command->children != NULL) {
		const struct kbm_command *children[MAX_CHILDREN];
		size_t count = list_children(command, children);
		kbm_bytes_printf(&out, " COMMAND ...\n\n%s.\n\n", command->summary);
		append_summaries(children, count, &out);
		append_details(command, &out);
	} else {
		kbm_bytes_printf(&out, " %s\n\n%s.\n", command->operands, command->summary);
		append_details(command, &out);
		kbm_bytes_append_text(&out, "\nOptions:\n");
		kbm_options_help(command->options, &out);
		append_exits(command->exits != NULL ? command->exits : exits, &out);
	}
	int status = kbm_command_print(&out, KBM_EXIT_OK);
	kbm_bytes_clear(&out);
	return status;
}

/* Commands that are to come, so that nobody takes them for a typing error. */
static const char *const later[] = {"new", "lint", "capture", "repl"};

/* The command of that name, or NULL after a message with the nearest one. */
static const struct kbm_command *find(const struct kbm_command *const *commands, size_t count,
				      const char *group, const char *name)
{
	const char *words[MAX_CHILDREN];
	for (size_t i = 0; i < count; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		words[i] = commands[i]->name;
	}
	for (size_t i = 0; group[0] == '\0' && i < sizeof later / sizeof later[0]; i++)
		if (strcmp(later[i], name) == 0) {
			kbm_command_note("`%s` is not in this version", name);
			return NULL;
		}
	const char *near = kbm_suggest(name, words, count);
	if (near != NULL)
		kbm_command_note("unknown command '%.60s'; did you mean '%s%s'?", name, group,
				 near);
	else
		kbm_command_note("unknown command '%.60s'; `kbmend --help` lists them", name);
	return NULL;
}

static int run_command(const struct kbm_command *command, int argc, char **argv)
{
	struct kbm_options options = {.codepage = KBM_DEFAULT_CODEPAGE,
				      .scope = KBM_SCOPE_SUB,
				      .takes_numbers = command->takes_numbers};
	struct kbm_error error = {0};
	struct kbm_call call = {command, &options, NULL, 0};
	int first = 0;
	int status;
	if (kbm_options_parse(argc, argv, command->options, &options, &first, &error) != KBM_OK) {
		status = kbm_command_usage(&call, "%s", error.message);
	} else if (options.help) {
		status = print_help(command);
	} else {
		call.operands = argv + first;
		call.operand_count = (size_t)(argc - first);
		if (call.operand_count < command->least_operands)
			status = kbm_command_usage(&call, "an operand is missing");
		else if (call.operand_count > command->most_operands)
			status = kbm_command_usage(&call, "unexpected operand '%.100s'",
						   call.operands[command->most_operands]);
		else
			status = command->run(&call);
	}
	kbm_options_clear(&options);
	return status;
}

static int run_group(const struct kbm_command *group, int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		int status = print_help(group);
		return argc < 2 ? KBM_EXIT_USAGE : status;
	}
	const struct kbm_command *children[MAX_CHILDREN];
	size_t count = list_children(group, children);
	char prefix[32];
	snprintf(prefix, sizeof prefix, "%s ", group->name);
	const struct kbm_command *child = find(children, count, prefix, argv[1]);
	return child == NULL ? KBM_EXIT_USAGE : run_command(child, argc - 1, argv + 1);
}

int kbm_command_main(int argc, char **argv)
{
	if (argc < 2)
		return print_program_help(KBM_EXIT_USAGE);
	if (argv[1][0] == '-') {
		static const enum kbm_option_id program_options[] = {KBM_OPTION_VERSION,
								     KBM_OPTION_END};
		struct kbm_options options = {0};
		struct kbm_error error;
		int first;
		char *words[] = {argv[0], argv[1], NULL};
		if (kbm_options_parse(2, words, program_options, &options, &first, &error) !=
		    KBM_OK) {
			kbm_command_note("%s", error.message);
			fputs("usage: kbmend COMMAND [OPTIONS] [OPERANDS]; options follow the "
			      "command\n",
			      stderr);
			return KBM_EXIT_USAGE;
		}
		if (options.version) {
			return print_version();
		}
		return print_program_help(options.help ? KBM_EXIT_OK : KBM_EXIT_USAGE);
	}
	if (strcmp(argv[1], "help") == 0 && argc == 2)
		return print_program_help(KBM_EXIT_OK);
	bool wants_help = strcmp(argv[1], "help") == 0;
	const struct kbm_command *command = find(verbs, VERB_COUNT, "", argv[wants_help ? 2 : 1]);
	if (command == NULL)
		return KBM_EXIT_USAGE;
	if (wants_help)
		return print_help(command);
	return command->children != NULL ? run_group(command, argc - 1, argv + 1)
					 : run_command(command, argc - 1, argv + 1);
}
