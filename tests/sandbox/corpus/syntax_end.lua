end end } print("ESCAPED")
