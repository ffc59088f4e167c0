for _, name in ipairs{ 1, 0/0, true, {}, print, target } do assert(not pcall(require, name)) end
assert(not pcall(require)) assert(not pcall(require, nil))
