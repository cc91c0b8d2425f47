// Escape counts of a size by size grid over the Mandelbrot set.
"use strict";

function escapeCount(cr, ci, limit) {
  let zr = 0;
  let zi = 0;
  let count = 0;
  while (count < limit) {
    const rr = zr * zr;
    const ii = zi * zi;
    if (rr + ii > 4) break;
    zi = 2 * zr * zi + ci;
    zr = rr - ii + cr;
    count++;
  }
  return count;
}

function run(size) {
  let total = 0;
  let inside = 0;
  for (let row = 0; row < size; row++) {
    const ci = (2 * row) / size - 1;
    for (let column = 0; column < size; column++) {
      const count = escapeCount((3 * column) / size - 2, ci, 60);
      total += count;
      if (count === 60) inside++;
    }
  }
  return total * 1000 + inside;
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 900));
