/* Every limit that input from outside can meet, in one place. Sizes in bytes unless said. */
#ifndef KBM_BASE_LIMITS_H
#define KBM_BASE_LIMITS_H

#define KBM_KIB (1024UL)
#define KBM_MIB (1024UL * 1024UL)

/* hives and .reg exports */
#define KBM_HIVE_MAX_BYTES	     (2048UL * KBM_MIB) /* bins are addressed by 31 bits */
#define KBM_HIVE_LOG_MAX_BYTES	     (2048UL * KBM_MIB) /* one transaction log */
#define KBM_HIVE_MAX_DEPTH	     512U		/* keys from the root: Windows' own limit */
#define KBM_HIVE_MAX_NAME_UNITS	     16383U		/* UTF-16 units of a value name */
#define KBM_HIVE_MAX_KEY_UNITS	     255U		/* UTF-16 units of a key name */
#define KBM_HIVE_MAX_VALUE_BYTES     (16UL * KBM_MIB)	/* one value handed out */
#define KBM_HIVE_MAX_LIST_BYTES	     (32UL * KBM_MIB) /* all values of one key handed out at once */
#define KBM_HIVE_MAX_BAD_CELLS	     1024U	      /* passed over in one list or walk */
#define KBM_HIVE_DAMAGES_KEPT	     16U   /* places that one reading tells of those it counts */
#define KBM_HIVE_DAMAGE_MAX_PATH     1024U /* bytes of a key's path there */
#define KBM_HIVE_DUMP_EXPANSION	     64U   /* bytes of dump for each byte of hive */
#define KBM_HIVE_DUMP_MIN_BYTES	     (16UL * KBM_MIB)  /* bytes of dump that any hive may make */
#define KBM_HIVE_DUMP_MAX_PATH	     (512UL * KBM_KIB) /* a key's path, escaped */
#define KBM_HIVE_DUMP_MAX_MEMORY     (64UL * KBM_MIB)  /* names held for sorting */
#define KBM_HIVE_FIND_EXPANSION	     64U /* bytes looked at and found for each byte of hive */
#define KBM_HIVE_FIND_MIN_BYTES	     (16UL * KBM_MIB) /* the same that any hive may have */
#define KBM_PATTERN_MAX_UNITS	     4096U	      /* UTF-16 units of a pattern */
#define KBM_PATTERN_MAX_DEPTH	     64U	      /* groups inside each other */
#define KBM_PATTERN_MAX_STEPS	     10000000U	      /* of a search, from one unit on */
#define KBM_PATTERN_MAX_BACKTRACKS   1000000U	      /* kept at once */
#define KBM_PATTERN_MAX_MEMORY	     (64UL * KBM_MIB) /* that keeps them */
#define KBM_PATTERN_FIRST_STARTS     256U   /* where a match may begin, up to a look at the clock */
#define KBM_PATTERN_MAX_MS	     2000U  /* CPU time on one text */
#define KBM_REGF_MAX_SUBKEYS	     65536U /* of one key, looked at by the second reader */
#define KBM_REGF_MAX_VALUES	     65536U
#define KBM_REGF_MAX_SIBLING_MS	     100U /* CPU time for one of them; it takes microseconds */
#define KBM_REGISTRY_MAX_MOUNTS	     256U
#define KBM_REGISTRY_MAX_CONTROL_SET 999U
#define KBM_REG_FILE_MAX_BYTES	     (256UL * KBM_MIB)
#define KBM_REG_TEXT_MAX_BYTES	     (64UL * KBM_MIB) /* .reg text held: more than one value makes */
#define KBM_EXPORT_MAX_NOTES	     100U /* of what a .reg file cannot hold; the rest is counted */
#define KBM_PATH_MAX_BYTES	     (64UL * KBM_KIB) /* a registry path as text */

/* directory */
#define KBM_LDIF_MAX_BYTES	     (1024UL * KBM_MIB)
#define KBM_LDIF_MAX_LINE_BYTES	     (16UL * KBM_MIB) /* one line after unfolding */
#define KBM_LDIF_MAX_ATTRIBUTES	     1024U	      /* different ones in one entry */
#define KBM_FILTER_MAX_BYTES	     (8UL * KBM_KIB)
#define KBM_FILTER_MAX_NORMAL_BYTES  (256UL * KBM_KIB) /* one value, made comparable */
#define KBM_FILTER_MAX_DEPTH	     32U
#define KBM_DIRECTORY_MAX_ENTRIES    10000U	     /* in one answer */
#define KBM_DIRECTORY_MAX_ANSWER     (4UL * KBM_MIB) /* one answer, encoded */
#define KBM_DIRECTORY_MAX_REQUESTS   1000U	     /* of one script run */
#define KBM_DIRECTORY_MAX_RUN_MS     60000U	     /* searching for one script run */
#define KBM_DIRECTORY_MAX_ATTRIBUTES 64U	     /* asked for in one request */
#define KBM_INDEX_MAX_PROBES	     1024U	     /* steps of one look-up */

