// A text indexer: documents to words, an inverted index, queries and a ranking.
"use strict";

function makeWords() {
  const syllables = ["ka", "lo", "mi", "ren", "tus", "va", "bel", "dor", "sin", "qua"];
  const words = [];
  for (const a of syllables) {
    for (const b of syllables) {
      words.push(a + b);
      words.push(b + a + "na");
    }
  }
  return words;
}

function makeDocument(words, seed) {
  const pieces = [];
  for (let i = 1; i <= 60; i++) {
    seed = (seed * 16807) % 2147483647;
    const spread = (seed % words.length) + 1;
    let word = words[seed % spread];
    if (i % 9 === 0) word += ",";
    if (i % 15 === 0) word = word.toUpperCase() + ".";
    pieces.push(word);
  }
  return pieces.join(" ");
}

function stripped(word) {
  const last = word[word.length - 1];
  return last === "," || last === "." ? word.slice(0, -1) : word;
}

// index: word -> (document -> occurrences)
function addDocument(index, id, text) {
  for (const piece of text.split(" ")) {
    const word = stripped(piece).toLowerCase();
    let entry = index.get(word);
    if (!entry) {
      entry = new Map();
      index.set(word, entry);
    }
    entry.set(id, (entry.get(id) ?? 0) + 1);
  }
}

// Documents that contain both words, scored by occurrences.
function scoreBoth(index, first, second) {
  const a = index.get(first);
  const b = index.get(second);
  if (!a || !b) return 0;
  let score = 0;
  for (const [id, count] of a) {
    const other = b.get(id);
    if (other !== undefined) score += count * other * ((id % 10) + 1);
  }
  return score;
}

function run(size) {
  const words = makeWords();
  const index = new Map();
  for (let id = 1; id <= size; id++) {
    addDocument(index, id, makeDocument(words, id * 7919));
  }
  let total = 0;
  for (let i = 0; i + 1 < words.length; i++) {
    total += scoreBoth(index, words[i], words[i + 1]);
  }
  const ranking = [];
  for (const [word, entry] of index) {
    let count = 0;
    for (const n of entry.values()) count += n;
    ranking.push({ word, count });
  }
  ranking.sort((a, b) => (a.word < b.word ? -1 : 1));
  ranking.forEach((entry, place) => {
    total += (place + 1) * entry.count * entry.word.length;
  });
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 2200));
