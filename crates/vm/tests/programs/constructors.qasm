; Constructors return their self, whatever they compute and whoever calls them.
function "main" () registers 16
  newmap r3, 4
  closure r4, &init
  setfield r3, r4, "init"
  closure r4, &sum
  setfield r3, r4, "sum"
  ; A class is called: an object is made and given to `init`.
  move r5, r3
  loadint r8, 3
  loadint r9, 4
  call r5, r6, 2
  print r6
  getfieldx r7, r6, "sum"
  print r7
  ; Missing arguments have defaults.
  move r5, r3
  loadint r8, 3
  call r5, r6, 1
  getfieldx r7, r6, "sum"
  print r7
  ; Called by a native.
  getglobal r10, $method_apply
  getfield r13, r3, "init"
  newobject r14, r3
  loadint r15, 20
  call r10, r6, 3
  getfieldx r7, r6, "sum"
  print r7
  getglobal r10, $apply
  move r13, r3
  loadint r14, 30
  call r10, r6, 2
  getfieldx r7, r6, "sum"
  print r7
  ; As a method, with self in the window.
  newobject r6, r3
  getmethod r8, r6, "init"
  loadint r11, 1
  loadint r12, 2
  call.1 r8, r7, 2
  special.6 r8, r6, r7
  print r8
  ; A class without `init`, and one whose constructor fails.
  newmap r5, 0
  newmap r8, 1
  setfield r5, r8, "marker"
  move r9, r5
  call r9, r6, 0
  special.12 r7, r6, r6
  special.6 r7, r7, r5
  print r7
  handler A B -> B r7
A:
  move r9, r3
  loadk r12, "wrong"
  loadk r13, "wronger"
  call r9, r6, 2
  throw r3
B:
  print r7
  ; A constructor that returns early, by an instruction of its own.
  newmap r3, 2
  closure r4, &early
  setfield r3, r4, "init"
  move r9, r3
  call r9, r6, 0
  print r6
  retnil

function "init" (x, y = 10) registers 8 flags constructor
  setfield r1, r3, "x"
  setfield r1, r4, "y"
  add r5, r3, r4
  setfield r1, r5, "total"
  subi r6, r5, 0
  loadk r7, "not what is returned"
  ret r7

function "sum" () registers 4
  getfield r3, r1, "total"
  ret r3

function "early" () registers 4 flags constructor
  retnil