/* directory servers */
#define KBM_LDAP_MAX_URI_BYTES	 (2UL * KBM_KIB)
#define KBM_LDAP_TIMEOUT_MS	 10000U /* one step: to connect, to bind, one answer or page */
#define KBM_LDAP_MIN_TIMEOUT_MS	 100U
#define KBM_LDAP_MAX_TIMEOUT_MS	 600000U
#define KBM_LDAP_MAX_PASSWORD	 (1UL * KBM_KIB)
#define KBM_LDAP_MAX_MESSAGE	 (17UL * KBM_MIB) /* one LDAP message: the largest value fits */
#define KBM_LDAP_PAGE_ENTRIES	 500U		  /* asked for at once; Active Directory has 1000 */
#define KBM_LDAP_MAX_ENTRIES	 1000000U	  /* of one search */
#define KBM_LDAP_MAX_PAGE_BYTES	 (32UL * KBM_MIB) /* one page, in memory */
#define KBM_LDAP_MAX_ASSERTION	 (64UL * KBM_KIB) /* a filter that guards a modify */
#define KBM_LDAP_MAX_EMPTY_PAGES 16U		  /* one after the other */
#define KBM_LDAP_MAX_RANGES	 4096U		  /* parts of one list of values */
#define KBM_LDAP_MAX_FOLLOWED	 16U		  /* hosts that referrals may lead to */
#define KBM_LDAP_MAX_REFERRALS	 64U		  /* of one search */
#define KBM_LDAP_MAX_ADDRESSES	 16U		  /* of one host */
#define KBM_LDAP_MEMORY_MIB	 192U		  /* of the program that talks to servers */

/* distinguished names */
#define KBM_DN_MAX_BYTES (64UL * KBM_KIB)
#define KBM_DN_MAX_RDNS	 64U
/* A key for indexes: preparation makes at most 11 bytes of one (U+FDFA), a type name at most 14. */
#define KBM_DN_MAX_KEY_BYTES (16UL * KBM_DN_MAX_BYTES)

/* scripts and plans */
#define KBM_SCRIPT_MAX_BYTES	   (1UL * KBM_MIB)
#define KBM_ID_MAX_BYTES	   64U /* of a script, a parameter, a category, a finding */
#define KBM_HEADER_MAX_TEXT	   (1UL * KBM_KIB)   /* a one-line text of a header */
#define KBM_HEADER_MAX_ITEMS	   64U		     /* of one list of a header */
#define KBM_SCRIPT_MAX_REASON	   2000UL	     /* an error's message */
#define KBM_SCRIPT_MAX_OUTPUT	   (256UL * KBM_KIB) /* print */
#define KBM_SCRIPT_MAX_FINDINGS	   1000U
#define KBM_SCRIPT_MAX_OBSERVED	   1000U /* observations of a check */
#define KBM_PLAN_MAX_KNOWN_SECRETS 4096U /* values that are looked for in what a plan says */
#define KBM_PLAN_MAX_CHANGES	   1000U
#define KBM_PLAN_MAX_VALUE_BYTES   (128UL * KBM_KIB) /* one value of a change */
#define KBM_PLAN_MAX_READS	   10000U	     /* preconditions of one check */
#define KBM_PLAN_MAX_ALL_READS	   20000U	     /* preconditions of all scripts together */
#define KBM_PLAN_MAX_ANSWER	   (64UL * KBM_KIB)  /* a search's answer kept in full, canonical */
#define KBM_SECOND_MAX_PLACES	   40000U	     /* read again by libregf */
#define KBM_PLAN_MAX_SCRIPTS	   1000U	     /* of one run, too */
#define KBM_CONFLICTS_TOLD	   16U		     /* pairs of changes, of those of a run */
#define KBM_PLAN_MAX_SOURCES	   256U
#define KBM_PLAN_MAX_FILE_BYTES	   (64UL * KBM_MIB)
#define KBM_PLAN_MAX_JSON_ITEMS	   1000000UL /* values in a plan file: bounds the memory it takes */
#define KBM_PLAN_MAX_JSON_DEPTH	   16U
#define KBM_TEXT_MAX_BYTES	   (16UL * KBM_KIB) /* one text of a finding or change */
#define KBM_PARAMETER_MAX	   64U
#define KBM_PROFILE_MAX_SCRIPTS	   256U /* that one profile names */

/* apply and its journal */
#define KBM_APPLY_ROOM_BYTES	  (1UL * KBM_MIB)  /* behind a hive that is edited, at first */
#define KBM_APPLY_MORE_ROOM_BYTES (64UL * KBM_MIB) /* where that did not suffice */
#define KBM_APPLY_LOCK_WAIT_MS	  1000U		   /* for a file that another process has locked */
#define KBM_JOURNAL_MAX_ENTRIES	  100000U	   /* in one state folder */

