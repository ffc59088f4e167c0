plan:modify_entry("o=Contoso", "description", { 1, {}, target }, { why = "y" })
