target:fail(require "dn")
