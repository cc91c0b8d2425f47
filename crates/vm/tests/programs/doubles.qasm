; Doubles, and integers beside them.
function "main" () registers 12
  loadk r3, =2.5
  loadint r4, 2
  add r5, r3, r4
  print r5
  sub r5, r4, r3
  print r5
  mul r5, r3, r3
  print r5
  div r5, r3, r4
  print r5
  mod r5, r3, r4
  print r5
  pow r5, r3, r4
  print r5
  idiv r5, r3, r4
  print r5
  addi r5, r3, -1
  print r5
  subi r5, r3, 3
  print r5
  addk r5, r3, =0.25
  print r5
  mulk r5, r4, =0.5
  print r5
  neg r5, r3
  print r5
  ; Integers divide to doubles, or to integers where they divide evenly.
  loadint r5, 7
  div r6, r5, r4
  print r6
  loadint r5, 8
  div r6, r5, r4
  print r6
  loadint r7, 0
  div r6, r5, r7
  print r6
  div r6, r7, r7
  print r6
  ; Not a number is not equal to itself, and not ordered.
  eq r8, r6, r6
  print r8
  ne r8, r6, r6
  print r8
  lt r8, r6, r3
  print r8
  jlt r6, r3, bad
  jle r6, r3, bad
  jnlt r6, r3, good
bad:
  throw r3
good:
  jnle r6, r3, better
  throw r3
better:
  jeq r6, r6, bad
  jne r6, r6, best
  throw r3
best:
  ; -0.0 stays apart from 0.
  loadk r5, =0.0
  neg r5, r5
  print r5
  loadint r6, 0
  eq r8, r5, r6
  print r8
  loadint r9, -3
  div r8, r6, r9
  print r8
  retnil
