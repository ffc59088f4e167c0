target:fail(target)
