-- expect verdict error
-- expect reason ...returns-nothing.lua
local x = 1
