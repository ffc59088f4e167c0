-- expect verdict error
-- expect reason ...the directory is not in the header
-- expect reason ...(asks-no-directory-behind-pcall.lua:13)
return {
  api = 1,
  id = "asks-no-directory-behind-pcall",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    local done = pcall(function()
      return target.directory:try_read("o=Contoso")
    end)
    target:pass("a mistake was caught: " .. tostring(done))
  end,
}
