; Properties: fields whose reading and writing call functions. Missing fields, elements as methods.
function "main" () registers 16
  newmap r3, 4
  setglobal r3, $Circle
  closure r4, &area
  closure r5, &set_area
  special.3 r6, r4, r5
  setfield r3, r6, "area"
  newobject r7, r3
  loadint r8, 10
  setfield r7, r8, "radius"
  getfield r9, r7, "area"
  print r9
  loadint r8, 75
  setfield r7, r8, "area"
  getfield r9, r7, "radius"
  print r9
  ; Many times at one place, with objects of two shapes.
  newobject r10, r3
  loadint r8, 1
  setfield r10, r8, "other"
  loadint r8, 2
  setfield r10, r8, "radius"
  newlist r11, r7, 1
  listappend r11, r10, 1
  listappend r11, r7, 1
  listappend r11, r10, 1
  iterinit r12, r11
  jump next
each:
  getfield r9, r14, "area"
  print r9
next:
  iternext r12, r14, each
  ; A getter that fails: the error is that of the place where the field was read.
  closure r4, &failing
  special.3 r6, r4, r4
  setfield r3, r6, "broken"
  handler A B -> B r9
A:
  getfield r9, r7, "broken"
  throw r3
B:
  print r9
  handler C D -> D r9
C:
  setfield r7, r8, "broken"
  throw r3
D:
  print r9
  ; A getter that is native: bound to the object.
  getglobal r4, $pair
  special.3 r6, r4, r4
  setfield r3, r6, "double"
  getfield r9, r7, "double"
  print r9
  ; Missing fields are asked for by name.
  closure r4, &getattr
  setfield r3, r4, "__getattr__"
  getfield r9, r7, "unknown"
  print r9
  getmethod r11, r7, "also_unknown"
  call.1 r11, r9, 0
  print r9
  ; Elements as methods.
  closure r4, &getitem
  setfield r3, r4, "__getitem__"
  closure r4, &setitem
  setfield r3, r4, "__setitem__"
  loadint r4, 3
  getindex r9, r7, r4
  print r9
  loadk r5, "value"
  setindex r7, r4, r5
  getindexmethod r11, r7, r4
  print r11
  print r12
  retnil

function "area" () registers 5
  getfield r3, r1, "radius"
  mul r4, r3, r3
  loadint r3, 3
  mul r4, r4, r3
  ret r4

; Sets the radius to a third of the area: enough for a test.
function "set_area" (area) registers 5
  loadint r4, 3
  idiv r4, r3, r4
  setfield r1, r4, "radius"
  loadk r4, "what a setter returns is dropped"
  ret r4

function "failing" (x) registers 4
  loadk r3, "the property fails"
  throw r3

function "getattr" (name) registers 6
  jeqk r3, "also_unknown", method
  loadk r4, "no "
  add r4, r4, r3
  ret r4
method:
  closure r4, &found
  ret r4

function "found" () registers 5
  newmap r3, 1
  loadk r4, "found as a method of an object with radius"
  print r4
  getfield r4, r1, "radius"
  ret r4

function "getitem" (key) registers 5

  loadint r4, 100
  mul r4, r3, r4
  ret r4

function "setitem" (key, value) registers 6
  newlist r5, r3, 2
  print r5
  retnil
