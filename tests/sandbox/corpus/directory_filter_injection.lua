for _, text in ipairs{ "*", "x)(objectClass=*", "*)(|(objectClass=*", "\\2a", "x\0)(objectClass=*)", ")", "%s", "(", "\\" } do
  local found = target.directory:search{ base = "o=Contoso", filter = "(cn=%s)", args = { text } }
  assert(#found == 0, text)
end
