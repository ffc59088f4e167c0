-- kb.server_sources: which server of the directory a registry belongs to, told by three sources:
-- the computer's name, the registry's X500 DN, and the directory itself. A computer may have been
-- renamed, or be a test machine with another's data restored.

local exchange = require "kb.exchange"
local identity = require "kb.identity"
local name_claims = require "kb.name_claims"
local names = require "kb.directory_names"

local server_sources = {}

---@class kb.ServerSources
---@field server kb.Server? nil: the directory has no server of any of the names
---@field problem string? why there is none
---@field computer string? ComputerName
---@field x500 string? the server that X500 DN names
---@field computer_agrees boolean?
---@field x500_agrees boolean?
---@field agree integer how many of the three name the server, the directory among them
---@field contradicted boolean? X500 DN names another server that the directory has, too

local function x500_server(target)
  local row = identity.select("x500-dn")[1]
  local reading = identity.read(target, row)
  for _, claim in ipairs(name_claims.of(row, reading.texts[1] or "")) do
    if claim.means == "server" then
      return claim.name
    end
  end
  return nil
end

local function has_server(target, name)
  for _, server in ipairs(exchange.servers(target)) do
    if names.same_but_case(server:rdn(-1).value, name) then
      return true
    end
  end
  return false
end

--- Looks the server up by the computer's name, or the one given; where the directory has none, by
--- the one that X500 DN names.
---@param target kbm.Target
---@param params kb.ServerOptions
---@return kb.ServerSources
function server_sources.find(target, params)
  local found = { computer = target.computer_name, x500 = x500_server(target), agree = 0 }
  found.server, found.problem = exchange.find_server(target, params)
  if not found.server and not params.server and found.x500 then
    found.server = exchange.find_server(target, { server = found.x500, site = params.site })
  end
  if found.server then
    local function agrees(name)
      return name and names.same_but_case(name, found.server.name) or false
    end
    found.computer_agrees, found.x500_agrees = agrees(found.computer), agrees(found.x500)
    found.agree = 1 + (found.computer_agrees and 1 or 0) + (found.x500_agrees and 1 or 0)
    found.contradicted = found.x500 and not found.x500_agrees and has_server(target, found.x500)
    found.problem = nil
  end
  return found
end

return server_sources
