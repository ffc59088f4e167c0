plan:modify_entry("o=Contoso", "description", { ("x"):rep(1e6) }, { why = "y" })
