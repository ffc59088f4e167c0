local t = {} return t["\27[31m"].x
