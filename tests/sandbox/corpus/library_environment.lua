print("ESCAPED", os.getenv("HOME"))
