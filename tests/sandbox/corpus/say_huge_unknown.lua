target:unknown(("\xff"):rep(1e7))
