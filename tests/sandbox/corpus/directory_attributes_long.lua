local many = {} for i = 1, 64 do many[i] = ("a"):rep(100000) .. i end target.directory:read("o=Contoso", many)
