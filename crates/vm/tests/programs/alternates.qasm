; Alternates: code out of line for operands that an instruction does not treat itself.
function "main" () registers 12
  local r3 x
  loadempty r3
  getlocal r4, r3 else unassigned
  throw r3
unassigned:
  loadk r4, "no value: the alternate knows better"
  print r4
  getglobal r4, $nowhere else no_global
  throw r3
no_global:
  loadk r4, "no such global"
  print r4
  loadint r6, 5
  call r6, r5, 0 else uncallable
  throw r3
uncallable:
  loadk r5, "nothing to call"
  print r5
  newmap r6, 0
  getown r7, r6, "missing" else missing
  throw r3
missing:
  ; Back to the instruction behind, as often as the loop turns.
  loadint r8, 0
head:
  getown r7, r6, "counter" else start
back:
  addi r7, r7, 1
  setfield r6, r7, "counter"
  addi r8, r8, 1
  jgei r8, 5, done
  loop head
start:
  loadint r7, 100
  jump back
done:
  print r7
  ; An instruction that has one, and does not need it.
  loadint r3, 1
  getlocal r4, r3 else unassigned2
  print r4
  retnil
unassigned2:
  throw r3
