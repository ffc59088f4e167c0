chek = print
