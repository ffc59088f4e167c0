for i = 0x80, 0x9f do print(utf8.char(i), string.char(i)) end
