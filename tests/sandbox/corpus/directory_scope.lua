target.directory:search{ base = "o=Contoso", scope = "sub\27[31m" }
