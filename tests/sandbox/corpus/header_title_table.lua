title = {}
