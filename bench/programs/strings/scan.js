// Scanning text: a table is split into lines and fields, searched, and read by character.
"use strict";

function makeTable(size) {
  const names = ["ada", "grace", "alan", "edsger", "barbara", "donald", "tony", "niklaus"];
  const lines = [];
  let seed = 5;
  for (let i = 1; i <= size; i++) {
    seed = (seed * 16807) % 2147483647;
    const first = names[seed % 8];
    const second = names[Math.floor(seed / 8) % 8];
    lines.push(i + "," + first + " " + second + "," + (seed % 100000) + ",key=" + (seed % 97) + ";");
  }
  return lines.join("\n");
}

function sumFields(text) {
  let total = 0;
  for (const line of text.split("\n")) {
    const fields = line.split(",");
    total += Number(fields[0]) + Number(fields[2]) * 3;
    const words = fields[1].split(" ");
    if (words[0] === words[1]) total += 1000;
  }
  return total;
}

// Every number between "key=" and the next semicolon.
function sumKeys(text) {
  let total = 0;
  let at = text.indexOf("key=");
  while (at >= 0) {
    const stop = text.indexOf(";", at + 1);
    total += Number(text.slice(at + 4, stop));
    at = text.indexOf("key=", stop + 1);
  }
  return total;
}

function countVowels(text) {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "a" || c === "e" || c === "i" || c === "o" || c === "u") count++;
  }
  return count;
}

// Words that read the same in both directions, by two indices.
function countPalindromes(text) {
  let count = 0;
  let start = 0;
  const stop = text.length;
  while (start < stop) {
    let finish = start;
    while (finish < stop && text[finish] >= "a" && text[finish] <= "z") finish++;
    if (finish - start > 2) {
      let i = start;
      let j = finish - 1;
      while (i < j && text[i] === text[j]) {
        i++;
        j--;
      }
      if (i >= j) count++;
    }
    start = finish + 1;
  }
  return count;
}

function run(size) {
  const text = makeTable(size);
  return sumFields(text) * 100 + sumKeys(text) * 10 + countVowels(text) + countPalindromes(text);
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 30000));
