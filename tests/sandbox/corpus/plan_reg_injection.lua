plan:set_value(KEY, "a\"=\"b\"\r\n[HKEY_LOCAL_MACHINE\\SAM]\r\n\"x", "REG_SZ", "c\"\r\n[-HKEY_LOCAL_MACHINE\\SYSTEM]\r\n", { why = "y\r\n[-HKEY_LOCAL_MACHINE\\SYSTEM]" })
