local paths = require "kb.paths"

local function same(found, expected, about)
  if found ~= expected then
    error(("%s: %s, expected %s"):format(about, tostring(found), tostring(expected)), 2)
  end
end

-- text, form, root, last component, extension
local READ = {
  { [[C:\exchsrvr\mdbdata\priv.edb]], "drive", "C:", "priv.edb", "edb" },
  { [[e:\exchsrvr\mdbdata]], "drive", "e:", "mdbdata", nil },
  { [[E:\exchsrvr\mdbdata\]], "drive", "E:", "mdbdata", nil },
  { [[D:\]], "drive", "D:", "", nil },
  { [[D:\a.b\c]], "drive", "D:", "c", nil },
  { [[D:\x.tar.GZ]], "drive", "D:", "x.tar.GZ", "gz" },
  { [[\\SERVER\share]], "unc", [[\\SERVER\share]], "", nil },
  { [[\\SERVER\c$\mdb\pub.edb]], "unc", [[\\SERVER\c$]], "pub.edb", "edb" },
  { [[%SystemRoot%\System32\Config\AppEvent.Evt]], "variable", "%SystemRoot%", "AppEvent.Evt",
    "evt" },
  { [[\SystemRoot\System32\drivers\afd.sys]], "native", [[\SystemRoot]], "afd.sys", "sys" },
  { [[\??\C:\x\y.sys]], "native", [[\??\C:]], "y.sys", "sys" },
  { [[\exchsrvr\mtadata]], "rooted", "", "mtadata", nil },
  { [[System32\drivers\afd.sys]], "relative", "", "afd.sys", "sys" },
  { [[C:exchsrvr]], nil },
  { [[C:\a:b]], nil },
  { [[C::\a]], nil },
  { [[C:\a*]], nil },
  { "C:\\a\1", nil },
  { [[ C:\a]], nil },
  { [[C:\a ]], nil },
  { [[\\SERVER]], nil },
  { "", nil },
  { "  ", nil },
}

return {
  { "reads paths of every form, and no others", function()
    for _, row in ipairs(READ) do
      local path, message = paths.parse(row[1])
      same(path and path.form, row[2], row[1])
      same(path and path.root, row[3], row[1])
      same(path and path.name, row[4], row[1])
      same(path and path.extension, row[5], row[1])
      assert(path or #message > 0)
    end
  end },
  { "says why a text is no path", function()
    local _, message = paths.parse("C:\\a\1")
    same(message, "it has a character that no path may hold: \\x01", "control character")
    _, message = paths.parse("C:\\a:b")
    same(message, "it has a colon that is not behind a drive letter", "colon")
  end },
  { "calls drives and shares absolute, and nothing else", function()
    for text, absolute in pairs{ [ [[C:\x]] ] = true, [ [[\\A\B\x]] ] = true, [ [[\x]] ] = false,
        ["x"] = false, [ [[%windir%\x]] ] = false } do
      same(paths.is_absolute(paths.parse(text)), absolute, text)
    end
  end },
  { "compares without case and without a last backslash", function()
    same(paths.same([[C:\Exchsrvr\MTADATA\]], [[c:\exchsrvr\mtadata]]), true, "same")
    same(paths.same([[C:\exchsrvr]], [[D:\exchsrvr]]), false, "drive")
  end },
  { "joins with one backslash", function()
    same(paths.join([[E:\mdbdata\]], "priv.edb"), [[E:\mdbdata\priv.edb]], "with")
    same(paths.join([[E:\mdbdata]], "priv.edb"), [[E:\mdbdata\priv.edb]], "without")
  end },
}
