plan.delete_value(finding, KEY, "SiteDN", { why = "y" })
