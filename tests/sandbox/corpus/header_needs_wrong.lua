needs = { directory = "ldap://evil.example" }
