; Lists and maps: kinds of elements, frozen ones, literals.
function "main" () registers 16
  loadint r3, 1
  loadint r4, 2
  loadk r5, =0.5
  loadk r6, "text"
  newlist r7, r3, 2
  loadint r8, 0
  setindex r7, r8, r4
  setindex r7, r8, r5
  setindex r7, r3, r6
  print r7
  newlist r7, r5, 1
  setindex r7, r8, r5
  setindex r7, r8, r3
  print r7
  listappend r7, r3, 4
  print r7
  newlist r9, r3, 0
  listappend r9, r9, 1
  print r9
  ; Appending to what is no list, or frozen, does nothing; a dialect that minds says so before.
  listappend r3, r3, 1
  loadk r9, =[1, "two", [3]]
  listappend r9, r3, 1
  print r9
  loadint r10, 9
  closure r11, &attempt
  move r14, r9
  call r11, r10, 1
  closure r11, &attempt
  move r14, r7
  call r11, r10, 1
  print r7
  ; Map literals keep the order, and the last of equal keys.
  newmap r9, 4
  mapput r9, r6, r3
  mapput r9, r3, r4
  mapput r9, r5, r5
  loadk r10, =1.0
  mapput r9, r10, r6
  loadnil r10
  mapput r9, r10, r10
  print r9
  mapput r3, r3, r3
  special.19 r10, r9, r9
  mapput r9, r6, r6
  print r9
  loadk r9, ={"a": [1, {"b": 2.5}], nil: true}
  print r9
  closure r11, &attempt
  move r14, r9
  call r11, r10, 1
  ; A part of a list is a list of its own.
  loadint r9, 1
  loadint r10, 3
  slice r9, r7, r9
  setindex r9, r8, r6
  print r9
  print r7
  retnil

; Stores 9 under 0, and reads it.
function "attempt" (container) registers 8
  handler A B -> B r5
A:
  loadint r4, 0
  loadint r5, 9
  setindex r3, r4, r5
  getindex r5, r3, r4
B:
  print r5
  retnil
