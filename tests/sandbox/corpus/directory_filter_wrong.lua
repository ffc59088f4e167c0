for _, filter in ipairs{ "", "(", ")", "(cn", "(cn=", "(=x)", "(&", "(cn=x))", "(cn=x)(cn=y)", "(cn=\\zz)", "(cn=\\5)", "(:=x)",
  "(cn:1.2.3:=)", "(cn>x)", "%", "(cn=%d)", "(cn=%s)", "(cn=%s%s)", "((cn=x))", "(!(cn=x)(cn=y))", "( cn=x", "(\27[31m=x)" } do
  assert(not pcall(target.directory.search, target.directory, { base = "o=Contoso", filter = filter }), filter)
  assert(not pcall(target.directory.try_search, target.directory, { base = "o=Contoso", filter = filter }), filter)
end
