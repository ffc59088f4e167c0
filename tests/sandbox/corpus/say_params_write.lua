params.word = "ESCAPED"
