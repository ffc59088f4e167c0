print("ESCAPED", ("x").dump(function() end))
