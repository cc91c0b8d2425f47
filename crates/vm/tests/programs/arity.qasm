; Arguments: too few take defaults, too many are an error or are dropped.
function "main" () registers 16
  closure r6, &three
  loadint r9, 1
  call r6, r3, 1
  closure r6, &three
  loadint r9, 1
  loadint r10, 2
  call r6, r3, 2
  closure r6, &three
  loadint r9, 1
  loadint r10, 2
  loadint r11, 3
  call r6, r3, 3
  closure r6, &attempt
  closure r9, &three
  call r6, r3, 1
  closure r6, &lenient
  loadint r9, 1
  loadint r10, 2
  loadint r11, 3
  call r6, r3, 3
  closure r6, &lenient
  call r6, r3, 0
  ; A default is one value for all calls, and cannot be changed.
  closure r6, &collects
  call r6, r3, 0
  closure r6, &collects
  call r6, r3, 0
  ; A generator with defaults and too many arguments.
  closure r6, &lenient_generator
  loadint r9, 5
  loadint r10, 6
  call r6, r3, 2
  loadnil r4
  resume r5, r3, r4
  print r5
  closure r6, &lenient_generator
  call r6, r3, 0
  resume r5, r3, r4
  print r5
  ; Natives: too many are an error unless any number will do; a receiver counts where it comes first.
  getglobal r6, $yes
  call r6, r3, 0
  print r3
  getglobal r6, $pair
  loadint r9, 1
  call r6, r3, 1
  print r3
  loadint r6, 1
  closure r7, &attempt
  getglobal r10, $yes
  call r7, r3, 1
  newmap r8, 1
  getglobal r6, $pair
  setfield r8, r6, "pair"
  getmethod r9, r8, "pair"
  loadint r12, 5
  call.1 r9, r3, 1
  print r3
  getmethod r9, r8, "pair"
  loadint r12, 5
  loadint r13, 5
  call.1 r9, r3, 2
  retnil

function "three" (a, b = 20, c = "thirty") registers 7
  newlist r6, r3, 3
  print r6
  retnil

function "attempt" (f) registers 14
  handler A B -> B r4
A:
  move r5, r3
  loadint r8, 1
  loadint r9, 2
  loadint r10, 3
  loadint r11, 4
  call r5, r4, 4
B:
  print r4
  retnil

function "lenient" (a = "none") registers 5 flags lenient
  print r3
  retnil

function "collects" (list = [1, [2]]) registers 7
  handler A B -> B r5
A:
  listappend r3, r3, 1
  print r3
  loadint r4, 0
  setindex r3, r4, r4
  throw r3
B:
  print r5
  unshare r5, r3
  retnil

function "lenient_generator" (a = "default") registers 5 flags generator lenient
  yield r4, r3
  retnil
