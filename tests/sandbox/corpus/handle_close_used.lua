local d = require("dn").parse("o=Contoso") do local c <close> = d end
return target.directory:search{ base = d }
