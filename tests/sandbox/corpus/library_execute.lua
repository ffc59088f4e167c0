os.execute("touch pwned") print("ESCAPED")
