; Integers of 64 bits: inline up to 48 bits, boxed beyond, inline again when they fit.
function "main" () registers 12
  loadk r3, =140737488355327
  addi r4, r3, 1
  print r4
  special.21 r5, r4, r4
  print r5
  subi r4, r4, 1
  special.21 r5, r4, r4
  print r5
  jeq r3, r4, same
  throw r3
same:
  loadk r3, =-140737488355328
  neg r4, r3
  print r4
  subi r4, r3, 1
  print r4
  loadint r5, -1
  div r4, r3, r5
  print r4
  ; Every operation on inline operands, then on boxed ones.
  closure r6, &all
  loadint r9, 7
  loadint r10, 3
  call r6, r3, 2
  closure r6, &all
  loadint r9, -7
  loadint r10, 3
  call r6, r3, 2
  closure r6, &all
  loadk r9, =4611686018427387904
  loadint r10, 1
  call r6, r3, 2
  closure r6, &all
  loadk r9, =-9223372036854775808
  loadint r10, 0
  closure r11, &safe
  move r6, r11
  call r6, r3, 2
  ; With constants and immediates.
  loadk r3, =281474976710656
  addk r4, r3, =281474976710656
  print r4
  subk r4, r3, =1
  print r4
  mulk r4, r3, =-2
  print r4
  divk r4, r3, =4
  print r4
  modk r4, r3, =1000
  print r4
  loadint r5, 20
  addk r4, r5, =2
  subk r6, r4, =3
  mulk r4, r6, =5
  print r4
  divk r6, r4, =5
  modk r4, r6, =4
  print r4
  neg r4, r3
  print r4
  ; Zero keeps its sign where there is one to keep.
  loadint r3, 0
  loadint r4, -5
  mul r5, r3, r4
  print r5
  neg r5, r3
  print r5
  ; Unless all numbers are doubles: then what does not fit, or has a sign to keep, is one.
  mul.128 r5, r3, r4
  print r5
  loadk r3, =140737488355327
  addi.128 r5, r3, 1
  print r5
  mul.128 r5, r3, r3
  print r5
  retnil

function "all" (x, y) registers 7
  add r5, r3, r4
  print r5
  sub r5, r3, r4
  print r5
  div r5, r3, r4
  print r5
  mod r5, r3, r4
  print r5
  idiv r5, r3, r4
  print r5
  pow r5, r3, r4
  print r5
  bitand r5, r3, r4
  print r5
  bitor r5, r3, r4
  print r5
  bitxor r5, r3, r4
  print r5
  loadint r6, 2
  shr r5, r3, r6
  print r5
  loadint r6, 10
  idiv r5, r3, r6
  shl r5, r5, r4
  print r5
  sub r5, r3, r4
  mul r5, r4, r5
  print r5
  retnil

function "safe" (x, y) registers 7
  bitand r5, r3, r4
  print r5
  bitor r5, r3, r4
  print r5
  loadint r6, 63
  shr r5, r3, r6
  print r5
  loadint r6, 1
  pow r5, r3, r6
  print r5
  retnil
