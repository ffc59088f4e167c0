target.registry.get = function() return { data = "x" } end
