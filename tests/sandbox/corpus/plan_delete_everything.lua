plan:delete_key("HKLM\\SYSTEM", { why = "y" })
