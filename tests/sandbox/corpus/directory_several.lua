pcall(target.directory.one, target.directory, { base = "o=Contoso" })
