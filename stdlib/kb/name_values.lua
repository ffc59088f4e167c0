-- kb.name_values: the check and the fix of articles on registry values that must name the
-- organization, the site or the server as the directory does.

local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local identity = require "kb.identity"
local name_claims = require "kb.name_claims"
local services = require "kb.services"

local name_values = {}

--- What find_server is told, for a header's params.
---@type table<string, kbm.Parameter>
name_values.params = exchange.server_params

--- Reads rows; the run ends as unknown when one cannot be read.
---@param target kbm.Target
---@param rows kb.IdentityRow[]
---@return kb.Reading[]
function name_values.read(target, rows)
  local readings = {}
  for i, row in ipairs(rows) do
    readings[i] = identity.read(target, row)
    if readings[i].unknown then
      target:unknown(row.label .. " cannot be told: " .. readings[i].unknown)
    end
  end
  return readings
end

local function where(row)
  return { key = row.key, value = row.value }
end

-- A finding of a value's own, or of its text.
local function complete(finding, reading, right)
  local text = reading.texts[1]
  finding.where = where(reading.row)
  finding.found = finding.found or text and held_text.shown(text)
  finding.expected = finding.expected or right
  finding.x_row = reading.row.id
  finding.x_right = right
  finding.x_type = held_text.right_type(reading.value, right)
  return finding
end

