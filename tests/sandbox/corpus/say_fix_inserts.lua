table.insert(finding, "ESCAPED")
