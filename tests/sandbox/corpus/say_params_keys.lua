for _, key in ipairs{ 1, true, {}, target, 0.5 } do assert(not pcall(function() return params[key] end) or params[key] == nil) end
assert(params.word == "word") for k, v in pairs(params) do assert(k == "word" and v == "word") end assert(not pcall(table.insert, params, 1))
