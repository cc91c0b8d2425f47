; A first word, and the value of the top level.
function "main" () registers 4
  nop
  loadk r3, "hello"
  print r3
  loadint r3, 42
  ret r3
