// Collatz chains of 1 .. size: parity tests, halving, values past 2^31.
"use strict";

function run(size) {
  let totalSteps = 0;
  let longest = 0;
  let peak = 0;
  for (let start = 1; start <= size; start++) {
    let n = start;
    let steps = 0;
    while (n !== 1) {
      if (n % 2 === 0) {
        n /= 2;
      } else {
        n = n * 3 + 1;
        if (n > peak) peak = n;
      }
      steps++;
    }
    totalSteps += steps;
    if (steps > longest) longest = steps;
  }
  return totalSteps * 1000 + longest + peak;
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 90000));
