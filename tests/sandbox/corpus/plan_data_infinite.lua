plan:set_value(KEY, "v", "REG_QWORD", math.huge, { why = "y" })
