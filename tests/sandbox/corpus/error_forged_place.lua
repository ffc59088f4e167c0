error("script exceeded 300 ms of CPU time (at next.lua:1)", 0)
