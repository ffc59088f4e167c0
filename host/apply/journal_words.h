/* The words that the journal's JSON has for its enums, by their values. */
#ifndef KBM_APPLY_JOURNAL_WORDS_H
#define KBM_APPLY_JOURNAL_WORDS_H

enum {
	KBM_JOURNAL_COMMANDS = 2,
	KBM_JOURNAL_STATES = 6,
	KBM_HIVE_PHASES = 5,
	KBM_MODIFY_PHASES = 5
};

#define KBM_JOURNAL_SCHEMA "kbmend.journal/1"

extern const char *const kbm_journal_command_words[KBM_JOURNAL_COMMANDS];
extern const char *const kbm_journal_state_words[KBM_JOURNAL_STATES];
extern const char *const kbm_hive_phase_words[KBM_HIVE_PHASES];
extern const char *const kbm_modify_phase_words[KBM_MODIFY_PHASES];

#endif
