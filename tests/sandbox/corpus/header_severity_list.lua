severity = { "high", "low" }
