; Typed buffers: bytes, 64-bit integers, doubles; elements that are absent.
function "main" () registers 12
  loadint r3, 0
  loadint r4, 3
  special.13 r5, r3, r4
  loadint r6, 255
  setindex r5, r3, r6
  getindex r7, r5, r3
  print r7
  loadint r6, 256
  closure r8, &store
  setglobal r8, $store
  getglobal r8, $store
  move r11, r5
  call r8, r7, 1
  ; Integers keep all 64 bits.
  loadint r3, 1
  special.13 r5, r3, r4
  loadint r3, 2
  loadk r6, =-9223372036854775808
  setindex r5, r3, r6
  getindex r7, r5, r3
  print r7
  loadint r6, -1
  setindex r5, r3, r6
  getindex r7, r5, r3
  print r7
  ; Nothing is not zero.
  loadint r3, 1
  loadnil r6
  setindex r5, r3, r6
  getindex r7, r5, r3
  print r7
  loadint r3, 0
  getindex r7, r5, r3
  print r7
  ; Growing, with absent elements; slices keep them.
  loadint r3, 2
  loadint r4, 0
  special.13 r5, r3, r4
push:
  jgei r4, 40, pushed
  loadk r6, =0.5
  add r6, r6, r4
  special.22 r5, r5, r6
  loadnil r6
  special.22 r5, r5, r6
  addi r4, r4, 1
  loop push
pushed:
  loadint r8, 76
  loadint r9, 79
  slice r7, r5, r8
  print r7
  iterinit r9, r7
  jump next
each:
  print r11
next:
  iternext r9, r11, each
  ; Outside.
  getglobal r8, $store
  move r11, r7
  call r8, r7, 1
  retnil

function "store" (buffer) registers 7
  handler A B -> B r4
A:
  loadint r5, 1
  loadint r6, 256
  setindex r3, r5, r6
  loadint r5, 3
  setindex r3, r5, r6
  throw r3
B:
  print r4
  retnil
