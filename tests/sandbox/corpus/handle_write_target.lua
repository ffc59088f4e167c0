target.pass = function() end
