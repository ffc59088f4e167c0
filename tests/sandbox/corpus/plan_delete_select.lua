plan:delete_key("HKLM\\SYSTEM\\Select", { why = "y" }) plan:delete_key("HKLM\\SYSTEM\\CurrentControlSet", { why = "y" })
