needs = string
