needs = { registry = { "SYSTEM\0" } }
