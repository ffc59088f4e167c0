target.directory:one{ base = "o=Contoso", filter = "(|(objectClass=*)(cn=x" .. ("é"):rep(100) .. "))" }
