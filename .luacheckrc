-- Names that a file may use. Scripts and the Lua library live in the sandbox: what is not listed
-- here does not exist there, so that a script using `os` already fails this check.
std = "lua54"
exclude_files = { "build", "tests/scripts/wrong", "tests/sandbox/corpus", "tests/sandbox/shared_hostile" }
max_line_length = 100

stds.sandbox = {
  read_globals = {
    "assert", "error", "ipairs", "next", "pairs", "pcall", "print", "rawequal", "rawlen",
    "require", "select", "tonumber", "tostring", "type",
    string = { fields = { "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower",
      "match", "rep", "reverse", "sub", "upper" } },
    table = { fields = { "concat", "insert", "pack", "remove", "sort", "unpack" } },
    utf8 = { fields = { "char", "charpattern", "codepoint", "codes", "len", "offset" } },
    math = { fields = { "abs", "ceil", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
      "min", "mininteger", "modf", "pi", "sqrt", "tointeger", "type", "ult" } },
  },
}

files["scripts"] = { std = "sandbox" }
files["stdlib/kb"] = { std = "sandbox" }
files["examples"] = { std = "sandbox" }
-- Stubs for editors and manuals: every parameter is unused.
files["stdlib/meta"] = { std = "sandbox", unused = false, max_comment_line_length = 110 }
