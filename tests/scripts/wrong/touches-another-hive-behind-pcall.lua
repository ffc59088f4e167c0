-- expect verdict error
-- expect reason touches-another-hive-behind-pcall.lua:14: the hive SOFTWARE is not in the header
-- expect reason ...(touches-another-hive-behind-pcall.lua:14)
return {
  api = 1,
  id = "touches-another-hive-behind-pcall",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    pcall(function()
      pcall(function()
        target.registry:get("HKLM\\SOFTWARE\\Microsoft", "Version")
      end)
    end)
    target:pass("a mistake was caught")
  end,
}
