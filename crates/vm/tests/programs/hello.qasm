; A first word, and the value of the top level.
unit "hello" language "test" main 0

function 0 "main" () registers 6
  const 0 "hello"
  @ 1 0 5
  nop
  loadk r3, k0
  special r4, r3, r3
  loadint r3, 42
  ret r3
