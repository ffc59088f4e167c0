-- expect verdict error
-- expect reason names-no-cause-behind-pcall.lua:12: target:fail: because is missing
return {
  api = 1,
  id = "names-no-cause-behind-pcall",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    pcall(function()
      target:fail{ id = "site", message = "SiteDN is wrong" }
    end)
    target:pass("a mistake was caught")
  end,
}
