error("next.lua:3: sound scripts fail", 0)
