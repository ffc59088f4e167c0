string.pack("c2147483639", "")
