-- expect verdict none
-- expect stderr ...syntax-error.lua:5
return {
  api = 1,
  id = = "syntax-error",
}
