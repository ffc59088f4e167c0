assert(false, { target })
