plan:modify_entry("o=Contoso", "description", { "c\n\ndn: cn=evil\nchangetype: delete\n\0" }, { why = "y" })
