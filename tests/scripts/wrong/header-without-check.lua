-- expect verdict error
-- expect reason ...check
return {
  api = 1,
  id = "header-without-check",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
}
