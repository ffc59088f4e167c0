print("ESCAPED", require("......etc.passwd"))
