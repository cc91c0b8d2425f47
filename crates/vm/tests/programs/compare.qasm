; Comparisons to a value and to a jump, of words, boxed integers, strings and mixed operands.
function "main" () registers 16
  loadint r4, 1
  loadint r5, 2
  closure r6, &pair
  move r9, r4
  move r10, r5
  call r6, r3, 2
  closure r6, &pair
  move r9, r5
  move r10, r5
  call r6, r3, 2
  closure r6, &pair
  loadk r9, =9007199254740993
  loadk r10, =9007199254740992
  call r6, r3, 2
  closure r6, &pair
  loadk r9, "apple"
  loadk r10, "pear"
  call r6, r3, 2
  closure r6, &pair
  loadk r9, =1.5
  loadint r10, 1
  call r6, r3, 2
  closure r6, &pair
  loadk r9, =281474976710656
  loadk r10, =281474976710656.0
  call r6, r3, 2
  ; Equal texts that are different objects.
  loadk r4, "ab"
  loadk r5, "c"
  add r6, r4, r5
  jeqk r6, "abc", equal
  throw r6
equal:
  jnek r6, "abd", unequal
  throw r6
unequal:
  jeqk r6, =1, bad
  jnek r4, =2, immediates
bad:
  throw r6
immediates:
  closure r6, &near_five
  loadint r9, 4
  call r6, r3, 1
  closure r6, &near_five
  loadint r9, 5
  call r6, r3, 1
  closure r6, &near_five
  loadint r9, 6
  call r6, r3, 1
  closure r6, &near_five
  loadk r9, =5.5
  call r6, r3, 1
  closure r6, &near_five
  loadk r9, =1152921504606846976
  call r6, r3, 1
  closure r6, &truths
  call r6, r3, 0
  closure r6, &degrees
  call r6, r3, 0
  retnil

function "pair" (x, y) registers 7
  eq r5, r3, r4
  print r5
  eq.1 r5, r3, r4
  print r5
  ne r5, r3, r4
  print r5
  ne.1 r5, r3, r4
  print r5
  lt r5, r3, r4
  print r5
  lt.1 r5, r3, r4
  print r5
  le r5, r3, r4
  print r5
  le.1 r5, r3, r4
  print r5
  loadint r6, 0
  jeq r3, r4, E
  addi r6, r6, 1
E:
  jne r3, r4, F
  addi r6, r6, 2
F:
  jlt r3, r4, G
  addi r6, r6, 4
G:
  jnlt r3, r4, H
  addi r6, r6, 8
H:
  jle r3, r4, I
  addi r6, r6, 16
I:
  jnle r3, r4, J
  addi r6, r6, 32
J:
  print r6
  retnil

function "near_five" (x) registers 7
  loadint r6, 0
  jeqi r3, 5, A
  addi r6, r6, 1
A:
  jnei r3, 5, B
  addi r6, r6, 2
B:
  jlti r3, 5, C
  addi r6, r6, 4
C:
  jnlti r3, 5, D
  addi r6, r6, 8
D:
  jlei r3, 5, E
  addi r6, r6, 16
E:
  jnlei r3, 5, F
  addi r6, r6, 32
F:
  jgti r3, 5, G
  addi r6, r6, 64
G:
  jngti r3, 5, H
  addi r6, r6, 128
H:
  jgei r3, 5, I
  addi r6, r6, 256
I:
  jngei r3, 5, J
  addi r6, r6, 512
J:
  print r6
  retnil

; Truth of every kind of value, and the tests for nothing.
function "truths" () registers 16
  loadtrue r4
  loadfalse r5
  loadnil r6
  loadint r7, 0
  loadint r8, 3
  loadk r9, =0.0
  loadk r10, ""
  loadk r11, "x"
  newlist r12, r4, 9
  iterinit r13, r12
  jump next
each:
  closure r3, &truth
  move r6, r15
  call r3, r3, 1
next:
  iternext r13, r15, each
  loadempty r4
  jempty r4, empty
  throw r5
empty:
  jnotempty r4, bad
  jempty r5, bad
  jnotempty r5, good
bad:
  throw r5
good:
  retnil

function "truth" (x) registers 6
  loadint r4, 0
  jtrue r3, A
  addi r4, r4, 1
A:
  jfalse r3, B
  addi r4, r4, 2
B:
  jnil r3, C
  addi r4, r4, 4
C:
  jnotnil r3, D
  addi r4, r4, 8
D:
  not r5, r3
  print r5
  not.1 r5, r3
  print r5
  print r4
  retnil

; Degrees of truth, in the order of `truths`; `half` lies between.
function "degrees" () registers 12
  loadint r3, 1
  closure r4, &degree
  move r7, r3
  call r4, r3, 1
  loadint r3, 0
  closure r4, &degree
  move r7, r3
  call r4, r3, 1
  closure r4, &degree
  loadk r7, =0.5
  call r4, r3, 1
  closure r4, &degree
  loadk r7, =-3.5
  call r4, r3, 1
  closure r4, &degree
  loadnil r7
  call r4, r3, 1
  closure r4, &degree
  loadk r7, "text"
  call r4, r3, 1
  closure r4, &degree
  loadtrue r7
  call r4, r3, 1
  retnil

function "degree" (x) registers 6
  loadint r4, 0
  jfull r3, A
  addi r4, r4, 1
A:
  jnone r3, B
  addi r4, r4, 2
B:
  jfull r3, C else half
  jump D
C:
  addi r4, r4, 4
D:
  jnone r3, E else half
  jump F
E:
  addi r4, r4, 8
F:
  print r4
  retnil
half:
  loadk r5, "between"
  print r5
  jump F
