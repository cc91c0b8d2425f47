; Exceptions: nested handlers, through calls, through native functions, out of handlers.
function "main" () registers 14
  ; The inner handler takes it, throws another one, and the outer takes that.
  handler inner_from inner_to -> inner r3
  handler outer_from outer_to -> outer r4
outer_from:
inner_from:
  loadk r5, "first"
  throw r5
inner_to:
inner:
  print r3
  loadk r5, "second"
  throw r5
outer_to:
outer:
  print r4
  ; Through two script functions and a native one.
  closure r6, &catches
  closure r9, &middle
  call r6, r3, 1
  print r3
  ; An error of the engine, and one of a native.
  closure r6, &catches
  closure r9, &bad_call
  call r6, r3, 1
  print r3
  closure r6, &catches
  getglobal r9, $fail
  call r6, r3, 1
  print r3
  ; A native that takes what was thrown below it.
  getglobal r6, $swallow
  closure r9, &thrower
  loadk r10, "swallowed"
  call r6, r3, 2
  print r3
  ; The value of an exception survives collections on its way.
  closure r6, &catches
  closure r9, &collector
  call r6, r3, 1
  print r3
  ; As in `finally`: runs on, then raises anew.
  closure r6, &catches
  closure r9, &finally
  call r6, r3, 1
  print r3
  ; In a loop, many times.
  loadint r3, 0
  loadint r4, 0
loop:
  jngei r3, 100, again
  print r4
  ; Not caught at all.
  closure r6, &middle
  loadk r9, "uncaught"
  getglobal r10, $apply
  call r6, r3, 0
again:
  handler L1 L2 -> L2 r5
L1:
  throw r3
L2:
  add r4, r4, r5
  addi r3, r3, 1
  loop loop

function "catches" (f) registers 9
  handler A B -> B r4
A:
  move r5, r3
  call r5, r6, 0
  loadk r4, "nothing thrown"
B:
  newlist r5, r4, 1
  ret r5

function "middle" () registers 9
  getglobal r3, $apply
  closure r6, &thrower
  loadk r7, "from below"
  call r3, r4, 2
  loadk r3, "not reached"
  ret r3

function "thrower" (what = "nothing") registers 5
  throw r3

function "bad_call" () registers 7
  loadint r3, 5
  loadint r6, 1
  call r3, r3, 1
  ret r3

function "collector" () registers 7
  loadk r3, "a"
  newlist r4, r3, 1
  handler A B -> B r5
A:
  throw r4
B:
  loadtrue r6
  special.16 r6, r6, r6
  newlist r4, r5, 1
  throw r4

function "finally" () registers 8
  handler A B -> B r3
A:
  closure r4, &thrower
  call r4, r3, 0
B:
  loadk r4, "cleaning up"
  print r4
  throw r3
