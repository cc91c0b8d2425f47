; Variables: locals, globals, boxes that closures share, and reading what has no value.
function "main" () registers 14
  local r3 count
  local r4 nobody
  loadint r3, 1
  getlocal r5, r3
  print r5
  ; The forms with x call what they read.
  closure r6, &answer
  getlocalx r5, r6
  print r5
  getlocalx r5, r3
  print r5
  getlocal r5, r6
  print r5
  setglobal r6, $thing
  getglobal r5, $thing
  print r5
  getglobalx r5, $thing
  print r5
  loadk r6, "plain"
  setglobal r6, $thing
  getglobalx r5, $thing
  print r5
  ; A box is shared by whoever captured it.
  loadint r7, 10
  newbox r7, r7
  closure r8, &counter
  move r9, r8
  call r9, r5, 0
  move r9, r8
  call r9, r5, 0
  getbox r5, r7
  print r5
  closure r5, &answer
  setbox r7, r5
  getboxx r5, r7
  print r5
  closure r8, &reader
  move r9, r8
  call r9, r5, 0
  loadint r5, 5
  setbox r7, r5
  getboxx r5, r7
  print r5
  move r9, r8
  call r9, r5, 0
  ; A box that is none: nothing happens, nothing is there.
  setbox r3, r5
  print r3
  ; What has no value.
  closure r9, &unassigned
  loadint r12, 0
  call r9, r5, 1
  closure r9, &unassigned
  loadint r12, 1
  call r9, r5, 1
  closure r9, &unassigned
  loadint r12, 2
  call r9, r5, 1
  closure r9, &unassigned
  loadint r12, 3
  call r9, r5, 1
  retnil

function "answer" () registers 4
  loadint r3, 42
  ret r3

function "counter" () registers 8
  capture r7
  getcapturebox r3, c0
  addi r3, r3, 1
  setcapturebox r3, c0
  print r3
  ; A closure in a closure captures what its maker captured.
  closure r4, &inner
  call r4, r3, 0
  retnil

function "inner" () registers 5
  capture c0
  getcapture r3, c0
  getbox r4, r3
  print r4
  retnil

function "reader" () registers 4
  capture r7
  getcaptureboxx r3, c0
  print r3
  getcapturebox r3, c0
  print r3
  retnil

function "unassigned" (which) registers 8
  local r4 nobody
  handler A B -> B r5
A:
  loadempty r4
  jeqi r3, 1, global
  jeqi r3, 2, box
  jeqi r3, 3, captured
  getlocal r5, r4
  throw r5
global:
  getglobalx r5, $never_assigned
  throw r5
box:
  newbox r6, r4
  getbox r5, r6
  throw r5
captured:
  newbox r4, r4
  closure r5, &empty_reader
  getlocalx r5, r5
  throw r5
B:
  print r5
  retnil

function "empty_reader" () registers 4
  capture r4
  getcaptureboxx r3, c0
  ret r3
