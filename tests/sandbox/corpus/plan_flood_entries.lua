for i = 1, math.huge do plan:modify_entry("o=Contoso", "description" .. i, { "x" }, { why = "y" }) end
