-- expect verdict none
-- expect stderr ...CPU
while true do end
