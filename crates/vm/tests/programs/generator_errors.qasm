; Exceptions in and around generators.
function "main" () registers 14
  ; Thrown inside: the generator is finished, the loop over it fails.
  closure r3, &fails
  call r3, r3, 0
  handler A B -> B r7
A:
  iterinit r4, r3
  jump next
each:
  print r6
next:
  iternext r4, r6, each
  throw r3
B:
  print r7
  iterinit r4, r3
  jump next1
each1:
  throw r3
next1:
  iternext r4, r6, each1
  ; Thrown inside and caught inside; thrown into it from outside.
  closure r3, &stubborn
  call r3, r3, 0
  loadnil r4
  resume r5, r3, r4
  print r5
  getglobal r6, $throw_into
  move r9, r3
  loadk r10, "poke"
  call r6, r5, 2
  print r5
  getglobal r6, $throw_into
  move r9, r3
  loadk r10, "again"
  call r6, r5, 2
  print r5
  resume r5, r3, r4
  print r5
  ; Thrown into one that takes nothing, and into one that has not begun.
  closure r3, &meek
  call r3, r3, 0
  resume r5, r3, r4
  closure r6, &poke
  move r9, r3
  call r6, r5, 1
  closure r6, &poke
  move r9, r3
  call r6, r5, 1
  closure r3, &stubborn
  call r3, r3, 0
  closure r6, &poke
  move r9, r3
  call r6, r5, 1
  closure r6, &finish
  move r9, r3
  call r6, r5, 1
  ; One that resumes itself.
  newbox r3, r4
  closure r8, &selfish
  call r8, r5, 0
  setbox r3, r5
  closure r6, &finish
  move r9, r5
  call r6, r5, 1
  ; What is no generator.
  loadint r5, 3
  closure r6, &finish
  move r9, r5
  call r6, r5, 1
  ; A value that is thrown passes through a native, a generator and another native.
  closure r6, &poke
  closure r3, &outer
  call r3, r3, 0
  move r9, r3
  closure r6, &drain
  call r6, r5, 1
  retnil

function "fails" () registers 6 flags generator
  loadint r3, 1
  yield r4, r3
  loadk r3, "failed inside"
  throw r3

function "stubborn" () registers 6 flags generator
  loadint r4, 0
head:
  handler A B -> B r3
A:
  yield r5, r4
  addi r4, r4, 1
  loop head
B:
  addi r4, r4, 100
  newlist r5, r3, 1
  print r5
  loop head

function "meek" () registers 5 flags generator
  loadint r3, 5
  yield r4, r3
  retnil

function "poke" (g) registers 12
  handler A B -> B r4
A:
  getglobal r5, $throw_into
  move r8, r3
  loadk r9, "poked"
  call r5, r4, 2
B:
  print r4
  retnil

function "finish" (g) registers 12
  handler A B -> B r4
A:
  loadnil r5
  resume r4, r3, r5
  print r4
  loadk r4, "not finished"
B:
  print r4
  retnil

function "selfish" () registers 6 flags generator
  capture r3
  getcapturebox r3, c0
  resume r4, r3, r3
  ret r4

function "outer" () registers 10 flags generator
  getglobal r3, $apply
  closure r6, &thrower
  loadk r7, "all the way"
  call r3, r3, 2
  yield r3, r3
  retnil

function "thrower" (x) registers 4
  throw r3

function "drain" (g) registers 12
  handler A B -> B r4
A:
  getglobal r5, $collect_all
  move r8, r3
  call r5, r4, 1
B:
  print r4
  retnil
