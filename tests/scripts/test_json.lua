local source = ...
local json = assert(loadfile(source .. "/tests/scripts/json.lua"))()

return {
  { "reads what it should", function()
    local value = json.read(' {"a":[1,-2.5e1,true,null,[]],'
      .. '"b":"x\\n\\u00fc\\ud83d\\ude00","c":{}}\n')
    assert(value.a[1] == 1 and value.a[2] == -25 and value.a[3] == true and value.a[4] == json.null)
    assert(#value.a[5] == 0 and value.b == "x\nü\u{1F600}" and next(value.c) == nil)
  end },
  { "refuses what is no JSON", function()
    for _, text in ipairs{ "", "{", '{"a"}', '{"a":1,}', "[1 2]", '"x', '"\n"', "nul", "1 2",
      '{"a":1,"a":2}', '"\\x"', "-" } do
      assert(not pcall(json.read, text), text)
    end
  end },
}
