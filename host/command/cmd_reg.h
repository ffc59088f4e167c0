/* The parts of `kbmend reg`: the larger ones have files of their own. */
#ifndef KBM_COMMAND_CMD_REG_H
#define KBM_COMMAND_CMD_REG_H

#include "command/command.h"
#include "guard/broker.h"

/* What exit status 3 means in all of them, for --help. */
#define KBM_REG_REFUSED "there is no sandbox, or no logs that --logs require asks for"

/* Asks one question and prints the answer's rows: the exit status. A path counts from a folder,
 * too, where one was given in place of a hive. */
int kbm_reg_ask(const struct kbm_call *call, const struct kbm_registry_query *asked);

/* Asks all hives that are mounted below `root` (HKLM or HKU; "" for both) in the folder that was
 * given, by paths that begin there; a list is one of the hives right below it, as keys. The exit
 * status. */
int kbm_reg_ask_roots(const struct kbm_call *call, const struct kbm_registry_query *asked,
		      const char *root);

/* What KEY is, for the help of those that take one. */
#define KBM_REG_PATH_HELP                                                                      \
	"KEY is a path below the hive's root (ControlSet001\\Services) or as people write it " \
	"(HKLM\\SYSTEM\\CurrentControlSet\\Services) or copy it (Computer\\HKEY_.., "          \
	"[HKEY_..]); quote it against the shell. In place of FILE a folder may be given, as "  \
	"to run -t: KEY then begins with HKLM or HKU, and says which hive."

/* kbmend reg info: its exit status. */
int kbm_reg_info(const struct kbm_call *call);
/* kbmend reg check: its exit status. */
int kbm_reg_check(const struct kbm_call *call);
/* kbmend reg find, diff and export, likewise, and what their help says. */
int kbm_reg_find(const struct kbm_call *call);
extern const char kbm_reg_find_details[];
extern const enum kbm_option_id kbm_reg_find_options[];
extern const struct kbm_exit_meaning kbm_reg_find_exits[];
int kbm_reg_diff(const struct kbm_call *call);
extern const char kbm_reg_diff_details[];
extern const enum kbm_option_id kbm_reg_diff_options[];
extern const struct kbm_exit_meaning kbm_reg_diff_exits[];
int kbm_reg_export(const struct kbm_call *call);
extern const char kbm_reg_export_details[];
extern const enum kbm_option_id kbm_reg_export_options[];
extern const struct kbm_exit_meaning kbm_reg_export_exits[];

/* kbmend reg recover: its exit status. */
int kbm_reg_recover(const struct kbm_call *call);

#endif
