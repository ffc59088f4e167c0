local deep = {} for _ = 1, 1e5 do deep = { deep } end
local cyclic = {} cyclic.self = cyclic
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  x_deep = deep, x_cyclic = cyclic, x_f = error, x_m = require "dn", ["x_\27[31m"] = 1,
  check = function(target) target:pass("sound") end }