/* the command line */
#define KBM_MAX_TARGETS	      16U     /* -t: sources of one target */
#define KBM_MAX_CATEGORIES    16U     /* --category */
#define KBM_TARGET_MAX_FILES  224U    /* of one target, with those that are in its folders */
#define KBM_FOLDER_MAX_USERS  100U    /* profiles in a folder of -t, with a hive each */
#define KBM_FOLDER_MAX_NAMES  200000U /* looked through in a folder of -t and below */
#define KBM_SEARCH_MAX_WORDS  64U     /* of one search */
#define KBM_FOLDERS_MAX_FILES 10000   /* .lua files below one folder, or in all that are searched */
#define KBM_REPORT_MAX_BYTES  (64UL * KBM_MIB) /* what one command prints at once */
#define KBM_REPORT_MAX_DATA   (4UL * KBM_KIB)  /* of one value in a report; JSON has all of it */

/* tests of scripts */
#define KBM_TRIAL_MAX_CASES	10000U		  /* of one script */
#define KBM_TRIAL_MAX_BYTES	(4UL * KBM_MIB)	  /* what a case expects, or what came of it */
#define KBM_TRIAL_MAX_PARAMS	(256UL * KBM_KIB) /* a case's file of parameters */
#define KBM_TRIAL_MAX_JOBS	256U		  /* cases run at once */
#define KBM_LINE_DIFF_MAX_PAIRS (16UL * KBM_MIB)  /* of lines, compared to mark the fewest */

/* children (defaults; --timeout and --max-memory change the first three) */
#define KBM_CHILD_CPU_MS       5000U
#define KBM_CHILD_WALL_MS      60000U
#define KBM_CHILD_MEMORY_MIB   128U
#define KBM_CHILD_CPU_GRACE_MS 20U /* from the hook's signal to the forced end */
#define KBM_CHILD_CPU_WATCH_MS \
	50U /* beyond the limit until the worker ends a child, or 10 % of it */

/* children's other jobs: their work is bounded by their input, which may be large or hostile */
#define KBM_CHILD_LARGE_CPU_MS	    60000U  /* prepare, the directory's file, a dump */
#define KBM_CHILD_LARGE_WALL_MS	    120000U /* the same, by the wall's clock */
#define KBM_CHILD_LARGE_MEMORY_MIB  2048U   /* an .reg or LDIF file becomes a tree in memory */
#define KBM_CHILD_DIRECTORY_CPU_MS  600000U /* the directory answers for the whole run */
#define KBM_CHILD_SECOND_MEMORY_MIB 256U    /* libregf, whose tables grow with its input */
#define KBM_CHILD_MIN_CPU_MS	    100U
#define KBM_CHILD_MAX_CPU_MS	    3600000U
#define KBM_CHILD_MAX_WALL_MS	    (2U * KBM_CHILD_MAX_CPU_MS)
#define KBM_CHILD_MIN_MEMORY_MIB    16U
#define KBM_CHILD_MAX_MEMORY_MIB    4096U
#define KBM_CHILD_BASE_BYTES	    (64UL * KBM_MIB) /* program, libraries and stacks of a child */
#define KBM_CHILD_STACK_BYTES	    (8UL * KBM_MIB)  /* the worker's and its children's stack */
#define KBM_CHILD_MAX_INPUTS	    224U	     /* descriptors mapped by one job */
#define KBM_IMAGE_PER_REG_BYTE	    128UL	     /* a hive image is at most this much larger */
#define KBM_JOBS_AHEAD		    64U		     /* that are begun before their turn */
#define KBM_WORKER_START_MS	    10000U	     /* until the worker's greeting */
#define KBM_WORKER_STOP_MS	    1000U  /* from hanging up to the worker's end by force */
#define KBM_WORKER_ANSWER_MS	    10000U /* until the worker answers or reports an end */

/* the stdlib */
#define KBM_STDLIB_MAX_MODULES	  256U
#define KBM_STDLIB_MAX_FILE_BYTES (1UL * KBM_MIB)

/* wire */
#define KBM_WIRE_MAX_UP		(256UL * KBM_KIB) /* one frame from a child */
#define KBM_WIRE_MAX_DOWN	(4UL * KBM_MIB)	  /* one frame to a child */
#define KBM_WIRE_MAX_BATCH	(64UL * KBM_KIB)  /* small messages that are sent at once */
#define KBM_WIRE_MAX_START	(64UL * KBM_MIB) /* what a job is given: text, parameters, overlay */
#define KBM_WIRE_MAX_RESULT	(64UL * KBM_MIB)  /* all messages of one script's run together */
#define KBM_WIRE_MAX_ENTRIES	(40UL * KBM_MIB)  /* entries that are sent at once */
#define KBM_WIRE_PART_BYTES	(192UL * KBM_KIB) /* of entries, after which they are sent */
#define KBM_WIRE_MAX_ROW	(40UL * KBM_MIB) /* one row: the largest value as hexadecimal text */
#define KBM_WIRE_MAX_MESSAGE	(128UL * KBM_KIB) /* any other small message */
#define KBM_WIRE_MAX_LIST	256U		  /* items of one list in a script's header */
#define KBM_WIRE_MAX_VALUES	262144U		  /* of an attribute, and attributes of an entry */
#define KBM_DIRECTORY_MAX_CACHE (64UL * KBM_MIB)  /* answers kept by the broker */

#endif
