while true do target.directory:search{ base = "o=Contoso", filter = "(cn=x)" } end
