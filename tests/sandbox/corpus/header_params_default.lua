params = { a = { type = "integer", help = "x", default = 0/0 } }
