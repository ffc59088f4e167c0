for i = 1, math.huge do pcall(require, "kb.exchang" .. i) end
