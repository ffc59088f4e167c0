error("script needs more than 32 MiB of memory", 0)
