error("script exceeded 300 ms of CPU time (in find)", 0)
