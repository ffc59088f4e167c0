-- expect verdict error
-- expect reason ...syntax-error.lua:5
return {
  api = 1,
  id = = "syntax-error",
}
