-- the message must name
-- the third line
while true do end
