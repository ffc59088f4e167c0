local host_plan, host_key = plan, target.registry:key(KEY)
local registry = { open = function() return target.registry:key(KEY) end,
  count = function(name) local value = host_key:get(name) return value and #value.raw end }
local directory = { query = function(filter) return target.directory:search{ base = "o=Contoso", filter = filter } end }
local plan = { set = function(name, value) host_plan:set_value(KEY, name, "REG_SZ", value, { why = "an attack" }) end }
