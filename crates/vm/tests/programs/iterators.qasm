; Loops over everything: lists that change, strings, maps, buffers, ranges, and objects whose steps are calls.
function "main" () registers 14
  closure r3, &show
  setglobal r3, $show
  ; A list that grows while it is walked.
  loadint r3, 1
  newlist r4, r3, 1
  iterinit r5, r4
  jump next
each:
  print r7
  jgei r7, 4, next
  addi r8, r7, 1
  listappend r4, r8, 1
next:
  iternext r5, r7, each
  getglobal r8, $show
  loadk r11, "aé漢"
  call r8, r3, 1
  getglobal r8, $show
  loadk r11, ={"x": 1, "y": 2}
  call r8, r3, 1
  getglobal r8, $show
  loadint r3, 1
  loadint r4, 2
  special.13 r11, r3, r4
  call r8, r3, 1
  getglobal r8, $show
  getglobal r9, $range
  loadint r12, 3
  call r9, r11, 1
  call r8, r3, 1
  ; A range is a list: written to, it gets storage.
  getglobal r9, $range
  loadint r12, 3
  call r9, r11, 1
  loadint r3, 1
  loadk r4, "new"
  setindex r11, r3, r4
  getindex r5, r11, r3
  print r5
  getglobal r8, $show
  call r8, r3, 1
  getglobal r8, $show
  loadnil r11
  call r8, r3, 1
  ; An object with a step in script code, which ends by throwing.
  newmap r3, 4
  closure r4, &count_down
  setfield r3, r4, "next"
  getglobal r8, $show
  newobject r11, r3
  loadint r4, 3
  setfield r11, r4, "n"
  call r8, r3, 1
  ; One that ends by giving nothing.
  newmap r3, 4
  closure r4, &nothing_left
  setfield r3, r4, "next"
  getglobal r8, $show
  newobject r11, r3
  loadint r4, 2
  setfield r11, r4, "n"
  call r8, r3, 1
  ; A native step, and one behind a method `iter`.
  newmap r3, 4
  getglobal r4, $native_step
  setfield r3, r4, "next"
  newobject r11, r3
  loadint r4, 2
  setfield r11, r4, "n"
  newmap r5, 2
  closure r4, &iter
  setfield r5, r4, "iter"
  setfield r5, r11, "inner"
  getglobal r8, $show
  move r11, r5
  call r8, r3, 1
  ; A step that fails is no end.
  newmap r3, 4
  closure r4, &fails
  setfield r3, r4, "next"
  handler A B -> B r4
A:
  getglobal r8, $show
  move r11, r3
  call r8, r3, 1
  throw r3
B:
  print r4
  ; The end of an inner iteration ends the inner one only.
  newmap r3, 4
  closure r4, &nested
  setfield r3, r4, "next"
  loadint r4, 2
  setfield r3, r4, "n"
  getglobal r8, $show
  move r11, r3
  call r8, r3, 1
  ; Not iterable.
  getglobal r8, $show
  loadint r11, 1
  call r8, r3, 1
  retnil

function "show" (x) registers 12
  newlist r4, r3, 0
  iterinit r5, r3
  jump next
each:
  listappend r4, r7, 1
next:
  iternext r5, r7, each
  print r4
  retnil

function "count_down" () registers 5
  getfield r3, r1, "n"
  jgti r3, 0, more
  special.5 r4, r3, r3
  throw r4
more:
  subi r4, r3, 1
  setfield r1, r4, "n"
  ret r3

function "nothing_left" () registers 5
  getfield r3, r1, "n"
  jgti r3, 0, more
  loadempty r3
  ret r3
more:
  subi r4, r3, 1
  setfield r1, r4, "n"
  ret r3

function "iter" () registers 4
  getfield r3, r1, "inner"
  ret r3

function "fails" () registers 4
  loadk r3, "the step fails"
  throw r3

function "nested" () registers 12
  getfield r3, r1, "n"
  jgti r3, 0, more
  loadempty r3
  ret r3
more:
  subi r4, r3, 1
  setfield r1, r4, "n"
  newmap r4, 4
  closure r5, &count_down
  setfield r4, r5, "next"
  setfield r4, r3, "n"
  newlist r5, r3, 0
  iterinit r6, r4
  jump next
each:
  listappend r5, r8, 1
next:
  iternext r6, r8, each
  ret r5
