-- Microsoft Exchange Server 5.5: all that is known of its servers and their directory.
return {
  api = 1, profile = "exchange55", title = "Microsoft Exchange Server 5.5",
  description = [[
Every script that looks at a server of Exchange 5.5: its services, its registry, and what of it
must agree with the directory. Give a SYSTEM hive (SOFTWARE, too, where there is one) and the
directory.]],
  scripts = {
    "Q155027", "Q163243", "Q180417", "Q186581", "Q188772", "Q197378", "Q200259", "Q201164",
    "Q230042", "Q235418", "Q236582", "Q248124", "Q251107", "Q252869", "Q260060", "Q260230",
    "Q263548", "Q271568", "Q281493", "Q298565", "Q306308", "Q318746", "Q324026",
  },
}
