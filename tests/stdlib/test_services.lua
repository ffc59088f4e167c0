local services = require "kb.services"
local make_target = require "target"

local SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\"

-- on{ Messenger = { "NetBIOS" }, NetBIOS = {} }: services with their dependencies.
local function on(lists, more)
  local values = {}
  for name, list in pairs(lists) do
    values[SERVICES .. name .. "\\Type"] = { "REG_DWORD", list.type or 0x20 }
    if list.absent ~= true then
      values[SERVICES .. name .. "\\DependOnService"] = list.value or { "REG_MULTI_SZ", list }
    end
  end
  for place, value in pairs(more or {}) do
    values[SERVICES .. place] = value
  end
  local target = make_target{ values = values }
  target.found = {}
  function target:fail(finding)
    self.found[#self.found + 1] = finding
  end
  function target:pass(reason)
    self.passed = reason
  end
  return target
end

-- What a check for these names reports: "id, id: list after".
local function checked(lists, wanted)
  local target = on(lists)
  services.check_wanted(target, "A", wanted)
  local ids, list = {}, nil
  for i, finding in ipairs(target.found) do
    ids[i] = finding.id .. (finding.x_obstacle and "!" or "")
    list = list or finding.x_list
  end
  return table.concat(ids, " ") .. (list and ": " .. table.concat(list, " ") or "")
end

local function same(found, expected)
  if found ~= expected then
    error(("%s, expected %s"):format(tostring(found), tostring(expected)), 2)
  end
end

return {
  { "reads lists as they are, without empty texts", function()
    local list = services.dependencies(on{ A = { "B", "", "c" } }, "A")
    same(services.told(list.names), "B, c")
    same(list.present, true)
    same(services.wrong_type(list), nil)
  end },
  { "tells an absent list from an empty one", function()
    same(services.dependencies(on{ A = { absent = true } }, "A").present, false)
    same(services.dependencies(on{ A = {} }, "A").present, true)
  end },
  { "finds a wrong type", function()
    local list = services.dependencies(on{ A = { value = { "REG_SZ", "B" } } }, "A")
    same(#list.names, 0)
    same(services.wrong_type(list).found, "REG_SZ")
  end },
  { "compares names without case, and keeps their spelling", function()
    same(services.position({ "RpcSs", "NetBios" }, "NETBIOS"), 2)
    same(services.position({ "RpcSs" }, "Rpc"), nil)
    same(services.told(services.appended({ "NetBios" }, { "NETBIOS", "B" })), "NetBios, B")
    same(services.told(services.without({ "Tcpip", "Mup", "AFD" }, "MUP")), "Tcpip, AFD")
    same(services.told({}), "(none)")
  end },
  { "appends what is wanted behind what is there", function()
    local lists = { A = { "Z" }, B = {}, C = {}, Z = {} }
    same(checked(lists, { "B", "C" }), "missing-B missing-C: Z B C")
    same(checked({ A = { "Z", "c" }, B = {}, C = {}, Z = {} }, { "C", "B" }), "missing-B: Z c B")
    same(checked({ A = { "c", "b" }, B = {}, C = {} }, { "B", "C" }), "")
    same(checked({ A = { absent = true }, B = {} }, { "B" }), "missing-B: B")
  end },
  { "passes with the list", function()
    local target = on{ A = { "b", "C" }, B = {}, C = {} }
    services.check_wanted(target, "A", { "B" })
    same(target.passed, "A depends on b, C")
    same(#target.found, 0)
  end },
  { "does not append what is no service", function()
    same(checked({ A = {} }, { "B" }), "missing-B!: ")
    same(checked({ A = { "Z" }, B = {}, Z = {} }, { "Q", "B" }), "missing-Q! missing-B: Z B")
  end },
  { "does not append what would make a circle", function()
    same(checked({ A = {}, B = { "C" }, C = { "a" } }, { "B" }), "missing-B!: ")
    same(checked({ A = {}, B = { "B", "C" }, C = { "B" } }, { "B" }), "missing-B: B")
    same(checked({ A = {} }, { "A" }), "missing-A!: ")
  end },
  { "finds names that are no services", function()
    same(checked({ A = { "Gone", "B" }, B = {} }, { "B" }), "no-such-service")
  end },
  { "says on which way one depends on another", function()
    local target = on{ A = { "B", "C" }, B = {}, C = { "D" }, D = { "c" } }
    same(table.concat(services.way(target, "A", "d"), " "), "A C D")
    same(services.way(target, "B", "A"), nil)
  end },
  { "follows a group to the services in it", function()
    local target = on({ A = { "B" }, B = {}, C = { "D" }, D = {} }, {
      ["B\\DependOnGroup"] = { "REG_MULTI_SZ", { "Network", "TDI" } },
      ["C\\Group"] = { "REG_SZ", "tdi" },
      ["D\\Group"] = { "REG_DWORD", 1 },
    })
    same(table.concat(services.way(target, "A", "D"), " "), "A B group TDI C D")
    same(services.way(target, "C", "A"), nil)
  end },
  { "tells programs from drivers", function()
    for type, is in pairs{ [0x1] = false, [0x2] = false, [0x10] = true, [0x20] = true,
        [0x110] = true, [0x120] = true } do
      same(services.is_program(type), is)
    end
    same(services.is_program(nil), false)
    local target = on{ Afd = { type = 1 }, Browser = { type = 0x10 }, Spooler = { type = 0x110 } }
    same(services.told(services.programs(target)), "Browser, Spooler")
    same(services.told(services.programs(target)), "Browser, Spooler")
    same(services.told(services.programs(on{ Schedule = { type = 0x20 } })), "Schedule")
    same(services.told(services.programs(on{})), "(none)")
  end },
  { "plans a missing name, and leaves to people what it cannot plan", function()
    local planned = {}
    local plan = {
      set_value = function(_, _, _, type, data)
        planned[#planned + 1] = type .. " " .. table.concat(data, " ")
      end,
      manual = function(_, text) planned[#planned + 1] = text:match("^%a+ %S+ %S+") end,
    }
    local target = on{ A = { "Gone" }, B = {} }
    services.check_wanted(target, "A", { "B", "Q" })
    for _, finding in ipairs(target.found) do
      services.add_missing(target, plan, finding, { after = { { "restart the computer" } } })
    end
    same(table.concat(planned, "; "), "REG_MULTI_SZ Gone B; restart the computer;"
      .. " find out whether; install the service")
  end },
  { "warns of a cluster where there is one", function()
    local told = 0
    local plan = { manual = function() told = told + 1 end }
    services.warn_of_cluster(on{ A = {} }, plan)
    same(told, 0)
    services.warn_of_cluster(on{ ClusSvc = {} }, plan)
    same(told, 1)
  end },
}
