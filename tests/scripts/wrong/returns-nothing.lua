-- expect verdict none
-- expect stderr ...returns-nothing.lua
local x = 1
