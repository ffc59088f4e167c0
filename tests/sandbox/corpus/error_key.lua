error(target.registry:key(KEY))
