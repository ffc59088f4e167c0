while true do target.registry:key("HKLM\\SYSTEM\\CurrentControlSet\\Services"):names() end
