/* What the jail's layers are called. */
#include "guard/jail.h"

const struct kbm_jail_text kbm_jail_texts[KBM_JAIL_LAYER_COUNT] = {
    [KBM_JAIL_NO_NEW_PRIVILEGES] = {"no_new_privs", "no program gives it more rights", true, NULL},
    [KBM_JAIL_NOT_DUMPABLE] = {"not dumpable", "others of the user cannot look into it", true,
			       NULL},
    [KBM_JAIL_PARENT_DEATH] = {"parent death", "it ends with its parent, nothing is left behind",
			       true, NULL},
    [KBM_JAIL_NO_CODE] = {"MDWE", "memory that was written never runs", false, "6.3"},
    [KBM_JAIL_LANDLOCK] = {"Landlock", "no file, no TCP port, no signal to others", false, "5.13"},
    [KBM_JAIL_LIMITS] = {"limits", "little memory and time, no files", true, NULL},
    [KBM_JAIL_SYSTEM_CALLS] = {"seccomp", "a forbidden system call ends it", true, "3.5"},
};
