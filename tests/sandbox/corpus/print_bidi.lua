for c = 0x2000, 0x206f do print(utf8.char(c)) end print("\u{61c}\u{feff}\u{180e}\u{e0001}\u{e0041}\u{fff9}\u{ad}")