--- Compares what rows hold with the directory. The run ends as unknown when that cannot be told.
---@param target kbm.Target
---@param server kb.Server
---@param readings kb.Reading[] of rows that hold one name or DN
---@return kbm.Finding[] findings complete, for name_values.report
---@return string[] agreed what agrees, for name_values.pass
---@return string[] notes in spite of what
function name_values.examine(target, server, readings)
  local findings, agreed, notes = {}, {}, {}
  for _, reading in ipairs(readings) do
    local row, text, own = reading.row, reading.texts[1], reading.finding
    -- Compared in any case: the right text comes with it.
    local comparison = identity.compare(target, row, text or "", server)
    if comparison.unknown then
      target:unknown(comparison.unknown)
    end
    if own then
      own.id = row.id .. "-" .. own.id
      findings[#findings + 1] = complete(own, reading, comparison.right)
    end
    for _, finding in ipairs(text and comparison.findings or {}) do
      findings[#findings + 1] = complete(finding, reading, comparison.right)
    end
    if text and not own and #comparison.findings == 0 then
      agreed[#agreed + 1] = row.label .. " is " .. held_text.shown(text)
      notes[#notes + 1] = comparison.note
      notes[#notes + 1] = reading.note
    elseif not text and not own then
      notes[#notes + 1] = row.label .. " is absent"
    end
  end
  return findings, agreed, notes
end

--- Reports findings. Those with a change know which of them is the first and the last, and what all
--- are about: manual steps stand before all changes, or behind them.
---@param target kbm.Target
---@param findings kbm.Finding[]
function name_values.report(target, findings)
  local first, last, about = nil, nil, {}
  for _, finding in ipairs(findings) do
    if finding.x_right then
      first, last = first or finding, finding
      about[#about + 1] = finding.x_row
      about[#about + 1] = finding.id
    end
  end
  for _, finding in ipairs(findings) do
    finding.x_first = finding == first or nil
    finding.x_last = finding == last or nil
    finding.x_about = " " .. table.concat(about, " ") .. " "
    target:fail(finding)
  end
end

--- Says that all agrees.
---@param target kbm.Target
---@param server kb.Server
---@param agreed string[] of name_values.examine
---@param notes string[]
function name_values.pass(target, server, agreed, notes)
  local reason = table.concat(agreed, ", ") .. ", as the directory has it; " .. server.because
  target:pass(reason .. (#notes > 0 and "; " .. table.concat(notes, "; ") or ""))
end

--- Reports what is wrong with values as such, when no directory answers. Nothing is to be planned.
---@param target kbm.Target
---@param readings kb.Reading[]
---@return boolean reported
function name_values.report_offline(target, readings)
  local reported = false
  for _, reading in ipairs(readings) do
    local finding = reading.finding
    if finding then
      reported = true
      finding.id = reading.row.id .. "-" .. finding.id
      finding.x_offline = true
      target:fail(complete(finding, reading))
    end
  end
  return reported
end

--- Compares what rows hold with what other values claim, when no directory answers. Nothing is to
--- be planned; when nothing is wrong the run ends as unknown.
---@param target kbm.Target
---@param readings kb.Reading[]
---@param reason string why no directory answers
---@param more kb.NameClaim[]? claims from elsewhere
function name_values.compare_offline(target, readings, reason, more)
  local claims = name_claims.all(target)
  for _, claim in ipairs(more or {}) do
    claims[#claims + 1] = claim
  end
  local failed = name_values.report_offline(target, readings)
  local others = 0
  for _, reading in ipairs(readings) do
    for _, claim in ipairs(name_claims.of(reading.row, reading.texts[1] or "")) do
      local against, with = name_claims.against(claim, claims)
      others = others + #with
      if #against > 0 then
        failed = true
        target:fail(complete({
          id = reading.row.id .. "-inconsistent-" .. claim.means,
          message = reading.row.label .. " names another " .. claim.means
            .. " than some other values",
          because = name_claims.text(against) .. (#with > 0 and "; but " .. name_claims.text(with)
            or "") .. "; which of them is right only the directory tells: " .. reason,
          x_offline = true,
        }, reading))
      end
    end
  end
  if not failed then
    target:unknown((others > 0 and "the registry's values agree with each other; whether they are"
      .. " right only the directory tells: " or "only the directory tells what is right: ")
      .. reason)
  end
end

--- The check of an article: rows against the directory; without one, against the registry's other
--- values.
---@param target kbm.Target
---@param params kb.ServerOptions
---@param rows kb.IdentityRow[]
---@param claims kb.NameClaim[]? of others, known without a directory
function name_values.check(target, params, rows, claims)
  local readings = name_values.read(target, rows)
  local answers, reason = exchange.directory_answers(target)
  if not answers then
    name_values.compare_offline(target, readings, reason, claims)
    return
  end
  local server, problem = exchange.find_server(target, params)
  if not server then
    target:unknown(problem)
  end
  local findings, agreed, notes = name_values.examine(target, server, readings)
  name_values.report(target, findings)
  if #findings == 0 then
    name_values.pass(target, server, agreed, notes)
  end
end

---@class kb.Step
---@field [1] string what to do
---@field why string?
---@field step string? of the article
---@field of string[]? only with a change for one of these: ids of rows or of findings

---@class kb.NameFix
---@field why string of the changes
---@field step string? of the article
---@field before kb.Step[]? manual steps
---@field after kb.Step[]?

local function is_due(step, finding)
  for _, id in ipairs(step.of or {}) do
    if finding.x_about:find(" " .. id .. " ", 1, true) then
      return true
    end
  end
  return not step.of
end

local function add_steps(plan, finding, steps)
  for _, step in ipairs(steps or {}) do
    if is_due(step, finding) then
      plan:manual(step[1], { why = step.why, step = step.step })
    end
  end
end

--- The fix of a finding that name_values.check reported.
---@param target kbm.Target
---@param finding kbm.Finding
---@param plan kbm.Plan
---@param options kb.NameFix
function name_values.fix(target, finding, plan, options)
  if finding.x_offline then
    plan:manual("run again with the directory: an LDIF export with -t, or a server with -H", {
      why = "the registry alone does not tell which of its values is right",
    })
    return
  end
  if not finding.x_right then
    return
  end
  if finding.x_first then
    add_steps(plan, finding, options.before)
  end
  local key, value = finding.where.key, finding.where.value
  if not target.registry:key(key) then
    plan:create_key(key, { why = value .. " belongs there", step = options.step })
  end
  plan:set_value(key, value, finding.x_type, finding.x_right, {
    why = options.why, step = options.step,
  })
  if finding.x_last then
    services.warn_of_cluster(target, plan)
    add_steps(plan, finding, options.after)
  end
end

return name_values
