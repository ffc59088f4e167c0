target:fail{ id = "a", message = "m", because = "b",
  where = { dn = "cn=\u{202e}\u{9b}x\\1B[31m,o=Contoso", attribute = "\27[31m\u{202e}" } }
