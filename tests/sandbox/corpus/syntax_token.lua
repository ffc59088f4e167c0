local x = 1 @ "]]"
