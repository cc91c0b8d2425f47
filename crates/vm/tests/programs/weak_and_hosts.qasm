; Weak references and host objects: what only they refer to goes, what is in use stays. The collector may
; take a stale word of the native stack for a reference, so the test counts.
function "main" () registers 14
  loadk r3, "strongly"
  loadk r4, " held"
  add r3, r3, r4
  newlist r3, r3, 1
  special.10 r4, r3, r3
  loadint r5, 0
  newlist r6, r5, 0
make:
  closure r7, &doomed
  move r10, r6
  call r7, r8, 1
  loadint r8, 100
  special.14 r9, r8, r8
  loadnil r9
  addi r5, r5, 1
  jgei r5, 100, made
  loop make
made:
  special.14 r12, r5, r5
  loadtrue r7
  special.16 r8, r7, r7
  special.16 r8, r7, r7
  special.11 r8, r4, r4
  print r8
  loadint r5, 0
  iterinit r8, r6
  jump next
each:
  special.11 r11, r10, r10
  jnotnil r11, next
  addi r5, r5, 1
next:
  iternext r8, r10, each
  loadint r7, 90
  le r8, r7, r5
  print r8
  special.15 r5, r5, r5
  le r8, r7, r5
  print r8
  loadint r7, 100
  le r8, r5, r7
  print r8
  special.21 r8, r12, r12
  print r8
  print r4
  retnil

function "doomed" (list) registers 8
  loadint r4, 1
  newlist r5, r4, 1
  newlist r6, r5, 1
  special.10 r5, r6, r6
  listappend r3, r5, 1
  loadnil r5
  loadnil r6
  retnil
