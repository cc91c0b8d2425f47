// Strings built by concatenation, replication, joining, replacing and reversing.
"use strict";

function pad(text, width) {
  const missing = width - text.length;
  return missing <= 0 ? text : " ".repeat(missing) + text;
}

function reversed(text) {
  let out = "";
  for (let i = text.length - 1; i >= 0; i--) {
    out += text[i];
  }
  return out;
}

function shifted(text, distance) {
  const out = [];
  for (let i = 0; i < text.length; i++) {
    const n = text.charCodeAt(i);
    if (n >= 97 && n <= 122) {
      out.push(String.fromCharCode(((n - 97 + distance) % 26) + 97));
    } else {
      out.push(text[i]);
    }
  }
  return out.join("");
}

function textHash(text) {
  let h = 7;
  for (let i = 0; i < text.length; i++) {
    h = (h * 31 + text.charCodeAt(i)) % 1000000007;
  }
  return h;
}

function run(size) {
  const lines = [];
  let seed = 99;
  for (let i = 1; i <= size; i++) {
    seed = (seed * 16807) % 2147483647;
    const name = "item" + (i % 100);
    let line = pad(name, 10) + ":" + pad("" + (seed % 10000), 6) + ";";
    if (i % 4 === 0) line = line.replaceAll("item", "thing");
    if (i % 5 === 0) line = reversed(line);
    if (i % 7 === 0) line = line.toUpperCase();
    if (i % 9 === 0) line = shifted(line, i % 26);
    lines.push(line + "-".repeat(i % 5));
  }
  const text = lines.join("/");
  return textHash(text) * 1000 + (text.length % 1000);
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
