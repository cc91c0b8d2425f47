// Gray codes, population counts and an exclusive-or hash.
"use strict";

function run(size) {
  let ones = 0;
  let mixed = 0;
  let seen = 0;
  let total = 0;
  for (let i = 1; i <= size; i++) {
    const gray = i ^ Math.floor(i / 2);
    let rest = gray;
    while (rest !== 0) {
      rest &= rest - 1;
      ones++;
    }
    mixed ^= (gray * 421) % 16777216;
    seen |= mixed;
    total += (mixed & 65535) * 16;
  }
  return total + ones + seen;
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 2400000));
