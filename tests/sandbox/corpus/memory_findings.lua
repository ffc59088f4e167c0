local long = ("x"):rep(16000)
for i = 1, math.huge do
  target:fail{ id = "i" .. i, message = long, because = long, found = long, expected = long, x_i = i }
end
