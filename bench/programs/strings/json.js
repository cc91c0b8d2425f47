// A JSON parser and printer: a document of size records is read, printed, read and printed again.
"use strict";

class Parser {
  constructor(text) {
    this.text = text;
    this.position = 0;
  }

  fail(message) {
    throw new Error(`json: ${message} at ${this.position}`);
  }

  peek() {
    return this.text[this.position];
  }

  skipSpace() {
    const text = this.text;
    let i = this.position;
    while (text[i] === " ") i++;
    this.position = i;
  }

  expect(wanted) {
    if (this.peek() !== wanted) this.fail("expected " + wanted);
    this.position++;
  }

  value() {
    this.skipSpace();
    const c = this.peek();
    if (c === "{") return this.object();
    if (c === "[") return this.array();
    if (c === '"') return this.quoted();
    if (c === "t") {
      this.position += 4;
      return 1;
    }
    if (c === "f") {
      this.position += 5;
      return 0;
    }
    if (c === "n") {
      this.position += 4;
      return null;
    }
    return this.number();
  }

  number() {
    const text = this.text;
    const start = this.position;
    let i = start;
    if (text[i] === "-") i++;
    let c = text[i];
    while ((c >= "0" && c <= "9") || c === ".") {
      i++;
      c = text[i];
    }
    if (i === start) this.fail("expected a value");
    this.position = i;
    return Number(text.slice(start, i));
  }

  quoted() {
    const text = this.text;
    let start = this.position + 1;
    let i = start;
    const parts = [];
    let c = text[i];
    while (c !== '"') {
      if (c === "\\") {
        parts.push(text.slice(start, i));
        const escape = text[i + 1];
        if (escape === "n") {
          parts.push("\n");
        } else if (escape === "t") {
          parts.push("\t");
        } else {
          parts.push(escape);
        }
        i += 2;
        start = i;
      } else {
        i++;
      }
      c = text[i];
    }
    parts.push(text.slice(start, i));
    this.position = i + 1;
    return parts.join("");
  }

  array() {
    const items = [];
    this.expect("[");
    this.skipSpace();
    if (this.peek() === "]") {
      this.position++;
      return items;
    }
    while (true) {
      items.push(this.value());
      this.skipSpace();
      if (this.peek() !== ",") break;
      this.position++;
    }
    this.expect("]");
    return items;
  }

  object() {
    const members = {};
    this.expect("{");
    this.skipSpace();
    if (this.peek() === "}") {
      this.position++;
      return members;
    }
    while (true) {
      this.skipSpace();
      const key = this.quoted();
      this.skipSpace();
      this.expect(":");
      members[key] = this.value();
      this.skipSpace();
      if (this.peek() !== ",") break;
      this.position++;
    }
    this.expect("}");
    return members;
  }
}

function quote(text) {
  text = text.replaceAll("\\", "\\\\");
  text = text.replaceAll('"', '\\"');
  text = text.replaceAll("\n", "\\n");
  text = text.replaceAll("\t", "\\t");
  return '"' + text + '"';
}

// Appends the printed form of a value to the list of parts, members in key order.
function write(value, parts) {
  if (typeof value === "string") {
    parts.push(quote(value));
  } else if (typeof value === "number") {
    parts.push(String(value));
  } else if (value === null) {
    parts.push("null");
  } else if (Array.isArray(value)) {
    parts.push("[");
    let separator = "";
    for (const item of value) {
      parts.push(separator);
      write(item, parts);
      separator = ",";
    }
    parts.push("]");
  } else {
    const keys = Object.keys(value).sort();
    parts.push("{");
    let separator = "";
    for (const key of keys) {
      parts.push(separator + quote(key) + ":");
      write(value[key], parts);
      separator = ",";
    }
    parts.push("}");
  }
}

function printed(value) {
  const parts = [];
  write(value, parts);
  return parts.join("");
}

function parsed(text) {
  return new Parser(text).value();
}

function makeDocument(size) {
  const records = [];
  let seed = 11;
  for (let i = 1; i <= size; i++) {
    seed = (seed * 16807) % 2147483647;
    records.push(
      '{"name": "user ' + i + '", "id": ' + seed + ', "score": -' + (seed % 1000) + ".25, " +
        '"tags": ["a\\nb", "say \\"hi\\"", "back\\\\slash"], "active": true, "parent": null, ' +
        '"place": {"x": ' + (i % 37) + ', "y": [1, 2, [3, ' + (i % 5) + ']], "empty": [0]}}',
    );
  }
  return "[" + records.join(", ") + "]";
}

function run(size) {
  const document = makeDocument(size);
  const first = printed(parsed(document));
  const second = printed(parsed(first));
  if (first !== second) return -1;
  let h = 7;
  for (let i = 0; i < first.length; i++) {
    h = (h * 31 + first.charCodeAt(i)) % 1000000007;
  }
  return h * 1000 + (first.length % 1000);
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1250));
