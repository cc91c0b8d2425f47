; Integers that do not fit into 64 bits are errors, which name both operands.
function "main" () registers 14
  closure r3, &attempt
  setglobal r3, $attempt
  loadk r5, =9223372036854775807
  loadk r6, =-9223372036854775808
  loadint r7, 1
  loadint r8, -1
  getglobal r9, $attempt
  closure r12, &plus
  newlist r13, r5, 3
  call r9, r3, 2
  getglobal r9, $attempt
  closure r12, &minus
  newlist r13, r6, 3
  call r9, r3, 2
  getglobal r9, $attempt
  closure r12, &times
  newlist r13, r5, 4
  call r9, r3, 2
  getglobal r9, $attempt
  closure r12, &quotient
  newlist r13, r6, 3
  call r9, r3, 2
  getglobal r9, $attempt
  closure r12, &by_zero
  newlist r13, r7, 1
  call r9, r3, 2
  getglobal r9, $attempt
  closure r12, &power
  newlist r13, r7, 1
  call r9, r3, 2
  getglobal r9, $attempt
  closure r12, &shifted
  newlist r13, r7, 1
  call r9, r3, 2
  getglobal r9, $attempt
  closure r12, &negated
  newlist r13, r6, 1
  call r9, r3, 2
  getglobal r9, $attempt
  closure r12, &mixed
  newlist r13, r6, 1
  call r9, r3, 2
  retnil

; Calls f(operands), prints its result or its error.
function "attempt" (f, operands) registers 10
  handler A B -> C r5
A:
  move r6, r3
  move r9, r4
  call r6, r5, 1
B:
  print r5
  retnil
C:
  print r5
  retnil

function "plus" (o) registers 7
  loadint r4, 0
  getindex r5, r3, r4
  addi r6, r5, 1
  ret r6

function "minus" (o) registers 8
  loadint r4, 0
  getindex r5, r3, r4
  loadint r6, 1
  getindex r6, r3, r6
  sub r7, r5, r6
  ret r7

function "times" (o) registers 8
  loadint r4, 0
  getindex r5, r3, r4
  loadint r6, 1
  getindex r6, r3, r6
  mul r7, r5, r6
  ret r7

function "quotient" (o) registers 8
  loadint r4, 0
  getindex r5, r3, r4
  loadint r6, 2
  getindex r6, r3, r6
  idiv r7, r5, r6
  ret r7

function "by_zero" (o) registers 8
  loadint r4, 0
  getindex r5, r3, r4
  mod r7, r5, r4
  ret r7

function "power" (o) registers 8
  loadint r4, 10
  loadint r5, 19
  pow r7, r4, r5
  ret r7

function "shifted" (o) registers 8
  loadint r4, 3
  loadint r5, 62
  shl r7, r4, r5
  ret r7

function "negated" (o) registers 8
  loadint r4, 0
  getindex r5, r3, r4
  neg r7, r5
  ret r7

function "mixed" (o) registers 8
  loadk r5, "text"
  addi r7, r5, 1
  ret r7
