; Maps whose keys are hashed and compared by script code, which may fail, collect, or change the map.
function "main" () registers 20
  newmap r3, 4
  setglobal r3, $Point
  closure r4, &hash
  setfield r3, r4, "__hash__"
  closure r4, &eq
  setfield r3, r4, "__eq__"
  loadint r4, 0
  setglobal r4, $asked
  closure r4, &point
  setglobal r4, $point
  special.2 r5, r5, r5
  setglobal r5, $map
  ; Equal keys are one key; the first one stays.
  getglobal r8, $point
  loadint r11, 1
  call r8, r6, 1
  loadk r7, "one"
  setindex r5, r6, r7
  getglobal r8, $point
  loadint r11, 2
  call r8, r7, 1
  loadk r8, "two"
  mapput r5, r7, r8
  getglobal r8, $point
  loadint r11, 1
  call r8, r9, 1
  getindex r10, r5, r9
  print r10
  loadk r10, "one again"
  setindex r5, r9, r10
  print r5
  getglobal r10, $asked
  print r10
  ; Numbers, strings and nothing are keys like in any map.
  loadint r10, 1
  loadk r11, "number"
  setindex r5, r10, r11
  loadk r10, =1.0
  getindex r11, r5, r10
  print r11
  loadk r10, "name"
  loadk r11, "string"
  setindex r5, r10, r11
  getindex r11, r5, r10
  print r11
  loadnil r10
  setindex r5, r10, r10
  special.7 r11, r5, r10
  print r11
  ; A point equals the number that it hashes like.
  loadint r10, 2
  getindex r11, r5, r10
  print r11
  ; Removal.
  special.8 r11, r5, r9
  print r11
  special.7 r11, r5, r9
  print r11
  special.8 r11, r5, r9
  print r11
  print r5
  ; A hash that fails, and what cannot be a key.
  handler A B -> B r10
A:
  newlist r10, r10, 1
  getindex r11, r5, r10
  throw r3
B:
  print r10
  newmap r10, 1
  closure r11, &fails
  setfield r10, r11, "__hash__"
  handler C D -> D r11
C:
  setindex r5, r10, r10
  throw r3
D:
  print r11
  ; An equality that fails in the middle of a search.
  closure r11, &fails
  setfield r3, r11, "__eq__"
  getglobal r8, $point
  loadint r11, 2
  call r8, r10, 1
  special.20 r12, r5, r5
  handler E F -> F r11
E:
  setindex r5, r10, r10
  throw r3
F:
  print r11
  special.20 r11, r5, r5
  eq r11, r11, r12
  print r11
  closure r4, &eq
  setfield r3, r4, "__eq__"
  ; An equality that changes the map under the search: the search begins anew and finds what is there then.
  special.2 r5, r5, r5
  setglobal r5, $map
  loadint r13, 0
fill:
  getglobal r8, $point
  loadint r11, 7
  call r8, r9, 1
  jngti r13, 0, first
  loadint r14, 0
  setfield r9, r14, "salt"
first:
  setindex r5, r9, r13
  addi r13, r13, 1
  jgei r13, 3, filled
  loop fill
filled:
  print r5
  loadint r4, 0
  setglobal r4, $asked
  closure r4, &meddling_eq
  setfield r3, r4, "__eq__"
  getglobal r8, $point
  loadint r11, 7
  call r8, r9, 1
  getindex r10, r5, r9
  print r10
  special.20 r11, r5, r5
  print r11
  getglobal r10, $asked
  print r10
  ; One that removes the very entry that it is asked about.
  special.2 r5, r5, r5
  setglobal r5, $map
  getglobal r8, $point
  loadint r11, 9
  call r8, r9, 1
  setglobal r9, $victim
  setindex r5, r9, r11
  closure r4, &removing_eq
  setfield r3, r4, "__eq__"
  getglobal r8, $point
  loadint r11, 9
  call r8, r9, 1
  special.7 r10, r5, r9
  print r10
  ; One that never lets a search end stops with the fuel.
  closure r4, &endless_eq
  setfield r3, r4, "__eq__"
  closure r4, &quick_hash
  setfield r3, r4, "__hash__"
  special.2 r5, r5, r5
  setglobal r5, $map
  getglobal r8, $point
  loadint r11, 3
  call r8, r9, 1
  setindex r5, r9, r9
  getglobal r8, $point
  loadint r11, 3
  call r8, r9, 1
  getindex r10, r5, r9
  throw r5

function "point" (n) registers 5
  getglobal r4, $Point
  newobject r4, r4
  setfield r4, r3, "n"
  ret r4

function "hash" () registers 4
  loadtrue r3
  special.16 r3, r3, r3
  getfield r3, r1, "n"
  ret r3

function "eq" (other) registers 7
  getglobal r4, $asked
  addi r4, r4, 1
  setglobal r4, $asked
  getfield r5, r1, "n"
  special.21 r4, r3, r3
  jnek r4, "Map", number
  getfield r6, r3, "n"
  eq r4, r5, r6
  ret r4
number:
  eq r4, r5, r3
  ret r4

function "fails" (x = 0) registers 5
  loadk r4, "not this one"
  throw r4

; Equal to everything, but rebuilds the table the first two times that it is asked.
function "meddling_eq" (other) registers 8
  getglobal r4, $asked
  addi r4, r4, 1
  setglobal r4, $asked
  jgei r4, 3, done
  getglobal r5, $map
  loadint r6, 0
more:
  special.20 r7, r5, r5
  addi r7, r7, 1000
  setindex r5, r7, r6
  addi r6, r6, 1
  jgei r6, 20, done
  loop more
done:
  loadtrue r4
  ret r4

function "removing_eq" (other) registers 7
  getglobal r4, $map
  closure r5, &same
  getglobal r6, $Point
  setfield r6, r5, "__eq__"
  getglobal r5, $victim
  special.8 r4, r4, r5
  loadtrue r4
  ret r4

function "same" (other) registers 5
  special.6 r4, r1, r3
  ret r4

; Takes itself out and puts itself back, so that the table is never what it was.
function "endless_eq" (other) registers 6
  getglobal r4, $map
  special.8 r5, r4, r1
  setindex r4, r1, r5
  loadfalse r4
  ret r4

function "quick_hash" () registers 4
  getfield r3, r1, "n"
  ret r3
