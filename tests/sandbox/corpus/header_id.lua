id = "../../etc/passwd"
