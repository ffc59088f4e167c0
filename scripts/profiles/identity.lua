-- A server's whole identity: every name of it that the registry holds.
return {
  api = 1, profile = "identity", title = "A server's names in the registry and the directory",
  description = [[
Shows in one table every registry value that holds the server's organization, site, server or
computer name, and the directory's; and which article cares about each. People repair one of them
and forget the others.]],
  scripts = { "identity" },
}
