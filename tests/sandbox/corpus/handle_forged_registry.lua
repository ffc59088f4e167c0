target.registry.get({ get = target.registry.get }, KEY, "SiteDN") print("ESCAPED")
