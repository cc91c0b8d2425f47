// Spectral norm of an infinite matrix cut to size by size, power method.
"use strict";

function element(i, j) {
  return 1 / (((i + j) * (i + j + 1)) / 2 + i + 1);
}

function multiply(v, out, size) {
  for (let i = 0; i < size; i++) {
    let total = 0;
    for (let j = 0; j < size; j++) {
      total += element(i, j) * v[j];
    }
    out[i] = total;
  }
}

function multiplyTransposed(v, out, size) {
  for (let i = 0; i < size; i++) {
    let total = 0;
    for (let j = 0; j < size; j++) {
      total += element(j, i) * v[j];
    }
    out[i] = total;
  }
}

function run(size) {
  const u = new Array(size).fill(1);
  const v = new Array(size).fill(0);
  const scratch = new Array(size).fill(0);
  for (let round = 0; round < 10; round++) {
    multiply(u, scratch, size);
    multiplyTransposed(scratch, v, size);
    multiply(v, scratch, size);
    multiplyTransposed(scratch, u, size);
  }
  let uv = 0;
  let vv = 0;
  for (let i = 0; i < size; i++) {
    uv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  return Math.floor(Math.sqrt(uv / vv) * 1000000000000);
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 850));
