local t = {} for i = 1, 2e5 do t[i] = 0x10FFFF end local u = {} for i = 1, 100 do u[i] = utf8.char(table.unpack(t)) end
