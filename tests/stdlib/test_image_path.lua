local image_path = require "kb.image_path"

local function same(found, expected, about)
  if found ~= expected then
    error(("%s: %s, expected %s"):format(about, tostring(found), tostring(expected)), 2)
  end
end

-- text, program, what is appended, arguments, defects
local READ = {
  { [[C:\Exchsrvr\Bin\Store.exe]], [[C:\Exchsrvr\Bin\Store.exe]], "", "", "" },
  { [[C:\X\a.EXE -k  run ]], [[C:\X\a.EXE]], "", "-k  run", "trailing-blanks" },
  { [[ C:\X\a.exe]], [[C:\X\a.exe]], "", "", "leading-blanks" },
  { "\tC:\\X\\a.exe\n", [[C:\X\a.exe]], "", "", "leading-blanks trailing-blanks" },
  { "C:\\X\1\\a.exe", "C:\\X\1\\a.exe", "", "", "control-characters" },
  { [["C:\Program Files\a.exe" "C:\b c" /x]], [[C:\Program Files\a.exe]], "", [["C:\b c" /x]], "" },
  { [["C:\X\a.exe -x]], [[C:\X\a.exe]], "", "-x", "unclosed-quote" },
  { [["C:\X\a.exe"x]], [[C:\X\a.exe]], "x", "", "appended" },
  { [[C::\X\a.exe]], [[C::\X\a.exe]], "", "", "stray-colon" },
  { [[:C:\X\a.exe]], [[:C:\X\a.exe]], "", "", "stray-colon" },
  { [[C:/X/a.exe]], [[C:/X/a.exe]], "", "", "" },
  { [[C:/X:/a.exe]], [[C:/X:/a.exe]], "", "", "stray-colon" },
  { [["C:/P F/a.exe" -x]], [[C:/P F/a.exe]], "", "-x", "" },
  { [[C:\X:\a.exe]], [[C:\X:\a.exe]], "", "", "stray-colon" },
  { [[C:\X\a.exe:]], [[C:\X\a.exe]], ":", "", "appended" },
  { [[C:\X\a.exe: -x]], [[C:\X\a.exe]], ":", "-x", "appended" },
  { [[C:\X\a.exex]], [[C:\X\a.exe]], "x", "", "appended" },
  { [[C:\X\a?.exe]], [[C:\X\a?.exe]], "", "", "stray-characters" },
  { [[C:\Program Files\a.exe -x]], [[C:\Program Files\a.exe]], "", "-x", "unquoted-blanks" },
  { [[%ProgramFiles%\a.exe]], [[%ProgramFiles%\a.exe]], "", "", "unquoted-blanks" },
  { [[%SystemRoot%\System32\a.exe]], [[%SystemRoot%\System32\a.exe]], "", "", "" },
  { [[%SystemRoot%\System32\a-b_1.EXE]], [[%SystemRoot%\System32\a-b_1.EXE]], "", "", "" },
  { [[%SystemRoot%\System32\drivers\a.sys]], [[%SystemRoot%\System32\drivers\a.sys]], "", "", "" },
  { [[%CommonProgramFiles%\a]], [[%CommonProgramFiles%\a]], "", "", "unquoted-blanks" },
  { [[%X:%\a.exe]], [[%X:%\a.exe]], "", "", "stray-colon" },
  { [[C:\X\a.exe.exe]], [[C:\X\a.exe.exe]], "", "", "" },
  { [[C:\a.exe.d\b.exe -y]], [[C:\a.exe.d\b.exe]], "", "-y", "" },
  { [[C:\X\a -y]], [[C:\X\a]], "", "-y", "" },
  { [[C:\X\a -y \b]], [[C:\X\a]], "", [[-y \b]], "" },
  { [[C:\X\a run C:\b]], [[C:\X\a]], "", [[run C:\b]], "" },
  { [[C:\P F\a -y]], [[C:\P]], "", [[F\a -y]], "unquoted-blanks" },
  { [["C:\P F\a" -y]], [[C:\P F\a]], "", "-y", "" },
  { [[\??\C:\X\a.exe]], [[\??\C:\X\a.exe]], "", "", "" },
  { "", "", "", "", "" },
}

-- text, cleaned
local CLEANED = {
  { [[  C:\X\a.exe ]], [[C:\X\a.exe]] },
  { [[C::\X\a.exe]], [[C:\X\a.exe]] },
  { [[:C:\X\a.exe]], [[C:\X\a.exe]] },
  { [[C:\X:\a.exe]], [[C:\X\a.exe]] },
  { [[C:\X\a.exe:. -x "a:b"]], [[C:\X\a.exe -x "a:b"]] },
  { [[C:\X\a*.exe]], [[C:\X\a.exe]] },
  { [["C:\P F\a.exe -x]], [["C:\P F\a.exe" -x]] },
  { [["C:\P F\M.exe T\s.exe -x]], nil },
  { [["C:\P F\a.exe": -x]], [["C:\P F\a.exe" -x]] },
  { [[C:\P F\a.exe ]], [[C:\P F\a.exe]] },
  { [[%SystemRoot%\a.exe ]], [[%SystemRoot%\a.exe]] },
  { [[\\SRV\share\a.exe ]], [[\\SRV\share\a.exe]] },
  { "C:\\X\\a.exe\1", [[C:\X\a.exe]] },
  { [[C:\X\a.exex]], nil },
  { [[C:\X\a.exe%x]], nil },
  { [[X\a.exe:]], nil },
  { [[a.exe ]], nil },
  { [[C:\X\a ]], nil },
  { " ", nil },
}

return {
  { "takes a text apart, and finds what is wrong with it", function()
    for _, row in ipairs(READ) do
      local image = image_path.parse(row[1])
      same(image.program, row[2], row[1])
      same(image.appended, row[3], row[1])
      same(image.arguments, row[4], row[1])
      same(table.concat(image.defects, " "), row[5], row[1])
    end
  end },
  { "tells where the words behind a program may belong to its path", function()
    for text, continued in pairs{
      [ [[C:\P F\a -k]] ] = true, [ [[C:\P F G\a -k]] ] = true, [ [["C:\P F\a" x\b]] ] = false,
      [ [["C:\P F\M.exe T\s.exe]] ] = true,
      [ [[C:\P -F\a]] ] = false, [ [[C:\P /F\a]] ] = false, [ [[C:\P \\S\a]] ] = false,
      [ [[C:\P %T%\a]] ] = false, [ [[C:\P F]] ] = false,
      [ [[C:\P F\M.exe T\s.exe -k]] ] = true, [ [[C:\P F\M.exe T U\S.EXE]] ] = true,
      [ [[C:\P F\M.exe T\s -k]] ] = false, [ [[C:\P F\M.exe s.exe]] ] = false,
      [ [[C:\P F\M.exe -k T\s.exe]] ] = false, [ [[C:\P F\M.exe D:\T\s.exe]] ] = false,
    } do
      same(image_path.parse(text).continued, continued, text)
    end
  end },
  { "knows paths as drivers have them", function()
    for text, driver in pairs{
      [ [[\SystemRoot\System32\drivers\afd.sys]] ] = true, [ [[System32\drivers\afd.sys]] ] = true,
      [ [[\??\C:\x.sys]] ] = true, [ [[C:\WINNT\System32\x.exe]] ] = false,
      [ [[%SystemRoot%\System32\drivers\x.sys]] ] = true,
      [ [[%SystemRoot%\System32\x.exe]] ] = false,
    } do
      same(image_path.parse(text).driver, driver, text)
    end
  end },
  { "takes a plain path for what the same is with a blank behind it", function()
    for _, text in ipairs{
      [[C:\X\a.exe]], [[c:\a.EXE]], [[C:\X\a]], [[C:\]], [[C:\.exe]], [[%X%\a.exe]],
      [[%SystemRoot%\System32\Drivers\a.sys]], [[%SystemRoot%\System32\a.exe]],
      [[%ProgramFiles%\a.exe]], [[C:\a.exe\b.exe]], [[C:\a.exe.b]], [[%%\a.exe]], [[1:\a.exe]],
    } do
      local plain, whole = image_path.parse(text), image_path.parse(text .. " ")
      for _, field in ipairs{ "program", "has_exe", "quoted", "appended", "arguments", "continued",
        "driver" } do
        same(plain[field], whole[field], text .. ": " .. field)
      end
      table.insert(plain.defects, 1, "trailing-blanks")
      same(table.concat(plain.defects, " "), table.concat(whole.defects, " "), text)
    end
  end },
  { "cleans what can be told, and nothing else", function()
    for _, row in ipairs(CLEANED) do
      local cleaned = image_path.cleaned(image_path.parse(row[1]))
      same(cleaned, row[2], row[1])
      if cleaned then
        local left = table.concat(image_path.parse(cleaned).defects, " ")
        assert(left == "" or left == "unquoted-blanks", row[1] .. ": " .. left)
      end
    end
  end },
  { "knows the mask of a secret", function()
    same(image_path.is_masked(image_path.parse("C:\\K.exe " .. image_path.MASK)), true, "masked")
    same(image_path.is_masked(image_path.parse(image_path.MASK)), true, "alone")
    same(image_path.is_masked(image_path.parse("C:\\K.exe")), false, "none")
  end },
  { "puts quotation marks round the program only", function()
    same(image_path.write([[C:\P F\a.exe]], [[-x "y"]], true), [["C:\P F\a.exe" -x "y"]], "both")
    same(image_path.write([[C:\a.exe]], "", false), [[C:\a.exe]], "bare")
  end },
  { "shows what is invisible", function()
    same(image_path.bytes("a "), "2 bytes: 61 20", "short")
    same(image_path.bytes(("x"):rep(81)), "81 bytes: " .. ("78 "):rep(80) .. "...", "long")
  end },
}
