// Counts all placements of size queens on a size by size board, recursively.
"use strict";

function place(board, row) {
  const size = board.size;
  if (row === size) {
    board.solutions++;
    return;
  }
  const { columns, rising, falling } = board;
  for (let column = 0; column < size; column++) {
    if (!(columns[column] || rising[row + column] || falling[row - column + size])) {
      board.nodes++;
      columns[column] = true;
      rising[row + column] = true;
      falling[row - column + size] = true;
      place(board, row + 1);
      columns[column] = false;
      rising[row + column] = false;
      falling[row - column + size] = false;
    }
  }
}

function run(size) {
  const board = {
    size,
    columns: new Array(size).fill(false),
    rising: new Array(2 * size).fill(false),
    falling: new Array(2 * size).fill(false),
    solutions: 0,
    nodes: 0,
  };
  place(board, 0);
  return board.solutions * 10000000 + board.nodes;
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

main(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 11));
