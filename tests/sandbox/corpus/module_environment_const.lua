local _ENV <const> = "x" return a.b.c
