local x <escape> = 1
