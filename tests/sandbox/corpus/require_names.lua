for _, name in ipairs{ "os", "io", "string", "_G", "package", "debug", "kb", "kb/exchange", "KB.EXCHANGE",
  "kb.exchange.lua", "kb..exchange", "./kb.exchange", "dn.", " dn", "", "dn\0", "dn\0os", "\0", "lfs",
  "kb.exchange\n", "\27[31m", "hostile", "next" } do
  assert(not pcall(require, name), name)
end
