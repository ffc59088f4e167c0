title = "\27[31m red"
