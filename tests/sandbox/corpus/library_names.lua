local known = {}
for name in ("assert error ipairs next pairs pcall print rawequal rawlen require select tonumber " ..
  "tostring type string table utf8 math"):gmatch("%S+") do known[name] = true end
for name in pairs(_ENV) do assert(known[name], name) end
for name in ("_G _VERSION arg bit32 collectgarbage coroutine debug dofile getfenv getmetatable io " ..
  "load loadfile loadstring module newproxy os package rawget rawset setfenv setmetatable unpack " ..
  "warn xpcall kbm target plan registry directory"):gmatch("%S+") do assert(_ENV[name] == nil, name) end
