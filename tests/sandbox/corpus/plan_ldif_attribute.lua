plan:modify_entry("o=Contoso", "description: x\n\ndn: cn=evil\nchangetype: delete", { "x" }, { why = "y" })
