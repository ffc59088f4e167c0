plan:modify_entry("cn=absent,o=Contoso", "description", { "x" }, { why = "y" })
