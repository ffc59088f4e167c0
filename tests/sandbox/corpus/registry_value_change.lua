local value = target.registry:get(KEY, "SiteDN") local data = value.data
value.data = "ESCAPED" value.raw = nil value.x = target
assert(target.registry:get(KEY, "SiteDN").data == data)
