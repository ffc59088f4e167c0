local ESC_27 = {} return ESC_27 .. print
