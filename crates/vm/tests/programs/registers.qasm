; A function with more registers than a byte can count; windows far up in it.
function "main" () registers 1000
  loadint r3, 1
  loadint r500, 2
  add r999, r3, r500
  print r999
  move r998, r999
  newlist r700, r998, 2
  print r700
  closure r990, &many
  loadint r993, 7
  loadint r994, 8
  call r990, r256, 2
  print r256
  loadint r300, 0
head:
  jngei r300, 1000, body
  jump out
body:
  add r400, r300, r256
  addi r300, r300, 1
  loop head
out:
  print r400
  newmap r600, 1
  setfield r600, r400, "field"
  getfield r601, r600, "field"
  print r601
  newbox r602, r601
  getbox r603, r602
  print r603
  ; A generator keeps all of its registers.
  closure r990, &wide
  call r990, r604, 0
  loadnil r605
  resume r606, r604, r605
  closure r990, &many
  loadint r993, 1
  loadint r994, 2
  call r990, r256, 2
  resume r606, r604, r605
  print r606
  ; Deep recursion of wide frames ends in an error, and the stack is usable after it.
  closure r990, &deep
  loadint r993, 0
  handler A B -> B r607
A:
  call r990, r608, 1
  throw r3
B:
  print r607
  closure r990, &many
  loadint r993, 3
  loadint r994, 4
  call r990, r256, 2
  print r256
  retnil

function "many" (x, y) registers 300
  mul r299, r3, r4
  move r257, r299
  addi r258, r257, 1
  ret r258

function "wide" () registers 400 flags generator
  loadk r399, "last"
  loadk r398, " register"
  yield r5, r399
  add r399, r399, r398
  yield r5, r399
  retnil

function "deep" (n) registers 6010
  addi r6006, r3, 1
  move r6009, r6006
  closure r6003, &deep
  move r6006, r6009
  call r6003, r6000, 1
  ret r6000
