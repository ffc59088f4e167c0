print("ESCAPED", io.popen("id"):read("a"))
