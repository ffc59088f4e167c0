for line in io.lines("SYSTEM") do print("ESCAPED", line) end
