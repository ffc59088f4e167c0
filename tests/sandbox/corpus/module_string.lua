string.upper = function() return "ESCAPED" end
