// Linked lists that are never changed: build, reverse, map, filter, append and merge sort by new cells.
"use strict";

function cons(head, tail) {
  return { head, tail };
}

function reversed(cells) {
  let out = null;
  while (cells !== null) {
    out = cons(cells.head, out);
    cells = cells.tail;
  }
  return out;
}

function tripled(cells) {
  let out = null;
  while (cells !== null) {
    out = cons((cells.head * 3) % 1000003, out);
    cells = cells.tail;
  }
  return reversed(out);
}

function oddOnly(cells) {
  let out = null;
  while (cells !== null) {
    if (cells.head % 2 === 1) out = cons(cells.head, out);
    cells = cells.tail;
  }
  return reversed(out);
}

function appended(front, back) {
  let out = back;
  let cells = reversed(front);
  while (cells !== null) {
    out = cons(cells.head, out);
    cells = cells.tail;
  }
  return out;
}

function merged(a, b) {
  let out = null;
  while (a !== null && b !== null) {
    if (a.head <= b.head) {
      out = cons(a.head, out);
      a = a.tail;
    } else {
      out = cons(b.head, out);
      b = b.tail;
    }
  }
  if (a === null) a = b;
  while (a !== null) {
    out = cons(a.head, out);
    a = a.tail;
  }
  return reversed(out);
}

function sorted(cells, count) {
  if (count === 0) return null;
  if (count === 1) return cons(cells.head, null);
  const half = Math.floor(count / 2);
  let rest = cells;
  for (let i = 0; i < half; i++) {
    rest = rest.tail;
  }
  return merged(sorted(cells, half), sorted(rest, count - half));
}

function run(size) {
  let numbers = null;
  let seed = 23;
  for (let i = 0; i < size; i++) {
    seed = (seed * 16807) % 2147483647;
    numbers = cons(seed % 1000003, numbers);
  }
  const odd = oddOnly(numbers);
  const both = appended(tripled(odd), reversed(numbers));
  let count = 0;
  let cells = both;
  while (cells !== null) {
    count++;
    cells = cells.tail;
  }
  cells = sorted(both, count);
  let total = 0;
  let place = 0;
  while (cells !== null) {
    place++;
    total = (total + cells.head * (place % 100)) % 1000000007;
    cells = cells.tail;
  }
  return total * 1000 + (count % 1000);
}

function main(iters, size) {
  let checksum = null;
  for (let k = 1; k <= iters; k++) {
    const started = performance.now();
    const result = run(size);
    const elapsed = (performance.now() - started) / 1000;
    console.log(`iter ${k} ${elapsed.toFixed(6)}`);
    if (checksum !== null && result !== checksum) {
      throw new Error(`checksum changed from ${checksum} to ${result}`);
    }
    checksum = result;
  }
  console.log(`checksum ${checksum}`);
}

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 15000));
