local d <close> = require("dn").parse("o=Contoso") error("inside")
