assert(nil, string)
