; Values where no front end puts them: the mark of nothing as key, element, field and result; boxes and
; iteration states of the wrong kind.
function "main" () registers 20
  loadempty r3
  loadint r4, 1
  ; As a key it is nil, however often it is stored and removed.
  newmap r5, 0
  setindex r5, r3, r4
  mapput r5, r3, r3
  loadk r6, "kept"
  setindex r5, r6, r4
  setindex r5, r4, r4
  print r5
  special.8 r7, r5, r3
  special.8 r7, r5, r3
  special.8 r7, r5, r3
  share r5
  unshare r7, r5
  loadint r8, 0
fill:
  setindex r7, r8, r8
  addi r8, r8, 1
  jgei r8, 20, filled
  loop fill
filled:
  special.20 r8, r7, r7
  print r8
  special.2 r5, r5, r5
  setindex r5, r3, r4
  special.8 r7, r5, r3
  special.8 r7, r5, r3
  setindex r5, r3, r4
  print r5
  ; As a field it is as good as none.
  newmap r5, 2
  setfield r5, r3, "x"
  setfield r5, r4, "y"
  setfield r5, r4, "x"
  setfield r5, r3, "x"
  special.25 r6, r5, r5
  setfield r5, r4, "z"
  print r5
  ; A global that takes it is removed.
  setglobal r4, $g
  setglobal r3, $g
  getglobal r6, $g else removed
  throw r4
removed:
  setglobal r3, $fail
  getglobal r6, $fail
  print r6
  setglobal r4, $fail
  setglobal r3, $fail
  getglobal r6, $fail
  print r6
  special.23 r6, r6, r6
  special.20 r6, r6, r6
  print r6
  ; As an element it ends loops early in some dialects; nothing worse.
  newlist r5, r3, 2
  listappend r5, r3, 1
  setindex r5, r4, r3
  print r5
  special.20 r6, r5, r5
  iterinit r7, r5
  jump next
each:
  addi r6, r6, 10
next:
  iternext r7, r9, each
  print r6
  ; Thrown and caught, returned, yielded.
  handler A B -> B r6
A:
  throw r3
B:
  print r6
  closure r7, &nothing
  call r7, r6, 0
  print r6
  closure r7, &yields_nothing
  call r7, r6, 0
  iterinit r7, r6
  jump next2
each2:
  throw r4
next2:
  iternext r7, r9, each2
  ; States of an iteration that nobody began.
  newlist r5, r4, 1
  closure r10, &iterate
  move r13, r5
  loadk r14, =140737488355327
  call r10, r6, 2
  closure r10, &iterate
  move r13, r5
  loadint r14, -1
  call r10, r6, 2
  closure r10, &iterate
  move r13, r5
  loadk r14, =0.5
  call r10, r6, 2
  closure r10, &iterate
  loadk r13, "text"
  loadk r14, =140737488355327
  call r10, r6, 2
  closure r10, &iterate
  loadk r13, "text"
  loadint r14, -140000000
  call r10, r6, 2
  closure r10, &iterate
  loadk r13, ={"a": 1}
  loadint r14, -1
  call r10, r6, 2
  closure r10, &iterate
  loadint r13, 5
  loadnil r14
  call r10, r6, 2
  closure r10, &iterate
  closure r13, &iterate
  newbox r14, r13
  call r10, r6, 2
  ; Boxes in place of values, values in place of boxes.
  newbox r5, r4
  newbox r6, r5
  setbox r6, r6
  handler C D -> D r7
C:
  add r7, r5, r6
  throw r4
D:
  print r7
  eq r7, r5, r5
  print r7
  handler E F -> F r7
E:
  call r5, r7, 0
  throw r4
F:
  print r7
  newlist r7, r5, 2
  newmap r8, 1
  setindex r8, r5, r6
  getindex r9, r8, r5
  special.21 r9, r9, r9
  print r9
  loadint r5, 1
  closure r10, &captures
  call r10, r6, 0
  ; The closure that runs is a value as well.
  print r0
  share r0
  unshare r5, r0
  print r5
  ; A handler that covers itself never comes to an end: the fuel does.
  handler G H -> G r5
G:
  throw r5
H:
  retnil

function "nothing" () registers 4
  loadempty r3
  ret r3

function "yields_nothing" () registers 5 flags generator
  loadempty r3
  yield r4, r3
  yield r4, r3
  retnil

function "iterate" (what, position) registers 8
  loadint r5, 0
  jump next
each:
  addi r5, r5, 1
  jgei r5, 3, out
next:
  iternext r3, r6, each
out:
  print r5
  retnil

function "captures" () registers 6
  capture r5
  loadint r3, 7
  setcapturebox r3, c0
  getcapture r4, c0
  print r4
  handler A B -> B r3
A:
  getcapturebox r4, c0
  throw r4
B:
  print r3
  retnil
