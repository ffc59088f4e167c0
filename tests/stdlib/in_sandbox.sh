#!/bin/sh
# Runs a test file of the Lua library where the library really runs: as a script inside kbmend, with
# the real primitives and nothing else.
#   in_sandbox.sh KBMEND FILE
set -eu
kbmend=$1
file=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-sandbox.XXXXXX")
trap 'rm -rf "$work"' EXIT

{
	echo 'local tests = (function()'
	cat "$file"
	cat <<'END'
end)()
return {
  api = 1, id = "in-sandbox", version = "1.0.0", title = "Library tests", severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    for i, test in ipairs(tests) do
      local ok, message = pcall(test[2])
      if not ok then
        target:fail{ id = "test-" .. i, message = test[1] .. ": " .. tostring(message),
          because = "the library's tests say so" }
      end
    end
    target:pass(#tests .. " tests passed")
  end,
}
END
} >"$work/in-sandbox.lua"
"$kbmend" run "$work/in-sandbox.lua" -t "$here/../../examples/exch1/SYSTEM.reg"
