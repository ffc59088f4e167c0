symptoms = { { event = 1 << 40 } }
