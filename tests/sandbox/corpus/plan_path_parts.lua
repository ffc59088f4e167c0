plan:create_key(KEY .. "\\\\..\\..\\..\\SAM\\.", { why = "y" })
