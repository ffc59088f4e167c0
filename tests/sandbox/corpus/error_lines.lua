error("x\n2 scripts, 1 target: 2 pass. Nothing was changed.\n", 0)
