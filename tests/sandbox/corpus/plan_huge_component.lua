plan:create_key(KEY .. "\\" .. ("k"):rep(60000), { why = "y" })
