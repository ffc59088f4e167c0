/* Every limit that input from outside can meet, in one place. Sizes in bytes unless said. */
#ifndef KBM_BASE_LIMITS_H
#define KBM_BASE_LIMITS_H

#define KBM_KIB (1024UL)
#define KBM_MIB (1024UL * 1024UL)

/* hives and .reg exports */
#define KBM_HIVE_MAX_BYTES	 (2048UL * KBM_MIB) /* bins are addressed by 31 bits */
#define KBM_HIVE_MAX_DEPTH	 512U		    /* keys from the root: Windows' own limit */
#define KBM_HIVE_MAX_NAME_UNITS	 16383U		    /* UTF-16 units of a value name */
#define KBM_HIVE_MAX_KEY_UNITS	 255U		    /* UTF-16 units of a key name */
#define KBM_HIVE_MAX_VALUE_BYTES (16UL * KBM_MIB)   /* one value handed out */
#define KBM_HIVE_MAX_LIST_BYTES	 (32UL * KBM_MIB)   /* all values of one key handed out at once */
#define KBM_REG_FILE_MAX_BYTES	 (256UL * KBM_MIB)
#define KBM_PATH_MAX_BYTES	 (64UL * KBM_KIB) /* a registry path as text */

/* directory */
#define KBM_LDIF_MAX_BYTES	     (1024UL * KBM_MIB)
#define KBM_LDIF_MAX_LINE_BYTES	     (16UL * KBM_MIB) /* one line after unfolding */
#define KBM_FILTER_MAX_BYTES	     (8UL * KBM_KIB)
#define KBM_FILTER_MAX_DEPTH	     32U
#define KBM_DIRECTORY_MAX_ENTRIES    10000U	     /* in one answer */
#define KBM_DIRECTORY_MAX_ANSWER     (4UL * KBM_MIB) /* one answer, encoded */
#define KBM_DIRECTORY_MAX_REQUESTS   1000U	     /* of one script run */
#define KBM_DIRECTORY_MAX_ATTRIBUTES 64U	     /* asked for in one request */

/* distinguished names */
#define KBM_DN_MAX_BYTES (64UL * KBM_KIB)
#define KBM_DN_MAX_RDNS	 64U

/* scripts and plans */
#define KBM_SCRIPT_MAX_BYTES	 (1UL * KBM_MIB)
#define KBM_SCRIPT_MAX_OUTPUT	 (256UL * KBM_KIB) /* print */
#define KBM_SCRIPT_MAX_FINDINGS	 1000U
#define KBM_PLAN_MAX_CHANGES	 1000U
#define KBM_PLAN_MAX_VALUE_BYTES (128UL * KBM_KIB) /* one value of a change */
#define KBM_PLAN_MAX_READS	 10000U		   /* preconditions of one check */
#define KBM_PLAN_MAX_FILE_BYTES	 (64UL * KBM_MIB)
#define KBM_TEXT_MAX_BYTES	 (16UL * KBM_KIB) /* one text of a finding or change */
#define KBM_PARAMETER_MAX	 64U

/* children (defaults; --timeout and --max-memory change the first three) */
#define KBM_CHILD_CPU_MS       5000U
#define KBM_CHILD_WALL_MS      60000U
#define KBM_CHILD_MEMORY_MIB   128U
#define KBM_CHILD_CPU_GRACE_MS 20U /* from the hook's signal to the forced end */

/* wire */
#define KBM_WIRE_MAX_UP	  (256UL * KBM_KIB) /* one frame from a child */
#define KBM_WIRE_MAX_DOWN (4UL * KBM_MIB)   /* one frame to a child */

#endif
