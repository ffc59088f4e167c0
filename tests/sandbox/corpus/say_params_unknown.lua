return params.nothing
