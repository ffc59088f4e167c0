/* The standard object classes and their superclasses, which entries need not list. */
#ifndef KBM_SOURCE_OBJECT_CLASS_H
#define KBM_SOURCE_OBJECT_CLASS_H

#include <stdbool.h>
#include <stddef.h>

struct kbm_object_class;

/* By a name or its OID, case aside; NULL: none that is known here. */
const struct kbm_object_class *kbm_object_class_find(const char *name, size_t length);
/* Whether what is of the class `name` is of `superior`, too: it is that class, or one below it. */
bool kbm_object_class_includes(const struct kbm_object_class *superior, const char *name,
			       size_t length);

#endif
