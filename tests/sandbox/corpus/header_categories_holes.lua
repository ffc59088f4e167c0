categories = { "a", nil, "c" }
