error("%s%n%s%99999999d%p")
