needs = print
