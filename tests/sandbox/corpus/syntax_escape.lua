local x = "\xZZ"
