target.registry:key("HKLM\\SYSTEMX\\Select")
