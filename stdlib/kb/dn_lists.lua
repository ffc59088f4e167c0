-- kb.dn_lists: DNs that registry values hold, one or a list of them, and whether the directory has
-- the objects that they name.
--
-- Exchange's own articles write such lists in another case than the directory does. A difference in
-- case is therefore no fault here; it is told.

local dn = require "dn"
local names = require "kb.directory_names"
local held_text = require "kb.held_text"
local server_dns = require "kb.server_dns"

local dn_lists = {}

---@class kb.ListedName
---@field text string as the value has it
---@field name kbm.Dn? nil: no name can be made out
---@field problem string? why not
---@field defects string[] what is wrong with the way it is written, as in kb.WrittenName
---@field above integer how many parts of `name` stand above the organization

--- Reads one DN as a registry value writes it.
---@param text string
---@param above kbm.Dn? what stands above the organization (a country), which values leave out
---@return kb.ListedName
function dn_lists.read(text, above)
  local written, problem = names.read(text)
  local item = { text = text, defects = written and written.defects or {}, problem = problem,
    above = above and #above or 0 }
  local name = above or dn.make{}
  for _, part in ipairs(written and written.parts or {}) do
    if part.value == "" then
      item.problem = "its part " .. part.type .. "= is empty"
      return item
    end
    name = name:child(part.type:lower(), part.value)
  end
  item.name = written and name or nil
  return item
end

---@class kb.HeldList
---@field texts string[] those that are not empty, in their order
---@field empty integer how many empty texts stand among and after them
---@field is_list boolean whether the value is a REG_MULTI_SZ

-- A REG_MULTI_SZ ends with the NUL of its last text and one more.
local ENDS_WITH_EMPTY = ("\0"):rep(6)

--- The texts of a value that should be a REG_MULTI_SZ.
---@param value kbm.Value
---@return kb.HeldList? list nil: it is neither a list nor a text
function dn_lists.texts(value)
  if value.type ~= "REG_MULTI_SZ" then
    local text, is_text = names.text_of(value)
    return is_text and { texts = text:find("%S") and { text } or {}, empty = 0, is_list = false }
  end
  local list = { texts = {}, empty = 0, is_list = true }
  for _, text in ipairs(value.data) do
    if text:find("%S") then
      list.texts[#list.texts + 1] = text
    else
      list.empty = list.empty + 1
    end
  end
  if #list.texts > 0 and value.raw:sub(-#ENDS_WITH_EMPTY) == ENDS_WITH_EMPTY then
    list.empty = list.empty + 1
  end
  return list
end

-- In what two names differ, of parts from `first` on: nil not at all, { "value" }, or spellings.
local function differences(found, expected, first)
  if #found ~= #expected then
    return { "value" }
  end
  local kinds, known = {}, {}
  for i = first, #found do
    local left, right = found:rdn(i), expected:rdn(i)
    local of_part = left.type:lower() ~= right.type:lower() and { "value" }
      or names.difference(left.value, right.value)
    for _, kind in ipairs(of_part or {}) do
      if kind == "value" then
        return { "value" }
      elseif not known[kind] then
        known[kind] = true
        kinds[#kinds + 1] = kind
      end
    end
  end
  return #kinds > 0 and kinds or nil
end

--- Where a name is in a list; case does not count.
---@param items kb.ListedName[]
---@param name kbm.Dn
---@return integer? position nil: it is not there
---@return boolean? exact false: it is there in another case
function dn_lists.position(items, name)
  local found
  for i, item in ipairs(items) do
    if item.name and #item.defects == 0 then
      local kinds = differences(item.name, name, item.above + 1)
      if not kinds then
        return i, true
      elseif not found and #kinds == 1 and kinds[1] == "case" then
        found = i
      end
    end
  end
  return found, found and false
end

--- The list with texts at its end that it lacks; its own order and spelling stay, empty texts do
--- not: Windows reads no further than the first of them.
---@param texts string[]
---@param added string[]
---@return string[]
function dn_lists.appended(texts, added)
  local all = {}
  for _, list in ipairs{ texts, added } do
    for _, text in ipairs(list) do
      if text:find("%S") then
        all[#all + 1] = text
      end
    end
  end
  return all
end

--- A name in the form that Exchange's registry values have, /o=ORG/ou=SITE/cn=...
---@param name kbm.Dn
---@param above integer? how many parts stand above the organization; default 0
---@return string
function dn_lists.written(name, above)
  local parts = names.parts(name)
  return names.write{ table.unpack(parts, (above or 0) + 1) }
end

---@class kb.LookedUp
---@field entry kbm.Entry? with objectClass; nil: the directory has no such object
---@field right string? its name as a value should write it, in the directory's spelling
---@field kinds string[]? in what the value's spelling differs; nil: not at all

--- What the directory has under a name. Ends the run as `unknown` where the directory cannot tell.
---@param target kbm.Target
---@param item kb.ListedName with a name
---@return kb.LookedUp
function dn_lists.look_up(target, item)
  local entry = target.directory:read(item.name, { "objectClass" })
  if not entry then
    return {}
  end
  local name = assert(dn.parse(entry.dn, "ldap"))
  return {
    entry = entry,
    right = dn_lists.written(name, item.above),
    kinds = differences(item.name, name, item.above + 1),
  }
end

-- What is wrong with the way an entry is written; nil: nothing.
local function form(options, item, right)
  local _, findings = server_dns.read(options.label, item.text, options.key)
  local finding = findings[1]
  if item.problem and not finding then
    finding = server_dns.finding("not-a-dn",
      options.label .. " is not a distinguished name: " .. item.problem, options.key)
  end
  if finding then
    finding.expected = right
  end
  return finding
end

---@class kb.ListOptions
---@field label string the value's name, as findings name it
---@field key string which holds it
---@field value string the value's name

--- What is wrong with each of the names: "not-a-dn", the defects of a written name, "no-object"
--- (the directory has none of that name), "spelling" (it has it with other blanks or characters).
---@param target kbm.Target
---@param items kb.ListedName[]
---@param options kb.ListOptions
---@return kbm.Finding[] findings
---@return string[] cased those texts whose case differs from the directory's: to be told only
function dn_lists.check(target, items, options)
  local findings, cased = {}, {}
  for _, item in ipairs(items) do
    local found = item.name and dn_lists.look_up(target, item) or {}
    local finding = form(options, item, found.right)
    if not finding and not found.entry then
      finding = { id = "no-object",
        message = options.label .. " names an object that the directory does not have",
        because = "there is no " .. item.name:ldap() }
    elseif not finding and found.kinds and (found.kinds[2] or found.kinds[1] ~= "case") then
      finding = { id = "spelling", expected = found.right,
        message = options.label .. " differs from the directory's name of the object"
          .. server_dns.spelling(found.kinds), because = found.entry.dn .. " is the object" }
    elseif not finding and found.kinds then
      cased[#cased + 1] = item.text
    end
    if finding then
      finding.where = { key = options.key, value = options.value }
      finding.found = held_text.shown(item.text)
      findings[#findings + 1] = finding
    end
  end
  return findings, cased
end

return dn_lists
