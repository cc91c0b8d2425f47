; Value semantics: share marks a container that has a second owner, unshare copies such a one before a write.
function "main" () registers 14
  ; One owner: no copy.
  loadint r3, 1
  loadint r4, 2
  newlist r5, r3, 2
  unshare r5, r5
  loadint r6, 0
  setindex r5, r6, r4
  special.9 r7, r7, r7
  print r7
  ; b = a, then a write to b: one copy.
  share r5
  move r8, r5
  unshare r8, r8
  setindex r8, r6, r3
  special.9 r7, r7, r7
  print r7
  print r5
  print r8
  ; The copy has one owner.
  unshare r8, r8
  special.9 r7, r7, r7
  print r7
  special.6 r7, r5, r8
  print r7
  ; Nested: the outer copy shares the inner containers.
  newlist r9, r5, 1
  share r9
  unshare r10, r9
  special.9 r7, r7, r7
  print r7
  getindex r11, r9, r6
  getindex r12, r10, r6
  special.6 r7, r11, r12
  print r7
  ; Maps are copied as well, with their shape.
  newmap r9, 2
  setfield r9, r3, "x"
  share r9
  unshare r10, r9
  setfield r10, r4, "x"
  setfield r10, r4, "y"
  print r9
  print r10
  ; What is no container has no owners.
  loadint r9, 5
  share r9
  unshare r10, r9
  print r10
  special.9 r7, r7, r7
  print r7
  ; A loop that keeps giving its list away copies once per turn; one that does not, never.
  loadint r3, 0
  newlist r4, r3, 1
away:
  jngei r3, 10, go_on
  special.9 r7, r7, r7
  print r7
  jump kept
go_on:
  share r4
  unshare r4, r4
  listappend r4, r3, 1
  addi r3, r3, 1
  loop away
kept:
  unshare r4, r4
  listappend r4, r3, 1
  jgei r3, 20, done
  addi r3, r3, 1
  loop kept
done:
  special.9 r7, r7, r7
  print r7
  special.20 r7, r4, r4
  print r7
  retnil
