plan:manual("")
