target.directory:search{ base = "o=Contoso", filter = ("(!"):rep(1000) .. "(cn=x)" .. (")"):rep(1000) }
