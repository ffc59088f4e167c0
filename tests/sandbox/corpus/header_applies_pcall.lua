applies = pcall
