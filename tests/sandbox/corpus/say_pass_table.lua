target:pass({ "x" })
