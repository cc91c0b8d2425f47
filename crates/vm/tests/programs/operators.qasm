; Operators as methods: of arithmetic, comparisons, truth; with results that are truths of objects again.
function "main" () registers 16
  newmap r3, 12
  setglobal r3, $Num
  closure r4, &add
  setfield r3, r4, "__add__"
  closure r4, &iadd
  setfield r3, r4, "__iadd__"
  closure r4, &eq
  setfield r3, r4, "__eq__"
  closure r4, &lt
  setfield r3, r4, "__lt__"
  closure r4, &bool
  setfield r3, r4, "__bool__"
  closure r4, &neg
  setfield r3, r4, "__neg__"
  closure r4, &make
  setglobal r4, $make
  getglobal r8, $make
  loadint r11, 5
  call r8, r4, 1
  getglobal r8, $make
  loadint r11, 7
  call r8, r5, 1
  getglobal r8, $make
  loadint r11, 0
  call r8, r6, 1
  ; Arithmetic.
  add r7, r4, r5
  print r7
  addi r7, r4, 3
  print r7
  neg r7, r4
  print r7
  ; In place: by __iadd__ where it says something, else by __add__.
  special.1 r7, r4, r5
  print r7
  loadint r8, 1
  special.1 r7, r4, r8
  print r7
  loadk r9, "a"
  special.1 r7, r9, r9
  print r7
  ; Comparisons to values and to jumps.
  eq r7, r4, r5
  print r7
  eq.1 r7, r4, r4
  print r7
  ne r7, r4, r5
  print r7
  ne.1 r7, r4, r4
  print r7
  lt r7, r4, r5
  print r7
  lt.1 r7, r5, r4
  print r7
  le r7, r4, r4
  print r7
  le r7, r5, r4
  print r7
  jeq r4, r4, A
  throw r4
A:
  jne r4, r4, bad
  jlt r4, r5, B
bad:
  throw r4
B:
  jnlt r5, r4, C
  throw r4
C:
  jle r4, r4, D
  throw r4
D:
  jnle r5, r4, E
  throw r4
E:
  jeqi r4, 5, F
  throw r4
F:
  jlti r4, 6, G
  throw r4
G:
  ; Truth.
  jtrue r6, bad
  jfalse r4, bad
  jtrue r4, H
  throw r4
H:
  jfalse r6, I
  throw r4
I:
  not r7, r4
  print r7
  not.1 r7, r6
  print r7
  ; A comparison whose answer is an object: its truth is asked for in turn.
  closure r7, &eq_by_object
  setfield r3, r7, "__eq__"
  eq r7, r4, r5
  print r7
  jeq r4, r6, bad
  jeq r4, r5, J
  throw r4
J:
  ; One that fails, in the middle of a jump.
  closure r7, &fails
  setfield r3, r7, "__lt__"
  handler K L -> L r7
K:
  jlt r4, r5, bad
  throw r4
L:
  print r7
  ; A native as truth; and a truth that never comes to an end.
  getglobal r7, $yes
  setfield r3, r7, "__bool__"
  jtrue r6, M
  throw r4
M:
  getglobal r7, $self
  setfield r3, r7, "__bool__"
  handler N O -> O r7
N:
  jtrue r6, bad
  throw r4
O:
  print r7
  ; The same by script code.
  closure r7, &itself
  setfield r3, r7, "__bool__"
  closure r8, &endless
  move r11, r6
  call r8, r7, 1
  retnil

function "make" (n) registers 5
  getglobal r4, $Num
  newobject r4, r4
  setfield r4, r3, "n"
  ret r4

; The number in an object, or a number.
function "number" (x) registers 5
  special.21 r4, r3, r3
  jeqk r4, "Map", object
  ret r3
object:
  getfield r4, r3, "n"
  ret r4

function "add" (other) registers 10
  closure r5, &number
  move r8, r3
  call r5, r4, 1
  getfield r5, r1, "n"
  add r8, r4, r5
  getglobal r5, $make
  call r5, r4, 1
  ret r4

; Only with another object.
function "iadd" (other) registers 6
  special.21 r4, r3, r3
  jeqk r4, "Map", object
  retnil
object:
  getfield r4, r1, "n"
  getfield r5, r3, "n"
  add r4, r4, r5
  setfield r1, r4, "n"
  loadk r5, "in place"
  print r5
  getfield r5, r3, "n"
  sub r4, r4, r5
  setfield r1, r4, "n"
  ret r1

function "eq" (other) registers 9
  closure r5, &number
  move r8, r3
  call r5, r4, 1
  getfield r5, r1, "n"
  eq r4, r4, r5
  ret r4

function "lt" (other) registers 9
  closure r5, &number
  move r8, r3
  call r5, r4, 1
  getfield r5, r1, "n"
  lt r4, r5, r4
  ret r4

function "bool" () registers 4
  getfield r3, r1, "n"
  jeqi r3, 0, no
  loadtrue r3
  ret r3
no:
  loadfalse r3
  ret r3

function "neg" () registers 9
  getfield r3, r1, "n"
  neg r7, r3
  getglobal r4, $make
  call r4, r3, 1
  ret r3

; Equal to whatever is true.
function "eq_by_object" (other) registers 4
  ret r3

function "fails" (other) registers 4
  loadk r3, "cannot compare"
  throw r3

function "itself" () registers 4
  ret r1

function "endless" (x) registers 5
  jtrue r3, bad
bad:
  retnil
