local k = target.registry:key(KEY) while true do local _ = tostring(k), tostring(target), ("%s"):format(k) end
