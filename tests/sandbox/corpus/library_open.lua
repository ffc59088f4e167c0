print("ESCAPED", io.open("/etc/passwd"):read("a"))
