needs = { registry = { "/etc/passwd" } }
