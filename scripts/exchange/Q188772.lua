-- Q188772: messages are not journaled, because the registry value Journal Recipient Name names no
-- recipient of the directory; an informational event is all that says so.

local dn_lists = require "kb.dn_lists"
local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local numbers = require "kb.numbers"
local services = require "kb.services"

local MTA = exchange.service_key("MSExchangeMTA", "Parameters")
local NAME = "Journal Recipient Name"
local SCOPE = "Per-Site Journal Required"
local SCOPES = { [0] = "organization", "site", "server" }

-- What must be so beside the recipient, or some messages pass the journal by (Q239427). Those with
-- a flow change the way that mail takes, which the operator must ask for.
local COMPANIONS = {
  { service = "MSExchangeIMC", below = "Parameters", name = "RerouteViaStore", right = 1,
    message = "mail of the Internet Mail Service is not journaled: RerouteViaStore is not 1",
    flow = "mail of the Internet Mail Service then goes through the information store",
    risk = "low" },
  { service = "MSExchangeIS", below = "ParametersSystem", name = "No Local Delivery", right = 1,
    message = "mail between mailboxes of this server is not journaled: No Local Delivery is not 1",
    flow = "mail between mailboxes of this server then goes through the MTA, whose size limits hold"
      .. " for it, too (Q199325)",
    risk = "medium" },
  { service = "MSExchangeMTA", below = "Parameters", name = "Do not generate Bilateral Info",
    wrong = 1, risk = "low",
    message = "messages lack what journaling needs: Do not generate Bilateral Info is 1" },
}

local NO_RECIPIENTS = {
  container = true, organization = true, organizationalunit = true, computer = true, mta = true,
  dsa = true, ["mhs-message-store"] = true,
}

-- A finding when the object is none that takes mail.
local function no_recipient(target, item)
  local entry = dn_lists.look_up(target, item).entry
  for _, class in ipairs(entry and entry:values("objectClass") or {}) do
    if NO_RECIPIENTS[class:lower()] then
      return {
        id = "no-recipient",
        message = NAME .. " names an object that is no recipient",
        found = item.text,
        because = entry.dn .. " is of the class " .. class,
      }
    end
  end
end

