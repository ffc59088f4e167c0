local held_text = require "kb.held_text"

local KEY = "HKLM\\SYSTEM\\X"

local function value(type, data, raw)
  return { name = "Site", type = type, data = data, raw = raw or "" }
end

-- value -> text, finding's id
local LOOKS = {
  { "a text", value("REG_SZ", "SITE1"), "SITE1", nil },
  { "a text that would be expanded", value("REG_EXPAND_SZ", "SITE1"), "SITE1", nil },
  { "a variable", value("REG_EXPAND_SZ", "%SITE%"), "%SITE%", "variable" },
  { "a percent sign in plain text", value("REG_SZ", "50%"), "50%", nil },
  { "nothing", nil, nil, "absent" },
  { "no characters", value("REG_SZ", ""), nil, "empty" },
  { "blanks alone", value("REG_SZ", "  "), nil, "empty" },
  { "a list of one", value("REG_MULTI_SZ", { "SITE1" }), "SITE1", "type" },
  { "a list of two", value("REG_MULTI_SZ", { "SITE1", "SITE2" }), nil, "type" },
  { "text as bytes", value("REG_BINARY", nil, "S\0\0\0"), "S", "type" },
  { "odd bytes", value("REG_BINARY", nil, "S\0x"), nil, "type" },
}

local tests = {
  { "a subkey of the value's name is told of", function()
    local _, finding = held_text.look_at("Site", KEY, nil, true)
    assert(finding.message == "Site is absent; a subkey has that name instead")
    _, finding = held_text.look_at("Site", KEY, nil, false)
    assert(finding.message == "Site is absent" and finding.because == KEY .. " has no such value")
  end },
  { "the type is kept, but for a text that would be expanded", function()
    local expand, multi = value("REG_EXPAND_SZ", "x"), value("REG_MULTI_SZ", { "x" })
    assert(held_text.right_type(expand, "SITE1") == "REG_EXPAND_SZ")
    assert(held_text.right_type(expand, "50%") == "REG_SZ")
    assert(held_text.right_type(multi, "SITE1") == "REG_SZ")
    assert(held_text.right_type(nil, "SITE1") == "REG_SZ")
  end },
  { "a text is shown without control characters, and cut", function()
    assert(held_text.shown("a\0b\n") == "a\\x00b\\x0A")
    assert(held_text.shown(("x"):rep(1024)) == ("x"):rep(1024))
    assert(held_text.shown(("x"):rep(1025)) == ("x"):rep(256) .. "...")
    assert(held_text.shown("x" .. ("é"):rep(600)) == "x" .. ("é"):rep(127) .. "...")
  end },
}

for i, look in ipairs(LOOKS) do
  tests[#tests + 1] = { "look " .. i .. ": " .. look[1], function()
    local text, finding = held_text.look_at("Site", KEY, look[2])
    assert(text == look[3], tostring(text))
    assert((finding and finding.id) == look[4], finding and finding.id)
  end }
end

return tests
