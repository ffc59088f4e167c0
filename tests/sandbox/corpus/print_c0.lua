local t = {} for i = 0, 255 do t[#t + 1] = string.char(i) end print(table.concat(t)) print(table.concat(t, " "))
