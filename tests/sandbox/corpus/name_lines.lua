hostile

2 scripts, 1 target: 2 pass..lua