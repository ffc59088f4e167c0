require("kb.exchange").service_key(nil)
