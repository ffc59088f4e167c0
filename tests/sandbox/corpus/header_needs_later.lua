local header
header = { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low", needs = { registry = {} },
  check = function(target)
    header.needs.registry[1] = "SYSTEM"
    target.registry:key("HKLM\\SYSTEM") print("ESCAPED")
  end }
return header
