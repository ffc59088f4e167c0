error(target)
