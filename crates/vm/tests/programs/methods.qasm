; Methods: self and home in the window, auto-called fields, elements that are called, calls with the self of
; the caller.
function "main" () registers 16
  newmap r3, 4
  closure r4, &area
  setfield r3, r4, "area"
  closure r4, &describe
  setfield r3, r4, "describe"
  newobject r5, r3
  closure r4, &square_area
  setfield r5, r4, "area"
  newobject r6, r5
  loadint r4, 3
  setfield r6, r4, "side"
  ; The method is found in the class, its home; from there `super` goes on.
  getmethod r7, r6, "area"
  call.1 r7, r8, 0
  print r8
  getfieldx r8, r6, "describe"
  print r8
  getfieldx r8, r6, "side"
  print r8
  ; Several times at one place: through the cache, with receivers of the same shape.
  newobject r7, r5
  loadint r4, 4
  setfield r7, r4, "side"
  newlist r8, r6, 2
  listappend r8, r6, 2
  iterinit r9, r8
  jump next
each:
  getmethod r12, r11, "area"
  call.1 r12, r12, 0
  print r12
  getfieldx r12, r11, "describe"
  print r12
next:
  iternext r9, r11, each
  ; An own method has no home.
  newmap r7, 1
  closure r4, &home
  setfield r7, r4, "home"
  getmethod r12, r7, "home"
  call.1 r12, r12, 0
  print r12
  getmethod r12, r6, "area"
  special.6 r4, r13, r6
  print r4
  special.6 r4, r14, r5
  print r4
  ; A call without self has neither.
  closure r12, &home
  call r12, r12, 0
  print r12
  ; An element that is called: of a list, with the list as self.
  closure r4, &home
  newlist r7, r4, 1
  loadint r4, 0
  getindexmethod r12, r7, r4
  call.1 r12, r12, 0
  print r12
  ; What is read and is no function stays as it is, and calling it is an error.
  getmethod r12, r6, "side"
  handler A B -> B r4
A:
  call.1 r12, r12, 0
  throw r3
B:
  print r4
  retnil

function "area" () registers 4
  loadk r3, "some area"
  ret r3

; Its own area, and that of the class above its home.
function "square_area" () registers 10
  getfield r3, r1, "side"
  mul r3, r3, r3
  special.12 r4, r2, r2
  getmethod.1 r5, r4, "area"
  call.1 r5, r4, 0
  newlist r5, r3, 2
  ret r5

; The area, called with the self of the caller.
function "describe" () registers 5
  getfieldx.1 r3, r1, "area"
  newlist r4, r3, 1
  ret r4

function "home" () registers 4
  newlist r3, r1, 2
  ret r3
