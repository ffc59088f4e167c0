error({ code = 1, __tostring = function() while true do end end })
