/* The table behind source/syntax.h. */
#ifndef KBM_SOURCE_ATTRIBUTE_TYPES_H
#define KBM_SOURCE_ATTRIBUTE_TYPES_H

#include "source/syntax.h"

extern const struct kbm_attribute_type kbm_attribute_types[];
extern const size_t kbm_attribute_type_count;

#endif
