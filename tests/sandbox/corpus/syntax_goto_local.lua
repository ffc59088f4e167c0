goto x local a = 1 ::x:: print(a)
