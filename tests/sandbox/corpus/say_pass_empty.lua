target:pass("")
