target.directory:search{ base = "o=Contoso", sizelimit = 1 }
