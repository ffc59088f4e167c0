target.directory:read("o=Contoso", { ("a"):rep(1e7) })
