params = { ["\27[31m"] = { type = "string", help = "x" } }
