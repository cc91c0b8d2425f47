; The limit of depth: an error that can be caught, with a trace that leaves out the middle; calls work after it.
function "main" () registers 10
  closure r3, &down
  setglobal r3, $down
  handler A B -> B r4
A:
  getglobal r5, $down
  loadint r8, 0
  call r5, r6, 1
  throw r3
B:
  print r4
  getglobal r6, $deepest
  print r6
  ; Through natives, which take native stack as well.
  closure r3, &down_native
  setglobal r3, $down
  handler C D -> D r4
C:
  getglobal r5, $down
  loadint r8, 0
  call r5, r6, 1
  throw r3
D:
  special.21 r4, r4, r4
  print r4
  ; How deep that is depends on the build; some nesting there must be.
  getglobal r6, $deepest
  loadint r5, 10
  le r6, r5, r6
  print r6
  ; Through generators.
  closure r3, &down_generator
  setglobal r3, $down
  handler E F -> F r4
E:
  getglobal r5, $down
  loadint r8, 0
  call r5, r6, 1
  loadnil r5
  resume r6, r6, r5
  throw r3
F:
  print r4
  getglobal r6, $deepest
  print r6
  ; And through a getter.
  newmap r3, 1
  closure r4, &down_getter
  special.3 r4, r4, r4
  setfield r3, r4, "down"
  getfield r3, r3, "down"
  retnil

function "down" (n) registers 9
  setglobal r3, $deepest
  getglobal r4, $down
  addi r7, r3, 1
  call r4, r5, 1
  ret r5

function "down_native" (n) registers 9
  setglobal r3, $deepest
  getglobal r4, $apply
  getglobal r7, $down
  addi r8, r3, 1
  call r4, r5, 2
  ret r5

function "down_generator" (n) registers 9 flags generator
  setglobal r3, $deepest
  getglobal r4, $down
  addi r7, r3, 1
  call r4, r5, 1
  loadnil r6
  resume r5, r5, r6
  yield r6, r5
  retnil

function "down_getter" () registers 4
  getfield r3, r1, "down"
  ret r3
