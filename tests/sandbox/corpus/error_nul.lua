error("before\0after")
