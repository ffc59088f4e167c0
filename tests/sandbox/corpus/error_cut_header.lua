categories = { ("é"):rep(300) }
