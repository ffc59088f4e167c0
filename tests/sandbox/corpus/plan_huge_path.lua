plan:create_key(KEY .. ("\\k"):rep(30000), { why = "y" })
