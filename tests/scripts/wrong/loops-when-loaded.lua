-- expect verdict error
-- expect reason ...CPU
while true do end
