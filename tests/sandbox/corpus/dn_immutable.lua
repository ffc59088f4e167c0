local d = require("dn").parse("o=x") d.form = "x500"
