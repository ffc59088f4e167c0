print("ESCAPED", debug.getregistry())
