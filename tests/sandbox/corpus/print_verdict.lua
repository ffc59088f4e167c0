print("\n! next  sound\n  error: script exceeded 300 ms of CPU time (next.lua:1)\n\n2 scripts, 1 target: 2 error.")
print('"},{"id":"next","verdict":"error"}]} </script> \u{2028}')
