-- Q201164: the system attendant's values Enterprise, Site and Server are not the directory names of
-- the organization, the site and the server.

local exchange = require "kb.exchange"
local identity = require "kb.identity"
local name_claims = require "kb.name_claims"
local name_values = require "kb.name_values"

local STEPS = {
  why = "services and setup programs look the organization, site and server up under these names",
  step = "RESOLUTION",
  after = {
    { "note which Exchange services run: stopping the System Attendant stops all of them",
      why = "they are to be started again, and no others", step = "Q185616" },
    { "restart the computer, or stop and start MSExchangeSA and the services that ran before",
      why = "the values are read when the services start", step = "RESOLUTION" },
    { "start the Microsoft Exchange Event Service, if it did not start", step = "Q314148",
      why = "it ends with event 5 when Enterprise or Site is wrong, also in case alone",
      of = { "enterprise", "site" } },
    { "if the setup of a connector for Notes, GroupWise, SNADS or PROFS ended with event 174: run"
      .. " it again", why = "it searches the directory for what Enterprise says", step = "Q255073",
      of = { "enterprise" } },
    { "if users asked the Key Management Server for enrolment and had no answer: let them ask"
      .. " again", why = "it looks for the organization that Enterprise names", step = "Q295696",
      of = { "enterprise" } },
    { "if the Lotus Notes address generator could not be installed: install it again",
      why = "its setup program asks for the organization's and the site's directory names",
      step = "Q282939", of = { "site" } },
    { "see with `kbmend run identity` whether other values have wrong names as well",
      why = "after a reinstallation with wrong names often X500 DN alone is corrected" },
  },
}

-- What another server of the same site says of itself, without a directory (Q299676).
local function claims_of(target, params)
  if not params.x500dn then
    return nil
  end
  local row = { id = "other", label = "X500 DN of the other server", holds = "mta-dn" }
  local claims = {}
  for _, claim in ipairs(name_claims.of(row, params.x500dn)) do
    if claim.means ~= "server" then
      claims[#claims + 1] = claim
    end
  end
  if #claims == 0 then
    target:unknown("-p x500dn=" .. params.x500dn .. " is no name of an object of a server: it"
      .. " should be as in the registry, /o=ORGANIZATION/ou=SITE/cn=Configuration/cn=Servers"
      .. "/cn=SERVER/cn=Microsoft MTA")
  end
  return claims
end

return {
  api = 1,
  id = "Q201164",
  version = "1.0.0",
  title = "Consistency checker ends with events 2024 and 1124",
  severity = "high",
  categories = { "exchange", "directory" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { event = 1124, source = "MSExchangeDS", text = "the consistency checker (KCC) fails" },
    { event = 2024, source = "MSExchangeAdmin", text = "checking now ends with an error" },
    { error = "0xc1030b0d", text = "Microsoft Exchange Administrator: c1030b0d" },
    { error = "0xc1030b1f", text = "Microsoft Exchange Administrator: c1030b1f" },
  },
  aliases = {
    {
      kb = "Q314148",
      title = "Event Service does not start with event 5, error 0x80004005",
      products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
      symptoms = {
        { event = 5, source = "MSExchangeES", text = "the Event Service does not start" },
        { error = "0x80004005", text = "unspecified error of the Event Service" },
      },
    },
    {
      kb = "Q299676",
      title = "Event Service may not start with event 5",
      products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
      symptoms = {
        { event = 5, source = "MSExchangeES", text = "the Event Service does not start" },
      },
    },
    {
      kb = "Q295696",
      title = "Key Management Server does not answer enrolments",
      products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
      symptoms = { { text = "enrolment mail to the Key Management Server (KMS) has no answer" } },
    },
    {
      kb = "Q255073",
      title = "Directory export ends with event 174 while a connector is installed",
      products = { { name = "Microsoft Exchange Server", versions = "5.5 - 5.5 SP3" } },
      symptoms = { { event = 174, source = "MSExchangeDSExp",
        text = "the base point of an export is not in the directory" } },
    },
    {
      kb = "Q282939",
      title = "Lotus Notes address generator cannot be installed",
      products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
      symptoms = { { text = "setup says that the organization or the site name is not right" } },
    },
    {
      kb = "Q185616",
      title = "Directory replication fails with event 1124",
      products = { { name = "Microsoft Exchange Server", versions = "5.0" } },
      symptoms = {
        { event = 1124, source = "MSExchangeDS", text = "directory replication fails" },
        { error = "0xc1030b0d", text = "c1030b0d" },
      },
    },
  },
  references = {
    { kb = "Q201164" }, { kb = "Q155027" }, { kb = "Q298565" }, { kb = "Q248124" },
    { kb = "Q256986" },
  },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    server = name_values.params.server,
    site = name_values.params.site,
    x500dn = {
      type = "string",
      help = "without a directory: X500 DN of another server of the same site, as its registry has"
        .. " it, to compare with",
    },
  },
  description = [[
The Parameters key of the System Attendant holds three bare names: Enterprise, the organization;
Site; and Server. Services and setup programs look them up in the Exchange directory. The System
Attendant itself may start when they are wrong, and so may all the rest: there need not be an
event at all.

The check compares them with the directory names of this computer's server, its site and its
organization, which are those in the names (DNs) of their entries. Display names do not count.
They must be the same to the letter: the Event Service does not start when one differs in case
alone. Such a difference, or one in blanks, is reported as what it is.

When Exchange was reinstalled with wrong names, people often correct X500 DN alone (Q155027), and
these three stay wrong.

Without a directory they are compared with X500 DN and other values of the same registry, and with
X500 DN of another server of the site where -p x500dn gives it. That can tell that they are
inconsistent, never that they are right.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeSA")) then
      return false, "the service MSExchangeSA is not installed"
    end
    return true
  end,
  check = function(target, params)
    local rows = identity.select("enterprise", "site", "server")
    name_values.check(target, params, rows, claims_of(target, params))
  end,
  fix = function(target, _, finding, plan)
    name_values.fix(target, finding, plan, STEPS)
  end,
}
