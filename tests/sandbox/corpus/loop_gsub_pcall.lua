("xx"):gsub("x", function() pcall(("y").gsub, "y", "y", function() while true do end end) end)
