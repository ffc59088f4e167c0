-- kb.counts: how many objects of a directory there are, for articles that size a registry number by
-- them. Where an answer was cut short, or an object does not show what is asked of it, the count is
-- not known: a number planned on part of a count would be too small.

local counts = {}

--- What a test says of an object: nil, with a reason, where the object does not tell.
---@alias kb.CountTest fun(object: table): boolean?, string?

--- How many objects of a list pass a test.
---@param list table[]
---@param test kb.CountTest
---@return integer? count nil: not known
---@return string? reason why not
function counts.of(list, test)
  local count = 0
  for _, object in ipairs(list) do
    local passes, reason = test(object)
    if passes == nil then
      return nil, reason
    end
    count = count + (passes and 1 or 0)
  end
  return count
end

--- How many entries a search finds that pass a test.
---@param target kbm.Target
---@param search kbm.Search
---@param test kb.CountTest? default: all of them
---@return integer? count nil: not known
---@return string? reason why not: the answer was cut short, the base does not exist
function counts.search(target, search, test)
  local status, found = target.directory:try_search(search)
  if status == "unknown" then
    return nil, found
  elseif status == "absent" then
    local base = type(search.base) == "string" and search.base or search.base:ldap()
    return nil, "the directory has no " .. base
  end
  return counts.of(found, test or function() return true end)
end

return counts
