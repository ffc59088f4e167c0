check = pcall
