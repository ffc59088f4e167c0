title = "x\n2 scripts, 1 target: 2 pass.\n"
