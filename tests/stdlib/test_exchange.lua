local exchange = require "kb.exchange"
local make_target = require "target"

local function tree(organization, site, ...)
  local place = "ou=" .. site .. ",o=" .. organization
  local list = { "o=" .. organization, place, "cn=Configuration," .. place,
    "cn=Servers,cn=Configuration," .. place }
  for _, server in ipairs{ ... } do
    list[#list + 1] = "cn=" .. server .. ",cn=Servers,cn=Configuration," .. place
    list[#list + 1] = "cn=Microsoft MTA," .. list[#list]
  end
  return list
end

local function joined(...)
  local all, known = {}, {}
  for _, list in ipairs{ ... } do
    for _, entry in ipairs(list) do
      if not known[entry] then
        all[#all + 1] = entry
        known[entry] = true
      end
    end
  end
  return all
end

local function find(entries, computer_name, options)
  return exchange.find_server(make_target{ entries = entries, computer_name = computer_name },
    options or {})
end

local function contains(text, part)
  if not tostring(text):find(part, 1, true) then
    error(("%q lacks %q"):format(tostring(text), part), 2)
  end
end

return {
  { "finds the server by the computer's name, without case", function()
    local server = assert(find(tree("Org", "Site", "Mail1", "Mail2"), "MAIL1"))
    assert(server.name == "Mail1")
    assert(server.site.name == "Site" and server.organization.name == "Org")
    contains(server.because, "cn=Mail1,cn=Servers,cn=Configuration,ou=Site,o=Org")
    contains(server.site.because, "; ou=Site,o=Org is its site's")
  end },
  { "takes the names from the entries themselves", function()
    local entries = tree("ORG", "SITE", "MAIL1")
    entries[1], entries[2] = "o=Org", "ou=Site,o=Org"
    local server = assert(find(entries, "MAIL1"))
    assert(server.site.name == "Site" and server.organization.name == "Org")
  end },
  { "does not take a server's children for servers", function()
    local server, message = find(tree("Org", "Site", "MAIL1"), "Microsoft MTA")
    assert(not server)
    contains(message, "cn=MAIL1,")
    contains(message, "-p server=")
  end },
  { "lets the parameter name the server", function()
    assert(find(tree("Org", "Site", "A", "B"), "A", { server = "b" }).name == "B")
    assert(find(tree("Org", "Site", "A", "B"), nil, { server = "B" }).name == "B")
  end },
  { "asks for a name when none is known", function()
    local server, message = find(tree("Org", "Site", "A"), nil)
    assert(not server)
    contains(message, "-p server=")
  end },
  { "asks which site is meant when several have the server", function()
    local entries = joined(tree("Org", "One", "A"), tree("Org", "Two", "A", "B"))
    local server, message = find(entries, "A")
    assert(not server)
    contains(message, "ou=One")
    contains(message, "ou=Two")
    contains(message, "-p site=")
    assert(find(entries, "A", { site = "two" }).site.name == "Two")
    assert(not find(entries, "B", { site = "One" }))
  end },
  { "finds the server in an export that begins below the site", function()
    local entries = tree("Org", "Site", "A")
    table.remove(entries, 1)
    table.remove(entries, 1)
    local server = assert(find(entries, "A"))
    assert(server.site.name == "Site" and server.organization.name == "Org")
    contains(server.site.because, "its site's is not there")
  end },
  { "looks below a country", function()
    local entries = tree("Org", "Site", "A")
    for i, name in ipairs(entries) do
      entries[i] = name .. ",c=US"
    end
    entries[#entries + 1] = "c=US"
    assert(find(entries, "A").organization.name == "Org")
  end },
  { "says when the directory has no server at all", function()
    local _, message = find({ "o=Org" }, "A")
    contains(message, "no server at all")
    contains(message, "configuration?); if the server has another name there, give it with -p")
  end },
  { "reads a service's text", function()
    local key = exchange.service_key("MSExchangeSA", "Parameters")
    local target = make_target{ values = {
      [key .. "\\Site"] = { "REG_SZ", "S" }, [key .. "\\Age"] = { "REG_DWORD", 1 },
    } }
    assert(exchange.parameter_text(target, "MSExchangeSA", "Site") == "S")
    assert(exchange.parameter_text(target, "MSExchangeSA", "Age") == nil)
    assert(exchange.parameter_text(target, "MSExchangeSA", "None") == nil)
  end },
  { "says why a service's text is not known", function()
    local key = exchange.service_key("MSExchangeSA", "Parameters")
    local held = exchange.service_key("MSExchangeMTA", "Parameters") .. "\\A"
    local target = make_target{
      values = { [held] = { "REG_SZ", "S" } },
      unknown = { [key] = "the export does not hold it" },
    }
    local text, reason = exchange.try_parameter_text(target, "MSExchangeSA", "Site")
    assert(text == nil and reason == "the export does not hold it")
    text, reason = exchange.try_parameter_text(target, "MSExchangeMTA", "A")
    assert(text == "S" and reason == nil)
    text, reason = exchange.try_parameter_text(target, "MSExchangeMTA", "B")
    assert(text == nil and reason == nil)
  end },
  { "says why the computer's name is not known", function()
    local path = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName"
    local target = make_target{ unknown = { [path] = "not in the export" } }
    local server, message = exchange.find_server(target, {})
    assert(not server)
    contains(message, "not in the export")
    contains(message, "-p server=")
  end },
}
