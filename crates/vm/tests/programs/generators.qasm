; Generators: suspended frames with values in both directions.
function "main" () registers 14
  ; A loop over one.
  closure r3, &upto
  loadint r6, 3
  call r3, r3, 1
  print r3
  iterinit r4, r3
  jump next
each:
  print r6
next:
  iternext r4, r6, each
  ; It is finished now: another loop has no turn.
  iterinit r4, r3
  jump next2
each2:
  throw r6
next2:
  iternext r4, r6, each2
  ; Values sent in, and the one returned.
  closure r3, &echo
  loadk r6, "begin"
  call r3, r3, 1
  loadnil r4
  resume r5, r3, r4
  print r5
  loadint r4, 10
  resume r5, r3, r4
  print r5
  loadint r4, 20
  resume r5, r3, r4
  print r5
  handler E1 E2 -> E2 r5
E1:
  loadk r4, "stop"
  resume r5, r3, r4
  throw r3
E2:
  print r5
  handler E3 E4 -> E4 r5
E3:
  resume r5, r3, r4
  throw r3
E4:
  print r5
  ; A tree walked by generators in generators.
  loadint r4, 1
  loadint r5, 2
  loadint r6, 3
  newlist r7, r5, 2
  loadint r8, 4
  newlist r9, r7, 2
  move r5, r9
  newlist r3, r4, 2
  print r3
  closure r9, &walk
  move r12, r3
  call r9, r3, 1
  getglobal r9, $collect_all
  move r12, r3
  call r9, r3, 1
  print r3
  ; What it holds survives collections while it is suspended.
  closure r3, &keeper
  call r3, r3, 0
  loadnil r4
  resume r5, r3, r4
  print r5
  loadtrue r6
  special.16 r6, r6, r6
  special.16 r6, r6, r6
  loadk r6, "garbage"
  newlist r6, r6, 1
  newlist r6, r6, 1
  resume r5, r3, r4
  print r5
  ; Through natives.
  closure r3, &echo
  loadk r6, "native"
  call r3, r3, 1
  getglobal r9, $next
  move r12, r3
  call r9, r5, 1
  print r5
  getglobal r9, $send
  move r12, r3
  loadint r13, 7
  call r9, r5, 2
  print r5
  retnil

; 1 to n.
function "upto" (n) registers 6 flags generator
  loadint r4, 1
head:
  jngti r4, 100, in_range
  retnil
in_range:
  jnle r4, r3, done
  yield r5, r4
  addi r4, r4, 1
  loop head
done:
  retnil

; Yields what was sent last, until that is "stop".
function "echo" (x) registers 6 flags generator
head:
  yield r4, r3
  move r3, r4
  jnek r3, "stop", more
  loadk r5, "stopped"
  ret r5
more:
  loop head

; The leaves of nested lists.
function "walk" (tree) registers 14 flags generator
  special.21 r4, r3, r3
  jeqk r4, "List", inner
  yield r5, r3
  retnil
inner:
  iterinit r4, r3
  jump next
each:
  closure r7, &walk
  move r10, r6
  call r7, r7, 1
  iterinit r8, r7
  jump next2
each2:
  yield r11, r10
next2:
  iternext r8, r10, each2
next:
  iternext r4, r6, each
  retnil

function "keeper" () registers 8 flags generator
  loadk r3, "kept"
  loadk r4, " alive"
  add r3, r3, r4
  newlist r4, r3, 1
  closure r5, &keeper
  yield r6, r4
  special.22 r4, r4, r5
  yield r6, r4
  retnil
