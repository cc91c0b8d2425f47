// An interpreter for a small language: scanner, parser, and a compiler to closures.
"use strict";

function isWordCharacter(c) {
  return (c >= "a" && c <= "z") || (c >= "0" && c <= "9");
}

function scan(text) {
  const tokens = [];
  let i = 0;
  const count = text.length;
  while (i < count) {
    const c = text[i];
    if (c === " ") {
      i++;
    } else if (isWordCharacter(c)) {
      const start = i;
      while (isWordCharacter(text[i])) i++;
      tokens.push(text.slice(start, i));
    } else {
      tokens.push(c);
      i++;
    }
  }
  tokens.push("end of text");
  return tokens;
}

class Parser {
  constructor(text) {
    this.tokens = scan(text + " ");
    this.position = 0;
    this.slots = new Map();
  }

  token() {
    return this.tokens[this.position];
  }

  advance() {
    const token = this.tokens[this.position];
    this.position++;
    return token;
  }

  expect(wanted) {
    const token = this.advance();
    if (token !== wanted) throw new Error(`expected ${wanted}, got ${token}`);
  }

  slot(name) {
    if (!this.slots.has(name)) this.slots.set(name, this.slots.size);
    return this.slots.get(name);
  }

  program() {
    const statements = [];
    while (this.token() !== "end of text") {
      statements.push(this.statement());
    }
    return { kind: "block", statements };
  }

  block() {
    this.expect("{");
    const statements = [];
    while (this.token() !== "}") {
      statements.push(this.statement());
    }
    this.expect("}");
    return { kind: "block", statements };
  }

  statement() {
    const token = this.advance();
    if (token === "while") {
      const test = this.comparison();
      return { kind: "while", test, body: this.block() };
    }
    if (token === "if") {
      const test = this.comparison();
      const positive = this.block();
      let negative = null;
      if (this.token() === "else") {
        this.advance();
        negative = this.block();
      }
      return { kind: "if", test, positive, negative };
    }
    const target = this.slot(token);
    this.expect("=");
    const value = this.comparison();
    this.expect(";");
    return { kind: "assign", slot: target, value };
  }

  comparison() {
    let left = this.sum();
    while (this.token() === "<" || this.token() === ">" || this.token() === "=") {
      const op = this.advance();
      left = { kind: "binary", op, left, right: this.sum() };
    }
    return left;
  }

  sum() {
    let left = this.product();
    while (this.token() === "+" || this.token() === "-") {
      const op = this.advance();
      left = { kind: "binary", op, left, right: this.product() };
    }
    return left;
  }

  product() {
    let left = this.primary();
    while (this.token() === "*" || this.token() === "/" || this.token() === "%") {
      const op = this.advance();
      left = { kind: "binary", op, left, right: this.primary() };
    }
    return left;
  }

  primary() {
    const token = this.advance();
    if (token === "(") {
      const inner = this.comparison();
      this.expect(")");
      return inner;
    }
    if (token[0] >= "0" && token[0] <= "9") return { kind: "number", value: Number(token) };
    return { kind: "variable", slot: this.slot(token) };
  }
}

// Every compile function returns a closure that takes the list of variables.
function compileBinary(op, left, right) {
  switch (op) {
    case "+":
      return (env) => left(env) + right(env);
    case "-":
      return (env) => left(env) - right(env);
    case "*":
      return (env) => left(env) * right(env);
    case "/":
      return (env) => Math.floor(left(env) / right(env));
    case "%":
      return (env) => left(env) % right(env);
    case "<":
      return (env) => (left(env) < right(env) ? 1 : 0);
    case ">":
      return (env) => (left(env) > right(env) ? 1 : 0);
    default:
      return (env) => (left(env) === right(env) ? 1 : 0);
  }
}

function compileWhile(test, body) {
  return (env) => {
    while (test(env) !== 0) {
      body(env);
    }
  };
}

function compileIf(test, positive, negative) {
  return (env) => {
    if (test(env) !== 0) {
      positive(env);
    } else {
      negative(env);
    }
  };
}

function compileBlock(steps) {
  return (env) => {
    for (let i = 0; i < steps.length; i++) {
      steps[i](env);
    }
  };
}

function compileAssign(slot, value) {
  return (env) => {
    env[slot] = value(env);
  };
}

function compileNumber(value) {
  return (env) => value;
}

function compileVariable(slot) {
  return (env) => env[slot];
}

function compile(node) {
  switch (node.kind) {
    case "number":
      return compileNumber(node.value);
    case "variable":
      return compileVariable(node.slot);
    case "assign":
      return compileAssign(node.slot, compile(node.value));
    case "binary":
      return compileBinary(node.op, compile(node.left), compile(node.right));
    case "while":
      return compileWhile(compile(node.test), compile(node.body));
    case "if": {
      const negative = node.negative ?? { kind: "block", statements: [] };
      return compileIf(compile(node.test), compile(node.positive), compile(negative));
    }
    default:
      return compileBlock(node.statements.map(compile));
  }
}

// Sums of greatest common divisors, Collatz lengths and a prime count.
function programText(limit) {
  const lines = [
    `limit = ${limit}; n = 1; divisors = 0; steps = 0; primes = 0;`,
    "while n < limit {",
    "  a = n; b = 360;",
    "  while b > 0 { t = a % b; a = b; b = t; }",
    "  divisors = divisors + a;",
    "  c = n; k = 0;",
    "  while (c > 1) * (k < 12) {",
    "    if c % 2 = 0 { c = c / 2; } else { c = c * 3 + 1; }",
    "    k = k + 1;",
    "  }",
    "  steps = steps + k * (c + 1) % 1009;",
    "  d = 2; prime = 1;",
    "  while (d * d < n + 1) * prime * (d < 20) {",
    "    if n % d = 0 { prime = 0; }",
    "    d = d + 1;",
    "  }",
    "  if prime { primes = primes + 1; }",
    "  n = n + 1;",
    "}",
    "result = divisors * 1000000 + steps * 10 + primes;",
  ];
  return lines.join(" ");
}

function run(size) {
  const parser = new Parser(programText(size));
  const execute = compile(parser.program());
  const env = new Array(parser.slots.size).fill(0);
  execute(env);
  return env[parser.slot("result")];
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 15000));
