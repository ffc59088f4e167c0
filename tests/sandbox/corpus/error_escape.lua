error("\27[2J\27]0;pwned\7\27[31m red")
