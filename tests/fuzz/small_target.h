/* A target of a few keys and entries, read by the real readers: what fuzzed scripts run on. */
#ifndef KBM_TEST_SMALL_TARGET_H
#define KBM_TEST_SMALL_TARGET_H

#include "script/engine.h"

/* Made at the first call, and never freed. Scripts are run with their fix. */
const struct kbm_engine_input *small_target(void);

#endif
