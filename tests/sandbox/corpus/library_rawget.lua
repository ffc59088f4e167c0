print("ESCAPED", rawget(string, "upper"))
