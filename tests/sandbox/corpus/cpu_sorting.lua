local keys, x = {}, 12345
for i = 1, 130000 do
  x = (x * 1103515245 + 12345) % 2147483648
  keys[-x - 0.5] = true
end
while true do pcall(pairs, keys) end
