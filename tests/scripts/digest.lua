-- Prints what a run said (kbmend.run/1 in a file), without what differs from machine to machine:
-- verdict, findings and plan, a line each. Behind `exit N` that is to the byte what `kbmend test`
-- says (report/report_digest): both are compared with the same files.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local json = assert(loadfile(here .. "/json.lua"))()

-- A JSON text, or the hex of one that is no clean UTF-8; one line.
local function text(value)
  if value == json.null then
    return "-"
  elseif type(value) == "table" then
    return "hex " .. value.hex
  end
  return (tostring(value):gsub("%c", function(c) return ("\\x%02X"):format(c:byte()) end))
end

local function place(where)
  if where == json.null then
    return "-"
  end
  local path = where.dn and text(where.dn) or text(where.path)
  local name = where.name or where.attribute
  return name and path .. " [" .. text(name) .. "]" or path
end

local function state(value)
  if value == json.null then
    return "absent"
  end
  local shown = value.number or value.list or value.values or value.text or value.hex
  if type(shown) == "table" and not shown.hex then
    local list = {}
    for i, item in ipairs(shown) do
      list[i] = "<" .. text(item) .. ">"
    end
    return (value.type or "") .. " " .. table.concat(list, " ")
  end
  return (value.type or "present") .. (shown ~= nil and " <" .. text(shown) .. ">" or "")
end

local file = assert(io.open(arg[1], "rb"))
local content = file:read("a")
file:close()
if content == "" then
  print("verdict none")
  return
end
local run = json.read(content)
assert(run.schema == "kbmend.run/1" and run.changed == false)
for _, script in ipairs(run.scripts) do
  print("verdict " .. script.verdict)
  local at = script.verdict == "error" and script.place_in_script ~= json.null
    and " (" .. script.place_in_script .. ")" or ""
  print("reason " .. text(script.reason) .. at)
  for _, finding in ipairs(script.findings) do
    print("finding " .. finding.id .. ": " .. text(finding.message))
    print("  where    " .. place(finding.where))
    print("  found    <" .. text(finding.found) .. ">")
    print("  expected <" .. text(finding.expected) .. ">")
    print("  because  " .. text(finding.because))
  end
  if script.plan ~= json.null then
    for _, change in ipairs(script.plan.changes) do
      if change.op == "manual" then
        print("manual " .. text(change.text))
      else
        print(("change %s %s, risk %s"):format(change.op, place(change.where), change.risk))
        print("  before   " .. state(change.before))
        print("  after    " .. state(change.after))
      end
    end
    local prediction = script.plan.prediction
    local reason = text(prediction.reason)
    print("afterwards " .. prediction.verdict .. (reason ~= "" and " " .. reason or ""))
    print("read twice " .. tostring(prediction.read_twice))
    for _, message in ipairs(prediction.remain) do
      print("  remains  " .. text(message))
    end
  end
end
if run.conflict ~= json.null then
  print("conflict " .. text(run.conflict))
end