-- A DN read below what stands above the organization.
local function read(target, text)
  local site = exchange.sites(target)[1]
  return dn_lists.read(text, site and site:prefix(#site - 2))
end

-- The recipient that the operator names, as the value should write it.
local function chosen(target, params)
  if not params.recipient then
    return nil
  end
  local item = dn_lists.read(params.recipient)
  item = item.defects[1] ~= "ldap-form" and read(target, params.recipient) or item
  local found = item.name and dn_lists.look_up(target, item) or {}
  local wrong = found.entry and no_recipient(target, item)
  if not found.entry or wrong then
    target:unknown("-p recipient=" .. params.recipient .. ": "
      .. (wrong and wrong.because .. ", which is no recipient"
        or item.problem or "there is no " .. item.name:ldap()))
  end
  return found.right
end

-- Reports what is wrong with the value; returns whether nothing is, and what is to be told.
local function check_recipient(target, value, right)
  local text, finding = held_text.look_at(NAME, MTA, value)
  local findings, cased = { finding }, {}
  if text and not finding then
    local item = read(target, text)
    findings, cased = dn_lists.check(target, { item }, { label = NAME, key = MTA, value = NAME })
    findings[1] = findings[1] or no_recipient(target, item)
  end
  for _, one in ipairs(findings) do
    one.where = { key = MTA, value = NAME }
    one.found = one.found or text and held_text.shown(text)
    one.expected = right or one.expected
    one.x_right = right or one.id ~= "type" and one.expected or nil
    one.x_type = held_text.right_type(value, one.x_right)
    target:fail(one)
  end
  return #findings == 0, (text or "")
    .. (cased[1] and " (in another case than the directory's, which does not count)" or "")
end

local function check_scope(target)
  local scope = numbers.read(target, MTA, SCOPE)
  local finding = numbers.wrong(scope)
  if not finding and scope.value and not SCOPES[scope.value] then
    finding = { id = "scope", message = SCOPE .. " is none of 0, 1 and 2", found = scope.value,
      expected = "0 (organization), 1 (site) or 2 (server)", because = MTA .. " has it so",
      where = { key = MTA, value = SCOPE } }
  end
  if finding then
    target:fail(finding)
  end
  return finding == nil, scope.value and " for the whole " .. (SCOPES[scope.value] or "?") or ""
end

local function check_companions(target)
  local all = true
  for _, one in ipairs(COMPANIONS) do
    local key = exchange.service_key(one.service, one.below)
    if target.registry:key(exchange.service_key(one.service)) then
      local number = numbers.read(target, key, one.name)
      local is_wrong = one.right and number.value ~= one.right
      if number.present and not number.value or is_wrong or one.wrong and number.value == one.wrong
      then
        all = false
        target:fail{
          id = "companion-" .. one.service, where = { key = key, value = one.name },
          message = one.message,
          found = number.present and (number.value or number.type) or nil,
          expected = one.right or "absent", x_companion = one,
          because = number.present and key .. " has it so" or key .. " has no such value",
        }
      end
    end
  end
  return all
end

local function check(target, params)
  local value = target.registry:get(MTA, NAME)
  if not value then
    return target:pass(NAME .. " is absent: messages are not to be journaled")
  end
  local right = not params.off and chosen(target, params) or nil
  local good, told = check_recipient(target, value, right)
  -- Without a recipient its companions only make mail go a longer way.
  if not good and not right then
    return
  end
  local scope_good, scope = check_scope(target)
  if check_companions(target) and scope_good and good then
    target:pass("messages" .. scope .. " are journaled to " .. told .. ", which exists; the"
      .. " limits of the MTA on sizes hold for local mail, too (Q199325)")
  end
end

local function fix_recipient(target, params, finding, plan)
  if params.off then
    local why = { why = "messages are not to be journaled" }
    plan:delete_value(MTA, NAME, why)
    plan:delete_value(MTA, SCOPE, why)
  elseif finding.x_right then
    plan:set_value(MTA, NAME, finding.x_type, finding.x_right, {
      why = "the MTA looks this name up, and journals nothing when there is no such recipient",
    })
  else
    plan:manual("choose who shall get the journal and run again with -p recipient=DN, or with"
      .. " -p off=true, which plans to end the journal", {
      why = "only the operator can say who that is",
    })
    return
  end
  services.warn_of_cluster(target, plan)
  plan:manual("restart the Microsoft Exchange Message Transfer Agent service", {
    why = "it reads " .. NAME .. " when it starts",
  })
end

local function fix(target, params, finding, plan)
  local one = finding.x_companion
  if not one and finding.where.value == NAME then
    fix_recipient(target, params, finding, plan)
    return
  elseif not one then
    plan:manual("set " .. SCOPE .. " as a REG_DWORD: 0 journals the organization's mail, 1 the"
      .. " site's, 2 this server's; the same on every server", {
      why = "which of them is meant only the operator can say",
    })
    return
  end
  if one.flow and not params.companions then
    plan:manual("decide whether " .. one.name .. " may be set to " .. one.right .. "; with -p"
      .. " companions=true that is planned", { why = one.flow })
    return
  elseif one.right then
    plan:set_value(finding.where.key, one.name, "REG_DWORD", one.right, {
      why = "else some messages pass the journal by", risk = one.risk,
    })
  else
    plan:delete_value(finding.where.key, one.name, {
      why = "else messages lack what journaling needs", risk = one.risk,
    })
  end
  services.warn_of_cluster(target, plan)
  if one.risk == "medium" then
    plan:manual("before No Local Delivery is set, see which limits on message sizes the MTA has", {
      why = "they then hold for mail within the server, too (Q199325)",
    })
  end
  plan:manual("restart the service " .. one.service, { why = "it reads its values when it starts" })
end

return {
  api = 1,
  id = "Q188772",
  version = "1.0.0",
  title = "A wrong journal recipient ends journaling, and only an informational event tells",
  severity = "medium",
  categories = { "exchange", "mta", "journaling" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5 SP1 and later" } },
  symptoms = {
    { event = 231, source = "MSExchangeMTA",
      text = "the journal recipient is not found; messages are not journaled" },
  },
  aliases = {
    { kb = "Q239427", title = "How message journaling is set up",
      symptoms = { { text = "some messages do not reach the journal mailbox" } } },
    { kb = "Q199325", title = "Size limits of the MTA hold for local mail",
      symptoms = { { text = "a large message to a mailbox of the same server is returned as too"
        .. " large" } } },
  },
  references = { { kb = "Q188772" }, { kb = "Q239427" }, { kb = "Q199325" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    recipient = {
      type = "string",
      help = "DN of the recipient that shall get the journal, /o=ORG/ou=SITE/cn=... or in the LDAP"
        .. " form",
    },
    off = {
      type = "boolean",
      help = "true: where the recipient is wrong, the plan ends the journal",
    },
    companions = {
      type = "boolean",
      help = "true: the plan also sets RerouteViaStore and No Local Delivery, which change the way"
        .. " that mail takes",
    },
  },
  description = [[
Journaling sends a copy of each message to the recipient whose name (DN) the value Journal Recipient
Name of the message transfer agent (MTA) holds. When the directory has no such recipient, because it
was deleted or misspelt, nothing is journaled any more. The MTA logs event 231, as information.

The check looks the name up in the whole directory: the recipient may be of another site. Case does
not count. Who shall be the recipient is the operator's to say (-p recipient=DN); a name that is
only written in a wrong form is planned as the directory spells it. -p off=true ends the journal.

With a good recipient the values are checked that bring all messages to the journal (Q239427): those
of the Internet Mail Service go through the store (RerouteViaStore), local ones through the MTA
(No Local Delivery; its size limits then hold for them, too), and Do not generate Bilateral Info is
not set. The first two change the way that mail takes: they are set only with -p companions=true.
Per-Site Journal Required must be 0, 1 or 2, and the same on every server.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeMTA", "Parameters")) then
      return false, "the service MSExchangeMTA has no Parameters key: the MTA is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
