-- kb.held_text: registry values that should hold one text: the text, and what is wrong with the
-- value as such.

local names = require "kb.directory_names"

local held_text = {}

local SHOWN_BYTES = 1024

--- The text that a value holds, where one can be read from it, and what is wrong with the value:
--- findings "absent", "type", "empty" and "variable", without `where`.
---@param label string the value's name
---@param key string which holds it
---@param value kbm.Value?
---@param subkey boolean? whether the key has a subkey of that name: articles say "key" for a value
---@return string? text
---@return kbm.Finding? finding nil: it is a text
function held_text.look_at(label, key, value, subkey)
  if not value then
    return nil, {
      id = "absent",
      message = label .. " is absent" .. (subkey and "; a subkey has that name instead" or ""),
      because = key .. " has no such value",
    }
  end
  local text, is_text = names.text_of(value)
  if not is_text then
    return text, {
      id = "type",
      message = label .. " has the wrong type",
      found = value.type,
      expected = "REG_SZ",
      because = key .. " holds it; a name is one text, REG_SZ",
    }
  elseif not text:find("%S") then
    return nil, { id = "empty", message = label .. " is empty", found = text,
      because = key .. " has it so" }
  elseif value.type == "REG_EXPAND_SZ" and text:find("%", 1, true) then
    return text, {
      id = "variable",
      message = label .. " is a REG_EXPAND_SZ with %, which stands for a variable there",
      because = key .. " holds it unexpanded; what it stands for is unknown here",
    }
  end
  return text, nil
end

--- The type of the right value: a REG_EXPAND_SZ stays one, unless its text would be expanded.
---@param value kbm.Value? what is there
---@param right string? the right text
---@return "REG_SZ"|"REG_EXPAND_SZ"
function held_text.right_type(value, right)
  local expands = value and value.type == "REG_EXPAND_SZ"
  return expands and not (right and right:find("%", 1, true)) and value.type or "REG_SZ"
end

--- Any text as a finding shows it: of sensible length, and without control characters.
---@param text string
---@return string
function held_text.shown(text)
  if #text > SHOWN_BYTES then
    text = text:sub(1, 256):gsub("[\xC2-\xF4][\x80-\xBF]*$", "") .. "..."
  end
  return (text:gsub("%c", function(character)
    return ("\\x%02X"):format(character:byte())
  end))
end

return held_text
