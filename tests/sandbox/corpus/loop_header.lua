title = (function() while true do end end)()
