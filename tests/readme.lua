-- Runs every ```console block of a document and compares what it prints with what stands there.
-- usage: lua5.4 readme.lua DOCUMENT BIN-FOLDER [--accept]
-- A line "$ command" is run by sh in the document's folder, BIN-FOLDER being first in PATH; the
-- lines until the next "$ " must be its output (stdout and stderr). A block ```lua FILE must be
-- that file.
-- --accept writes what came instead.

local document, bin, accept = arg[1], arg[2], arg[3] == "--accept"
local folder = document:match("^(.*)/[^/]*$") or "."

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function run(command)
  local shell = ("cd %s && export LC_ALL=C.UTF-8 PATH=%s:\"$PATH\" && { %s\n} 2>&1")
    :format(quote(folder), quote(bin), command)
  local pipe = assert(io.popen(shell, "r"))
  local output = pipe:read("a")
  pipe:close()
  return (output:gsub("%s+$", ""))
end

local written, failures, commands = {}, 0, 0
local inside, command, expected = false, nil, {}

local function finish()
  if not command then
    return
  end
  commands = commands + 1
  local came = run(command)
  local stood = table.concat(expected, "\n"):gsub("%s+$", "")
  if came ~= stood and not accept then
    failures = failures + 1
    print(("--- %s: $ %s\n--- the document says:\n%s\n--- came:\n%s")
      :format(document, command, stood, came))
  end
  if (came .. "\n"):find("[ \t]\n") then
    failures = failures + 1
    print(("--- %s: $ %s\n--- prints a line that ends in a blank:\n%s")
      :format(document, command, came))
  end
  written[#written + 1] = "$ " .. command
  local shown = accept and came or table.concat(expected, "\n")
  if shown ~= "" then
    written[#written + 1] = shown
  end
  command, expected = nil, {}
end

-- A copied file: its lines stand until the closing fence.
local copied, copy = nil, {}

local function finish_copy()
  commands = commands + 1
  local file = assert(io.open(folder .. "/" .. copied, "r"))
  local text = file:read("a"):gsub("%s+$", "")
  file:close()
  if text ~= table.concat(copy, "\n") and not accept then
    failures = failures + 1
    print(("--- %s: the block is not what is in %s"):format(document, copied))
  end
  written[#written + 1] = accept and text or table.concat(copy, "\n")
  copied, copy = nil, {}
end

for line in io.lines(document) do
  if copied then
    if line == "```" then
      finish_copy()
      written[#written + 1] = line
    else
      copy[#copy + 1] = line
    end
  elseif inside and line == "```" then
    finish()
    inside = false
    written[#written + 1] = line
  elseif inside and line:sub(1, 2) == "$ " then
    finish()
    command = line:sub(3)
  elseif inside then
    expected[#expected + 1] = line
  else
    inside = line == "```console"
    copied = line:match("^```lua (%S+)$")
    written[#written + 1] = line
  end
end

if accept then
  local file = assert(io.open(document, "w"))
  file:write(table.concat(written, "\n"), "\n")
  file:close()
end
print(("%d blocks and commands, %d differ"):format(commands, failures))
os.exit(failures == 0 and commands > 0)
