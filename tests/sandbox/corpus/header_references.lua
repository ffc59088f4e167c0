references = { { url = "javascript:alert(1)" } }
