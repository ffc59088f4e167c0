pcall(target.pass, { registry = 1 }, "all is well")
