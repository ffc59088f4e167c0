local t = {} t.x_self = t t.id = "a" t.message = "m" t.because = "b" t.x_target = target t.x_f = error target:fail(t)
