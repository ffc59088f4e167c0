target.directory:search{ base = "o=Contoso", [target] = 1 }
