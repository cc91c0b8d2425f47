; Inline caches: one shape, several, very many; prototypes that change; shapes that come and go.
function "main" () registers 20
  closure r3, &read
  setglobal r3, $read
  closure r3, &write
  setglobal r3, $write
  ; Objects of n shapes, all with a field `x` behind n others.
  loadint r3, 0
  newlist r4, r3, 0
shapes:
  newmap r5, 2
  loadint r6, 0
fields:
  jnlt r6, r3, ready
  getglobal r7, $set_attr
  move r10, r5
  closure r13, &name
  move r16, r6
  call r13, r11, 1
  move r12, r6
  call r7, r7, 3
  addi r6, r6, 1
  loop fields
ready:
  setfield r5, r3, "x"
  listappend r4, r5, 1
  addi r3, r3, 1
  jgei r3, 8, built
  loop shapes
built:
  ; Monomorphic, then polymorphic, then megamorphic at one place.
  loadint r3, 1
rounds:
  loadint r5, 0
  loadint r7, 0
  move r8, r3
  slice r6, r4, r7
  loadint r10, 0
again:
  getglobal r11, $read
  move r14, r6
  call r11, r11, 1
  print r11
  getglobal r11, $write
  move r14, r6
  call r11, r11, 1
  addi r10, r10, 1
  jgei r10, 3, enough
  loop again
enough:
  addi r3, r3, 2
  jgti r3, 8, all
  loop rounds
all:
  ; Inherited: the holder is cached until a prototype changes.
  newmap r3, 2
  loadk r5, "from the grandparent"
  setfield r3, r5, "greeting"
  newobject r4, r3
  newobject r5, r4
  loadint r6, 1
  setfield r5, r6, "own"
  closure r7, &greet
  setglobal r7, $greet
  getglobal r8, $greet
  move r11, r5
  call r8, r8, 1
  loadk r6, "changed in place"
  setfield r3, r6, "greeting"
  getglobal r8, $greet
  move r11, r5
  call r8, r8, 1
  loadk r6, "from the parent"
  setfield r4, r6, "greeting"
  getglobal r8, $greet
  move r11, r5
  call r8, r8, 1
  loadk r6, "greeting"
  special.8 r7, r4, r6
  getglobal r8, $greet
  move r11, r5
  call r8, r8, 1
  loadk r7, "its own"
  setfield r5, r7, "greeting"
  getglobal r8, $greet
  move r11, r5
  call r8, r8, 1
  special.8 r7, r5, r6
  getglobal r8, $greet
  move r11, r5
  call r8, r8, 1
  ; Receivers and prototypes without a shape.
  special.25 r3, r3, r3
  getglobal r8, $greet
  move r11, r5
  call r8, r8, 1
  special.25 r5, r5, r5
  getglobal r8, $greet
  move r11, r5
  call r8, r8, 1
  ; Values that are no maps: methods of numbers, strings, lists.
  loadint r5, 0
  special.17 r6, r5, r5
  closure r7, &describe_self
  setfield r6, r7, "describe"
  loadint r5, 1
  special.17 r6, r5, r5
  setfield r6, r7, "describe"
  loadint r5, 2
  special.17 r6, r5, r5
  setfield r6, r7, "describe"
  loadint r5, 5
  loadk r6, =1.5
  loadk r7, "text"
  newlist r8, r5, 3
  newlist r9, r8, 1
  listappend r8, r9, 1
  loadk r9, =1152921504606846976
  listappend r8, r9, 1
  iterinit r9, r8
  jump next
each:
  getfieldx r12, r11, "describe"
  print r12
  getmethod r13, r11, "describe"
  call.1 r13, r12, 0
  print r12
next:
  iternext r9, r11, each
  ; getown sees no prototype.
  newmap r3, 1
  setfield r3, r3, "only_inherited"
  newobject r4, r3
  loadint r5, 3
  setfield r4, r5, "mine"
  loadint r6, 0
own:
  getown r7, r4, "mine"
  print r7
  getown r7, r4, "only_inherited" else none
  throw r3
none:
  addi r6, r6, 1
  jgei r6, 2, shape_ids
  loop own
shape_ids:
  ; Shapes that no map has any more are freed by a full collection, and their numbers used again.
  loadint r3, 0
  closure r4, &first_shapes
  setglobal r4, $first_shapes
reuse:
  getglobal r4, $first_shapes
  move r7, r3
  call r4, r4, 1
  loadtrue r5
  special.16 r5, r5, r5
  addi r3, r3, 1
  jgei r3, 6, done
  loop reuse
done:
  retnil

; Sums `x` of all.
function "read" (objects) registers 10
  loadint r4, 0
  iterinit r5, r3
  jump next
each:
  getfield r8, r7, "x"
  add r4, r4, r8
next:
  iternext r5, r7, each
  ret r4

; Adds 1 to `x` and sets `y` of all.
function "write" (objects) registers 10
  iterinit r5, r3
  jump next
each:
  getfield r8, r7, "x"
  addi r8, r8, 1
  setfield r7, r8, "x"
  setfield r7, r8, "y"
next:
  iternext r5, r7, each
  retnil

function "name" (i) registers 6
  loadk r4, "abcdefghij"
  addi r5, r3, 1
  move r5, r3
  getindex r5, r4, r5
  ret r5

; At the same place, three times.
function "greet" (o) registers 6
  loadint r4, 0
head:
  getfield r5, r3, "greeting"
  addi r4, r4, 1
  jgei r4, 3, out
  loop head
out:
  print r5
  retnil

function "describe_self" () registers 5
  special.21 r3, r1, r1
  newlist r4, r3, 1
  listappend r4, r1, 1
  ret r4

; Makes an object whose keys depend on n, reads and writes it at places that all n share.
function "first_shapes" (n) registers 16
  newmap r4, 0
  loadint r5, 0
keys:
  jnlt r5, r3, keyed
  getglobal r7, $set_attr
  move r10, r4
  loadk r11, "zyxwvutsrq"
  sub r12, r3, r5
  getindex r11, r11, r12
  move r12, r5
  call r7, r7, 3
  addi r5, r5, 1
  loop keys
keyed:
  setfield r4, r3, "k"
  loadk r6, "w"
  setfield r4, r6, "w"
  getfield r7, r4, "k"
  getfield r8, r4, "w"
  print r4
  newlist r9, r7, 2
  print r9
  retnil
