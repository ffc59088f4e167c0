local header
header = { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  check = function(target)
    header.id = "ESCAPED" header.needs = { registry = { "SAM" } } header.fix = nil header.check = error
    target:pass("sound")
  end }
return header
