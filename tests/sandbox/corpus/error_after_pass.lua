target:pass("all is well") error("too late")
