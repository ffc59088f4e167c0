finding.expected = "ESCAPED"
