error(finding)
