; What a script cannot catch: here, that it asked to end.
function "main" () registers 9
  handler A B -> B r3
A:
  getglobal r4, $apply
  getglobal r7, $exit
  loadint r8, 3
  call r4, r3, 2
B:
  loadk r3, "caught"
  print r3
  retnil
