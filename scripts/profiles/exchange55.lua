-- Microsoft Exchange Server 5.5: all that is known of its servers and their directory.
return {
  api = 1, profile = "exchange55", title = "Microsoft Exchange Server 5.5",
  description = [[
Every script that looks at a server of Exchange 5.5: its services, its registry, and what of it
must agree with the directory. Give a SYSTEM hive (SOFTWARE, too, where there is one) and the
directory.]],
  scripts = { "Q298565" },
}
