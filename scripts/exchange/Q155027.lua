-- Q155027: the message transfer agent does not start, because the registry value X500 DN is not the
-- name of its own object in the directory.

local exchange = require "kb.exchange"
local identity = require "kb.identity"
local name_values = require "kb.name_values"

local STEPS = {
  why = "the message transfer agent looks itself up under this name when it starts",
  step = "RESOLUTION",
  before = {
    { "if Exchange Server was reinstalled with a wrong organization or site name: reinstall it with"
      .. " the right ones instead, which the expected value shows",
      why = "the wrong names are in more places than X500 DN", step = "CAUSE",
      of = { "x500-dn-organization", "x500-dn-site" } },
  },
  after = {
    { "see with `kbmend run identity` whether other values have wrong names as well: SiteDN"
      .. " (Q298565), Enterprise, Site and Server (Q201164), those of the information store"
      .. " (Q248124)", why = "often X500 DN alone is corrected" },
    { "start the Microsoft Exchange Message Transfer Agent service",
      why = "it reads X500 DN when it starts", step = "SYMPTOMS" },
  },
}

return {
  api = 1,
  id = "Q155027",
  version = "1.0.0",
  title = "Message transfer agent does not start with errors 1067 and 2140",
  severity = "high",
  categories = { "exchange", "startup" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { error = 1067, text = "the service ended unexpectedly while it was starting" },
    { error = 2140, text = "starting the service ends with an internal error" },
    { event = 137, source = "MSExchangeMTA" },
    { event = 2245, source = "MSExchangeMTA",
      text = "ds_read: DS_E_NO_SUCH_OBJECT, the agent's own object is not in the directory" },
    { event = 2241, source = "MSExchangeMTA", text = "ds_search fails" },
  },
  aliases = {
    { kb = "Q190711", title = "DS_E_NO_SUCH_OBJECT while a directory replicates over the IMC",
      symptoms = { { event = 2245, source = "MSExchangeMTA",
        text = "DS_E_NO_SUCH_OBJECT during directory replication over the Internet Mail Connector",
      } } },
    { kb = "Q162384",
      title = "What to look at when the message transfer agent does not start; see also Q324026",
      products = { { name = "Microsoft Exchange Server", versions = "4.0" } },
      symptoms = { { text = "the message transfer agent (MTA) does not start" } } },
    { kb = "Q293088", title = "Organization and site names are read in the registry",
      symptoms = { { text = "which organization and site a server was installed in" } } },
    { kb = "Q155509", title = "Restoring a server whose organization or site name is not known",
      symptoms = { { event = 1088,
        text = "the restored database belongs to another organization or site" } } },
  },
  references = {
    { kb = "Q155027" }, { kb = "Q260060" }, { kb = "Q201164" }, { kb = "Q298565" },
    { kb = "Q248124" }, { kb = "Q324026" }, { kb = "Q256986" },
  },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = name_values.params,
  description = [[
When the message transfer agent (MTA) starts, it compares the value X500 DN of its Parameters key
with the name of its own object in the Exchange directory. When they differ, it stops: errors 1067
and 2140, events 137, 2241 and 2245.

The check finds this computer's server in the directory by the computer's name, not by the value
that is in question, and compares X500 DN part by part with the name (DN) of the object Microsoft
MTA below it. The names must be the same to the letter: a difference in case or in blanks only is
reported as such. Events and logs show the name in capitals; it is not to be copied from there.

Without a directory, X500 DN is compared with what other values say of organization, site and
server. That can tell that they are inconsistent, never that they are right.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeMTA")) then
      return false, "the service MSExchangeMTA is not installed"
    end
    return true
  end,
  check = function(target, params)
    name_values.check(target, params, identity.select("x500-dn"))
  end,
  fix = function(target, _, finding, plan)
    name_values.fix(target, finding, plan, STEPS)
  end,
}
