applies = type
