-- kb.numbers: REG_DWORD values that have a default built in: which number is in force, whether the
-- value is one at all, and how numbers are shown. Absent is no fault by itself: it means the
-- default.

local numbers = {}

---@class kb.Number
---@field key string the registry path of its key
---@field name string as asked for
---@field default integer? what is in force when it is absent
---@field present boolean whether the key has a value of that name
---@field value integer? what is in force: nil when the value is no REG_DWORD, or absent without a
---  default
---@field type string? as stored; nil: absent

--- Reads a number.
---@param target kbm.Target
---@param key string registry path
---@param name string
---@param default integer?
---@return kb.Number
function numbers.read(target, key, name, default)
  local value = target.registry:get(key, name)
  local number = { key = key, name = name, default = default, present = value ~= nil }
  if not value then
    number.value = default
    return number
  end
  number.type = value.type
  number.size = #value.raw
  if value.type == "REG_DWORD" then
    number.value = value.data
  end
  return number
end

--- Reads several numbers of one key, in their order.
---@param target kbm.Target
---@param key string
---@param list { [1]: string, [2]: integer? }[] names, with their defaults
---@return kb.Number[]
function numbers.read_all(target, key, list)
  local read = {}
  for i, item in ipairs(list) do
    read[i] = numbers.read(target, key, item[1], item[2])
  end
  return read
end

--- A finding when the value is there and is no REG_DWORD of four bytes; else nil.
---@param number kb.Number
---@return kbm.Finding?
function numbers.wrong(number)
  if not number.present or number.value then
    return nil
  end
  local is_short = number.type == "REG_DWORD"
  return {
    id = is_short and "size" or "type",
    message = number.name .. (is_short and " has the wrong size" or " has the wrong type"),
    where = { key = number.key, value = number.name },
    found = is_short and number.size .. " bytes" or number.type,
    expected = is_short and "4 bytes" or "REG_DWORD",
    because = number.key .. " holds it; a number is read from a REG_DWORD of 4 bytes",
  }
end

--- Reports every value of the list that is no number.
---@param target kbm.Target
---@param list kb.Number[]
---@return boolean all whether all are numbers
function numbers.report_wrong(target, list)
  local all = true
  for _, number in ipairs(list) do
    local finding = numbers.wrong(number)
    if finding then
      target:fail(finding)
      all = false
    end
  end
  return all
end

--- The sum of what is in force.
---@param list kb.Number[] each with a value
---@return integer
function numbers.sum(list)
  local sum = 0
  for _, number in ipairs(list) do
    sum = sum + number.value
  end
  return sum
end

--- What is wrong with a pair of which the low number must not exceed the high one.
---@param low kb.Number
---@param high kb.Number
---@return "incomplete"|"order"|nil problem "incomplete": one of them is there without the other
function numbers.pair_problem(low, high)
  if low.present ~= high.present then
    return "incomplete"
  elseif low.value > high.value then
    return "order"
  end
  return nil
end

--- A number as both radixes write it, since articles mix them: "80 (0x50)".
---@param number integer
---@return string
function numbers.shown(number)
  return number < 10 and tostring(number) or ("%d (0x%x)"):format(number, number)
end

--- What is in force, in words: "A is 5, B is 2 (by default)".
---@param list kb.Number[]
---@return string
function numbers.told(list)
  local texts = {}
  for i, number in ipairs(list) do
    texts[i] = number.name .. " is " .. numbers.shown(number.value)
      .. (number.present and "" or " (by default)")
  end
  return table.concat(texts, ", ")
end

return numbers
