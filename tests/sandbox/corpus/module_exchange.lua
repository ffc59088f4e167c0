require("kb.exchange").service_key = function() return "ESCAPED" end
