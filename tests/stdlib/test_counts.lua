local counts = require "kb.counts"

local function target(status, found)
  return { directory = { try_search = function() return status, found end } }
end

local function is_even(number)
  return number % 2 == 0
end

return {
  { "counts what passes", function()
    assert(counts.of({ 1, 2, 3, 4 }, is_even) == 2)
    assert(counts.of({}, is_even) == 0)
  end },
  { "knows no count when one object does not tell", function()
    local count, reason = counts.of({ 2, 3, 4 }, function(number)
      if number == 3 then
        return nil, "3 does not tell"
      end
      return true
    end)
    assert(count == nil and reason == "3 does not tell")
  end },
  { "counts what a search finds", function()
    assert(counts.search(target("found", { 1, 2, 4 }), { base = "o=Org" }, is_even) == 2)
    assert(counts.search(target("found", { 1, 2, 4 }), { base = "o=Org" }) == 3)
  end },
  { "knows no count of an answer that was cut short", function()
    local count, reason = counts.search(target("unknown", "the size limit"), { base = "o=Org" })
    assert(count == nil and reason == "the size limit")
  end },
  { "knows no count where the base does not exist", function()
    local count, reason = counts.search(target("absent"), { base = "o=Org" })
    assert(count == nil and reason == "the directory has no o=Org")
  end },
}
