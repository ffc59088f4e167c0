return (("a"):rep(5000)):gsub("a.-a.-a.-b", "")
