// Maps with sparse integer keys: a histogram, memoised Collatz lengths, removal and re-insertion.
"use strict";

function collatzLength(start, known) {
  const path = [];
  let n = start;
  while (!known.has(n)) {
    path.push(n);
    n = n % 2 === 0 ? n / 2 : n * 3 + 1;
  }
  let length = known.get(n);
  for (let i = path.length - 1; i >= 0; i--) {
    length++;
    known.set(path[i], length);
  }
  return length;
}

function run(size) {
  let seed = 3;
  const histogram = new Map();
  for (let i = 0; i < size; i++) {
    seed = (seed * 16807) % 2147483647;
    const bucket = (seed % 5003) * 7919;
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
  }
  let total = 0;
  for (const [bucket, count] of histogram) {
    total += count * (bucket % 1009);
  }

  const known = new Map([[1, 1]]);
  const limit = Math.floor(size / 10) + 1;
  for (let n = 2; n <= limit + 1; n++) {
    total += collatzLength(n, known);
  }
  total += known.size * 1000;

  // A sliding window of 1000 keys.
  const window = new Map();
  for (let i = 1; i <= size; i++) {
    window.set(i * 31, i);
    if (i > 1000) {
      const old = (i - 1000) * 31;
      total += window.get(old) % 10;
      window.delete(old);
    }
  }
  return total + window.size;
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 45000));
