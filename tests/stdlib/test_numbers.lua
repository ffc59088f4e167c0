local numbers = require "kb.numbers"
local make_target = require "target"

local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\X\\Parameters"

local function read(value, default)
  local target = make_target{ values = value and { [KEY .. "\\N"] = value } or {} }
  return numbers.read(target, KEY, "N", default)
end

local function same(found, expected)
  if found ~= expected then
    error(("%s, expected %s"):format(tostring(found), tostring(expected)), 2)
  end
end

return {
  { "takes the default for an absent value", function()
    local number = read(nil, 2)
    same(number.present, false)
    same(number.value, 2)
    same(numbers.wrong(number), nil)
  end },
  { "knows no value that is absent without a default", function()
    same(read(nil).value, nil)
    same(numbers.wrong(read(nil)), nil)
  end },
  { "reads zero as a number", function()
    local number = read({ "REG_DWORD", 0, raw = "\0\0\0\0" }, 2)
    same(number.present, true)
    same(number.value, 0)
  end },
  { "finds a wrong type, and does not take the default for it", function()
    local number = read({ "REG_SZ", "5", raw = "5\0\0\0" }, 2)
    local finding = numbers.wrong(number)
    same(number.value, nil)
    same(finding.id, "type")
    same(finding.found, "REG_SZ")
    same(finding.expected, "REG_DWORD")
    same(finding.where.value, "N")
  end },
  { "finds a wrong size", function()
    local finding = numbers.wrong(read({ "REG_DWORD", nil, raw = "\5\0" }, 2))
    same(finding.id, "size")
    same(finding.found, "2 bytes")
    same(finding.expected, "4 bytes")
  end },
  { "reports what is wrong of a list, and says whether all is right", function()
    local told = {}
    local target = { fail = function(_, finding) told[#told + 1] = finding.id end }
    local right, wrong = read({ "REG_DWORD", 1 }), read({ "REG_BINARY", "\1" })
    same(numbers.report_wrong(target, { right, wrong, right }), false)
    same(table.concat(told, " "), "type")
    same(numbers.report_wrong(target, { right, right }), true)
  end },
  { "adds up what is in force", function()
    local target = make_target{ values = { [KEY .. "\\A"] = { "REG_DWORD", 40 } } }
    local list = numbers.read_all(target, KEY, { { "A", 2 }, { "B", 3 } })
    same(numbers.sum(list), 43)
    same(numbers.told(list), "A is 40 (0x28), B is 3 (by default)")
  end },
  { "judges pairs", function()
    local function pair(low, high)
      local function number(value)
        return { present = value ~= nil, value = value or 3 }
      end
      return numbers.pair_problem(number(low), number(high))
    end
    same(pair(nil, nil), nil)
    same(pair(3, 3), nil)
    same(pair(4, 3), "order")
    same(pair(nil, 3), "incomplete")
    same(pair(3, nil), "incomplete")
    same(pair(9, nil), "incomplete")
  end },
  { "shows both radixes where they differ", function()
    same(numbers.shown(9), "9")
    same(numbers.shown(10), "10 (0xa)")
    same(numbers.shown(0x720), "1824 (0x720)")
  end },
}
