print(nil, true, 0/0, -0.0, 1e308, {}, print, target, target.registry, string, require "dn") print(nil) print(nil, nil)
