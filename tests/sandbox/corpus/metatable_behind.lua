assert(not pcall(function() return string.__behind.upper end) or string.__behind == nil)
assert(require("dn").__behind == nil and require("dn").__index == nil)
assert(not pcall(function() return target.__behind end)) assert(not pcall(function() return target.__index end))
