-- kb.name_claims: which organization, site and server the values of a registry name, against each
-- other, for when no directory says which is right. Two that agree may both be wrong: only that
-- they are inconsistent can be told.

local identity = require "kb.identity"
local names = require "kb.directory_names"
local server_dns = require "kb.server_dns"

local name_claims = {}

---@class kb.NameClaim
---@field means "organization"|"site"|"server"
---@field name string
---@field row kb.IdentityRow whose value claims it

local MEANS = { organization = "organization", site = "site", server = "server",
  computer = "server" }

-- The organization, the site and, when it leads so far, the server that a DN names.
local function parts_of(text)
  local written = names.read(text)
  local depth = written and server_dns.depth(written.parts)
  if not depth then
    return {}
  end
  local parts = written.parts
  local server = parts[depth == "short" and 3 or 5]
  return { organization = parts[1].value, site = parts[2].value, server = server and server.value }
end

--- What a text of a row claims.
---@param row kb.IdentityRow
---@param text string
---@return kb.NameClaim[]
function name_claims.of(row, text)
  local claims = {}
  local parts = {}
  if text == "" then
    return claims
  elseif MEANS[row.holds] then
    parts[MEANS[row.holds]] = text
  elseif row.holds == "mta-dn" or row.holds == "site-dn" then
    parts = parts_of(text)
  end
  for _, means in ipairs{ "organization", "site", "server" } do
    if parts[means] then
      claims[#claims + 1] = { means = means, name = parts[means], row = row }
    end
  end
  return claims
end

--- What all values of the registry claim, as far as they can be read. OWA may use another server
--- of another machine, and a host name may be another than the computer's: these claim nothing.
---@param target kbm.Target
---@return kb.NameClaim[]
function name_claims.all(target)
  local all = {}
  for _, row in ipairs(identity.rows) do
    if row.id ~= "hostname" and row.service ~= "MSExchangeWeb" then
      local reading = identity.read(target, row)
      for _, claim in ipairs(name_claims.of(row, reading.texts[1] or "")) do
        all[#all + 1] = claim
      end
    end
  end
  return all
end

--- Whether two claims name the same, by the rule of the row that minds less.
---@param left kb.NameClaim
---@param right kb.NameClaim
---@return boolean
function name_claims.agree(left, right)
  local lenient = left.row.ignores_case or right.row.ignores_case
  return left.name == right.name
    or (lenient and names.same_but_case(left.name, right.name) or false)
end

--- The claims of others that do not agree with one.
---@param claim kb.NameClaim
---@param all kb.NameClaim[]
---@return kb.NameClaim[] against
---@return kb.NameClaim[] with of other rows that claim the same
function name_claims.against(claim, all)
  local against, with = {}, {}
  for _, other in ipairs(all) do
    if other.means == claim.means and other.row.id ~= claim.row.id then
      local list = name_claims.agree(claim, other) and with or against
      list[#list + 1] = other
    end
  end
  return against, with
end

--- A claim that most of its kind agree with; nil when no name has more than half of them.
---@param all kb.NameClaim[]
---@param means string
---@return kb.NameClaim?
function name_claims.majority(all, means)
  local count = 0
  for _, claim in ipairs(all) do
    count = count + (claim.means == means and 1 or 0)
  end
  for _, claim in ipairs(all) do
    local _, with = name_claims.against(claim, all)
    if claim.means == means and 2 * (#with + 1) > count then
      return claim
    end
  end
  return nil
end

--- Claims as a text: "X500 DN of MSExchangeMTA names Contoso".
---@param claims kb.NameClaim[]
---@return string
function name_claims.text(claims)
  local list = {}
  for i, claim in ipairs(claims) do
    list[i] = claim.row.label .. " names " .. claim.name
  end
  return table.concat(list, ", ")
end

return name_claims
