// Binary trees: one that lives through the run, many that are built, checked and dropped.
"use strict";

function build(depth) {
  if (depth === 0) return { left: null, right: null };
  return { left: build(depth - 1), right: build(depth - 1) };
}

function check(node) {
  if (node.left === null) return 1;
  return 1 + check(node.left) + check(node.right);
}

function run(size) {
  const lasting = build(size);
  let total = 0;
  for (let depth = 4; depth <= size; depth += 4) {
    const rounds = 2 ** (size - depth);
    for (let round = 0; round < rounds; round++) {
      total += check(build(depth));
    }
  }
  return total * 10 + (check(lasting) % 10);
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 16));
