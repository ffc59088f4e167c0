repeat local x = 1 if x == 2 then break end until false
