; Prototypes that are fields: set, changed and removed at places whose caches have seen others.
function "main" () registers 14
  loadk r4, "of A"
  newmap r3, 1
  setfield r3, r4, "name"
  loadk r5, "of B"
  newmap r4, 1
  setfield r4, r5, "name"
  closure r5, &set
  setglobal r5, $set
  closure r5, &name
  setglobal r5, $name
  ; Fresh objects get theirs at one place: first a value that is none, then one map, then another.
  loadint r5, 5
  newlist r5, r5, 1
  listappend r5, r3, 1
  listappend r5, r4, 1
  listappend r5, r3, 1
  iterinit r6, r5
  jump next
each:
  newmap r13, 2
  getglobal r9, $set
  move r12, r13
  move r13, r8
  call r9, r9, 2
next:
  iternext r6, r8, each
  ; One object changes its own, time after time.
  newmap r5, 2
  loadint r6, 0
  setfield r5, r6, "own"
  setfield r5, r3, "proto"
again:
  getglobal r9, $set
  move r12, r5
  move r13, r4
  call r9, r9, 2
  getglobal r9, $set
  move r12, r5
  move r13, r3
  call r9, r9, 2
  addi r6, r6, 1
  jgei r6, 3, enough
  loop again
enough:
  ; Taken away, and nil in its place.
  loadk r7, "proto"
  special.8 r8, r5, r7
  getglobal r9, $name
  move r12, r5
  call r9, r9, 1
  loadnil r8
  setfield r5, r8, "proto"
  getglobal r9, $name
  move r12, r5
  call r9, r9, 1
  ; As an element, with a name that was computed: the map has no shape any more.
  loadk r8, "pro"
  loadk r9, "to"
  add r8, r8, r9
  setindex r5, r8, r4
  getglobal r9, $name
  move r12, r5
  call r9, r9, 1
  ; A prototype of a prototype changes.
  newmap r10, 1
  loadk r8, "of C"
  setfield r10, r8, "name"
  newmap r11, 1
  setfield r11, r10, "proto"
  newmap r5, 1
  setfield r5, r11, "proto"
  getglobal r6, $name
  move r9, r5
  call r6, r6, 1
  setfield r11, r3, "proto"
  getglobal r6, $name
  move r9, r5
  call r6, r6, 1
  ; A circle of prototypes has an end.
  setfield r3, r5, "proto"
  getglobal r6, $name
  move r9, r5
  call r6, r6, 1
  loadk r8, "name"
  special.8 r6, r3, r8
  getglobal r6, $name
  move r9, r5
  call r6, r6, 1
  special.12 r6, r5, r5
  special.6 r6, r6, r11
  print r6
  retnil

function "set" (object, prototype) registers 10
  setfield r3, r4, "proto"
  getglobal r5, $name
  move r8, r3
  call r5, r5, 1
  retnil

function "name" (object) registers 6
  handler A B -> B r4
A:
  getfield r4, r3, "name"
  print r4
  retnil
B:
  loadk r4, "no name"
  print r4
  retnil
