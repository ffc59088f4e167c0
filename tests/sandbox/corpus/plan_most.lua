for i = 1, 1000 do plan:manual("step " .. i) end
