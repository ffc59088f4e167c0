target:fail{ id = "a", message = "\xff\xfe", because = "b\0c", found = "\xc0\x80", expected = "\xed\xa0\x80" }
