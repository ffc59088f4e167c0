for _, path in ipairs{ "HKLM\\SYSTEM\\..\\..\\..\\etc\\passwd", "HKLM\\SYSTEM\\../../../etc/passwd", "HKLM\\SYSTEM\\.", "HKLM\\SYSTEM\\%00",
  "HKLM\\SYSTEM\\\27[31m", "HKLM\\SYSTEM\\\u{202e}", "HKLM\\SYSTEM\\" .. ("x"):rep(300), "HKLM\\SYSTEM\\CurrentControlSet999" } do
  assert(target.registry:try_key(path) ~= "found", path)
end
