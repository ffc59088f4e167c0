# Writes the manifest of stock files: {path, SHA-256} of each, for command/stock.c.
# usage: cmake -DSOURCE=FOLDER -DLIST=FILE -DOUTPUT=FILE -P stock.cmake
# LIST holds paths below SOURCE, one a line.
file(STRINGS ${LIST} paths)
set(rows "")
foreach(path IN LISTS paths)
  file(SHA256 ${SOURCE}/${path} hash)
  string(APPEND rows "{\"${path}\", \"${hash}\"},\n")
endforeach()
file(WRITE ${OUTPUT} "/* Made of scripts/ and stdlib/ by command/stock.cmake. */\n${rows}")
