print("ESCAPED", string.dump(function() end))
