// Sudoku by backtracking over the cell with the fewest candidates; size rounds over four puzzles.
"use strict";

function flags() {
  return new Array(90).fill(false);
}

// Rows, columns and boxes are flat lists of ten flags each.
function mark(puzzle, cell, digit, used) {
  const row = Math.floor(cell / 9);
  const column = cell % 9;
  const box = Math.floor(row / 3) * 3 + Math.floor(column / 3);
  puzzle.rows[row * 10 + digit] = used;
  puzzle.columns[column * 10 + digit] = used;
  puzzle.boxes[box * 10 + digit] = used;
}

function loadPuzzle(text) {
  const puzzle = { cells: [], rows: flags(), columns: flags(), boxes: flags(), nodes: 0 };
  for (let i = 0; i < 81; i++) {
    const digit = Number(text[i]);
    puzzle.cells.push(digit);
    if (digit > 0) mark(puzzle, i, digit, true);
  }
  return puzzle;
}

function candidates(puzzle, cell) {
  const row = Math.floor(cell / 9);
  const column = cell % 9;
  const box = Math.floor(row / 3) * 3 + Math.floor(column / 3);
  const { rows, columns, boxes } = puzzle;
  const rowBase = row * 10;
  const columnBase = column * 10;
  const boxBase = box * 10;
  const found = [];
  for (let digit = 1; digit <= 9; digit++) {
    if (!(rows[rowBase + digit] || columns[columnBase + digit] || boxes[boxBase + digit])) found.push(digit);
  }
  return found;
}

function solve(puzzle) {
  const cells = puzzle.cells;
  let best = -1;
  let bestCandidates = null;
  let fewest = 10;
  for (let i = 0; i < 81; i++) {
    if (cells[i] === 0) {
      const found = candidates(puzzle, i);
      if (found.length < fewest) {
        fewest = found.length;
        best = i;
        bestCandidates = found;
        if (fewest < 2) break;
      }
    }
  }
  if (best < 0) return true;
  for (const digit of bestCandidates) {
    puzzle.nodes++;
    cells[best] = digit;
    mark(puzzle, best, digit, true);
    if (solve(puzzle)) return true;
    mark(puzzle, best, digit, false);
    cells[best] = 0;
  }
  return false;
}

function run(size) {
  const texts = [
    "530070000600195000098000060800060003400803001700020006060000280000419005000080079",
    "400000805030000000000700000020000060000080400000010000000603070500200000104000000",
    "000000907000420180000705026100904000050000040000507009920108000034059000507000000",
    "100007090030020008009600500005300900010080002600004000300000010040000007007000300",
  ];
  let total = 0;
  for (let round = 0; round < size; round++) {
    for (const text of texts) {
      const puzzle = loadPuzzle(text);
      if (!solve(puzzle)) return -1;
      let value = 0;
      for (const digit of puzzle.cells) {
        value = (value * 10 + digit) % 1000000007;
      }
      total += value + puzzle.nodes;
    }
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 10));
