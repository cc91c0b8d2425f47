// Map, filter, fold and a merge sort with a comparator over a list of size numbers.
"use strict";

function mapped(items, f) {
  const out = [];
  for (const x of items) {
    out.push(f(x));
  }
  return out;
}

function filtered(items, keep) {
  const out = [];
  for (const x of items) {
    if (keep(x)) out.push(x);
  }
  return out;
}

function folded(items, start, combine) {
  let result = start;
  for (const x of items) {
    result = combine(result, x);
  }
  return result;
}

function composed(f, g) {
  return (x) => f(g(x));
}

function adder(amount) {
  return (x) => x + amount;
}

function multiplier(factor) {
  return (x) => (x * factor) % 1000003;
}

// Bottom-up merge sort; before(a, b) tells whether a may stand before b.
function mergeSorted(items, before) {
  const count = items.length;
  let from = items.slice();
  let to = items.slice();
  let width = 1;
  while (width < count) {
    let lo = 0;
    while (lo < count) {
      const mid = Math.min(lo + width, count);
      const hi = Math.min(mid + width, count);
      let i = lo;
      let j = mid;
      for (let k = lo; k < hi; k++) {
        if (i < mid && (j >= hi || before(from[i], from[j]))) {
          to[k] = from[i];
          i++;
        } else {
          to[k] = from[j];
          j++;
        }
      }
      lo = hi;
    }
    [from, to] = [to, from];
    width *= 2;
  }
  return from;
}

function run(size) {
  const numbers = [];
  let seed = 7;
  for (let i = 0; i < size; i++) {
    seed = (seed * 16807) % 2147483647;
    numbers.push(seed % 1000003);
  }
  const transform = composed(adder(17), composed(multiplier(31), adder(5)));
  let divisor = 3;
  const isWanted = (x) => x % divisor !== 0;
  const plus = (a, b) => a + b;
  const byLastDigits = (a, b) => a % 1000 <= b % 1000;

  let total = 0;
  let items = filtered(mapped(numbers, transform), isWanted);
  total += folded(items, 0, plus);
  divisor = 7;
  items = filtered(mapped(items, transform), isWanted);
  total += folded(items, 0, plus);
  const ordered = mergeSorted(items, byLastDigits);
  const weighted = folded(ordered, 0, (sofar, x) => (sofar * 31 + x) % 1000000007);
  return total + weighted;
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 160000));
