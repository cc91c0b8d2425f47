; Registers as no front end uses them: live ones above a call, ones that nobody wrote, the self of a frame.
function "main" () registers 80
  ; Live registers far above the frame of a callee, which collects.
  loadk r3, "above"
  loadk r4, " all"
  add r79, r3, r4
  newlist r78, r79, 1
  newlist r79, r78, 1
  loadint r60, 60
  newbox r61, r79
  closure r5, &collects
  call r5, r6, 0
  print r79
  print r78
  print r60
  getbox r61, r61
  print r61
  ; The callee collects inside a native function, and in a generator.
  getglobal r5, $apply
  closure r8, &collects
  call r5, r6, 1
  print r79
  closure r5, &generates
  call r5, r5, 0
  loadnil r7
  resume r6, r5, r7
  handler S T -> T r6
S:
  resume r6, r5, r7
T:
  print r79
  ; A window that covers live registers: the callee overwrites them, with values.
  loadk r20, "overwritten"
  closure r10, &wide
  call r10, r11, 0
  special.21 r12, r20, r20
  ; The window may be that of the self, and the result may go anywhere.
  closure r1, &wide
  call r1, r79, 0
  print r79
  ; Words that former calls have left above these registers, after what they referred to is gone.
  closure r5, &leaves
  call r5, r6, 0
  closure r5, &collects
  call r5, r6, 0
  closure r5, &reads
  call r5, r6, 0
  closure r5, &leaves
  call r5, r6, 0
  closure r5, &collects
  call r5, r6, 0
  closure r5, &generates_stale
  call r5, r6, 0
  loadnil r7
  resume r6, r6, r7
  print r6
  retnil

function "collects" () registers 8
  loadtrue r3
  special.16 r4, r3, r3
  loadint r5, 0
garbage:
  newlist r6, r5, 1
  newlist r6, r6, 1
  addi r5, r5, 1
  jgei r5, 50, done
  loop garbage
done:
  special.16 r4, r3, r3
  retnil

function "generates" () registers 12 flags generator
  closure r3, &collects
  call r3, r4, 0
  yield r5, r4
  closure r3, &collects
  call r3, r4, 0
  retnil

function "wide" () registers 60
  loadint r3, 0
  newlist r59, r3, 1
  newlist r30, r59, 1
  newlist r10, r30, 1
  loadk r4, "from wide"
  ret r4

; Fills registers with objects that only they refer to.
function "leaves" () registers 150
  loadint r3, 1
  newlist r110, r3, 1
  newlist r120, r110, 1
  newlist r130, r120, 1
  newlist r139, r130, 1
  newmap r111, 3
  newbox r112, r139
  closure r113, &leaves
  retnil

; Uses what it never wrote, in every way. Errors are expected: each is caught, and the next way tried.
function "reads" () registers 150
  loadint r4, 0
  handler A Z -> N r3
A:
  jeqi r4, 0, B
  jeqi r4, 1, C
  jeqi r4, 2, D
  jeqi r4, 3, E
  jeqi r4, 4, F
  retnil
B:
  newlist r5, r106, 34
  special.16 r5, r4, r4
  add r5, r110, r120
C:
  getindex r5, r130, r110
D:
  call r136, r5, 0
E:
  getfield r5, r111, "field"
F:
  getbox r5, r112
Z:
N:
  addi r4, r4, 1
  loop A

function "generates_stale" () registers 150 flags generator
  newlist r5, r106, 34
  loadtrue r6
  special.16 r6, r6, r6
  loadk r5, "clean"
  yield r5, r5
  retnil
