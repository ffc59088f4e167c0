local io = require("io") print("ESCAPED", io)
