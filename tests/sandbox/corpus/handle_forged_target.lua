target.pass({ registry = target.registry, name = "x" }, "all is well") print("ESCAPED")
