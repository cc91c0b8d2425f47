; Strings: ropes that nobody has read yet, slices, characters, equality and use as keys.
function "main" () registers 14
  ; A loop that adds to a text.
  loadk r3, ""
  loadk r4, "0123456789"
  loadint r5, 0
grow:
  jgei r5, 1000, grown
  add r3, r3, r4
  addi r5, r5, 1
  loop grow
grown:
  special.20 r6, r3, r3
  print r6
  ; Two halves.
  loadint r7, 5
  loadint r8, 9005
  slice r6, r3, r7
  special.20 r9, r6, r6
  print r9
  add r10, r6, r3
  special.24 r11, r10, r10
  print r11
  loadint r7, 9000
  getindex r9, r10, r7
  print r9
  special.24 r11, r10, r10
  print r11
  ; Ropes as keys and names: equal texts are one key.
  newmap r6, 0
  add r7, r10, r4
  loadint r8, 1
  setindex r6, r7, r8
  add r7, r10, r4
  getindex r8, r6, r7
  print r8
  add r9, r10, r4
  eq r8, r7, r9
  print r8
  jeq r7, r9, same
  throw r7
same:
  loadk r7, "né"
  loadk r8, "漢字"
  add r7, r7, r8
  special.20 r8, r7, r7
  print r8
  loadint r8, 2
  getindex r9, r7, r8
  print r9
  loadint r8, 1
  loadint r9, 3
  slice r9, r7, r8
  print r9
  loadk r7, "nÃ"
  lt r8, r7, r9
  print r8
  ; Text and number do not add; the index of a text is in range.
  closure r6, &attempt
  call r6, r3, 0
  retnil

function "attempt" () registers 8
  handler A B -> B r3
A:
  loadk r4, "text"
  loadint r5, 4
  getindex r4, r4, r5
  throw r4
B:
  print r3
  handler C D -> D r3
C:
  loadk r4, "text"
  addi r4, r4, 1
  throw r4
D:
  print r3
  retnil
