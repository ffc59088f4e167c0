-- A small test runner: `lua5.4 tap.lua FILE...` runs test files and prints TAP. A test file returns
-- a list of { name, function }; a test fails by raising an error.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local source = here .. "/../.."
package.path = here .. "/?.lua;" .. source .. "/stdlib/?.lua"

local count, failed = 0, 0
for _, file in ipairs(arg) do
  for _, test in ipairs(assert(loadfile(file))(source)) do
    count = count + 1
    local ok, message = xpcall(test[2], debug.traceback)
    if not ok then
      failed = failed + 1
      print((tostring(message):gsub("[^\n]+", "# %0")))
    end
    print(("%s %d - %s: %s"):format(ok and "ok" or "not ok", count, file:match("[^/]*$"), test[1]))
  end
end
print("1.." .. count)
os.exit(failed == 0 and count > 0)
