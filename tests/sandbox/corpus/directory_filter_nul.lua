target.directory:search{ base = "o=Contoso", filter = "(cn=a\0)(cn=*)" }
