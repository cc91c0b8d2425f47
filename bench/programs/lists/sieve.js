// Sieve of Eratosthenes up to size.
"use strict";

function run(size) {
  const prime = [];
  for (let i = 0; i <= size; i++) prime.push(true);
  prime[0] = false;
  prime[1] = false;
  for (let i = 2; i * i <= size; i++) {
    if (prime[i]) {
      for (let j = i * i; j <= size; j += i) {
        prime[j] = false;
      }
    }
  }
  let count = 0;
  let total = 0;
  for (let n = 2; n <= size; n++) {
    if (prime[n]) {
      count++;
      total += n;
    }
  }
  return total + count;
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 4000000));
