while true do pcall(target.directory.try_search, target.directory, { base = "o=Contoso" }) end
