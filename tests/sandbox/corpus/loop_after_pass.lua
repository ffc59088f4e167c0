target:pass("all is well") while true do end
