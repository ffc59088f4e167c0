table.insert(require("kb.exchange"), 1)
