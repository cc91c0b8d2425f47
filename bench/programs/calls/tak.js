// Takeuchi's function and a mutually recursive pair, size rounds.
"use strict";

function tak(x, y, z) {
  if (y >= x) return z;
  return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

// Hofstadter's female and male sequences.
function female(n) {
  if (n === 0) return 1;
  return n - male(female(n - 1));
}

function male(n) {
  if (n === 0) return 0;
  return n - female(male(n - 1));
}

function run(size) {
  let total = 0;
  for (let i = 1; i <= size; i++) {
    total += tak(15 + (i % 3), 10, 5) * 1000;
    total += female(20 + (i % 5)) + male(20);
  }
  return total;
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 650));
