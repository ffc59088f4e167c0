target.directory:search{ base = "o=Contoso", filter = ("(a=b)"):rep(2e5) }
