local dn = require "dn" assert(dn.compare("o=a", "o=A").verdict == "equivalent") assert(not pcall(dn.parse))
