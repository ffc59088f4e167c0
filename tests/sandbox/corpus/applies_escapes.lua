return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low", check = error,
  applies = function() return false, "\27[31m\u{9b}\u{202e}\n\n✓ next\r" end }
