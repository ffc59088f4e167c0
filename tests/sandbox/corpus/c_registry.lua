while true do target.registry:get(KEY, "SiteDN") end
