check = error
