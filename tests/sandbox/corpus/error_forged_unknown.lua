error("unknown: the target has no directory", 0)
