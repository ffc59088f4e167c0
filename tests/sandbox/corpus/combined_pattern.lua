pcall(function()
  local _ = ('a'):rep(30):find(('.-'):rep(30) .. 'b')
end)
