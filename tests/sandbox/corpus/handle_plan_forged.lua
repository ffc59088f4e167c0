plan.manual({}, "do it")
