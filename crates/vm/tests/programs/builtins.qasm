; Built-ins show through where a name is not assigned: shadowed by an assignment, uncovered by removal.
function "main" () registers 12
  getglobal r3, $fail
  print r3
  closure r4, &show
  setglobal r4, $show
  getglobalx r3, $show
  ; Assigned: code that used the built-in sees the variable, old functions and new ones.
  loadk r3, "mine"
  setglobal r3, $fail
  getglobal r3, $fail
  print r3
  getglobalx r3, $show
  loadk r3, "mine again"
  setglobal r3, $fail
  getglobalx r3, $show
  ; The name space is a map, in which the built-in was never an entry.
  special.23 r5, r5, r5
  loadk r6, "fail"
  special.7 r7, r5, r6
  print r7
  loadk r6, "each"
  special.7 r7, r5, r6
  print r7
  ; Removed: the built-in is there again.
  loadk r6, "fail"
  special.18 r7, r6, r6
  print r7
  getglobal r3, $fail
  print r3
  getglobalx r3, $show
  special.7 r7, r5, r6
  print r7
  ; Through the map, and with a name that was computed.
  loadk r3, "through the map"
  loadk r7, "fa"
  loadk r8, "il"
  add r6, r7, r8
  setindex r5, r6, r3
  getglobal r3, $fail
  print r3
  add r6, r7, r8
  special.8 r9, r5, r6
  print r9
  getglobalx r3, $show
  ; A variable that no built-in stands behind.
  loadint r3, 1
  setglobal r3, $plain
  getglobal r3, $plain
  print r3
  loadk r6, "plain"
  special.18 r7, r6, r6
  handler A B -> B r3
A:
  getglobal r3, $plain
  throw r6
B:
  print r3
  ; Assigned by one function before another one that names it exists.
  loadk r3, "early"
  setglobal r3, $next
  closure r4, &late
  getlocalx r3, r4
  loadk r6, "next"
  special.18 r7, r6, r6
  getlocalx r3, r4
  retnil

function "show" () registers 4
  getglobal r3, $fail
  print r3
  retnil

function "late" () registers 4
  getglobal r3, $next
  print r3
  retnil
