target.directory:one{ base = "o=Contoso", filter = "(|(objectClass=*)(cn=xx" .. ("é"):rep(100) .. "))" }
