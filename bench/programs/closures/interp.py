"""An interpreter for a small language: scanner, parser, and a compiler to closures."""
import sys
import time


def is_word_character(c):
    return "a" <= c <= "z" or "0" <= c <= "9"


def scan(text):
    tokens = []
    i = 0
    count = len(text)
    while i < count:
        c = text[i]
        if c == " ":
            i += 1
        elif is_word_character(c):
            start = i
            while is_word_character(text[i]):
                i += 1
            tokens.append(text[start:i])
        else:
            tokens.append(c)
            i += 1
    tokens.append("end of text")
    return tokens


class Parser:
    def __init__(self, text):
        self.tokens = scan(text + " ")
        self.position = 0
        self.slots = {}

    def token(self):
        return self.tokens[self.position]

    def advance(self):
        token = self.tokens[self.position]
        self.position += 1
        return token

    def expect(self, wanted):
        token = self.advance()
        if token != wanted:
            raise SyntaxError(f"expected {wanted}, got {token}")

    def slot(self, name):
        if name not in self.slots:
            self.slots[name] = len(self.slots)
        return self.slots[name]

    def program(self):
        statements = []
        while self.token() != "end of text":
            statements.append(self.statement())
        return {"kind": "block", "statements": statements}

    def block(self):
        self.expect("{")
        statements = []
        while self.token() != "}":
            statements.append(self.statement())
        self.expect("}")
        return {"kind": "block", "statements": statements}

    def statement(self):
        token = self.advance()
        if token == "while":
            test = self.comparison()
            return {"kind": "while", "test": test, "body": self.block()}
        if token == "if":
            test = self.comparison()
            positive = self.block()
            negative = None
            if self.token() == "else":
                self.advance()
                negative = self.block()
            return {"kind": "if", "test": test, "positive": positive, "negative": negative}
        target = self.slot(token)
        self.expect("=")
        value = self.comparison()
        self.expect(";")
        return {"kind": "assign", "slot": target, "value": value}

    def comparison(self):
        left = self.sum()
        while self.token() in ("<", ">", "="):
            op = self.advance()
            left = {"kind": "binary", "op": op, "left": left, "right": self.sum()}
        return left

    def sum(self):
        left = self.product()
        while self.token() in ("+", "-"):
            op = self.advance()
            left = {"kind": "binary", "op": op, "left": left, "right": self.product()}
        return left

    def product(self):
        left = self.primary()
        while self.token() in ("*", "/", "%"):
            op = self.advance()
            left = {"kind": "binary", "op": op, "left": left, "right": self.primary()}
        return left

    def primary(self):
        token = self.advance()
        if token == "(":
            inner = self.comparison()
            self.expect(")")
            return inner
        if "0" <= token[0] <= "9":
            return {"kind": "number", "value": int(token)}
        return {"kind": "variable", "slot": self.slot(token)}


# Every compile function returns a closure that takes the list of variables.
def compile_number(value):
    return lambda env: value


def compile_variable(slot):
    return lambda env: env[slot]


def compile_assign(slot, value):
    def assign(env):
        env[slot] = value(env)

    return assign


def compile_binary(op, left, right):
    if op == "+":
        return lambda env: left(env) + right(env)
    if op == "-":
        return lambda env: left(env) - right(env)
    if op == "*":
        return lambda env: left(env) * right(env)
    if op == "/":
        return lambda env: left(env) // right(env)
    if op == "%":
        return lambda env: left(env) % right(env)
    if op == "<":
        return lambda env: 1 if left(env) < right(env) else 0
    if op == ">":
        return lambda env: 1 if left(env) > right(env) else 0
    return lambda env: 1 if left(env) == right(env) else 0


def compile_while(test, body):
    def loop(env):
        while test(env) != 0:
            body(env)

    return loop


def compile_if(test, positive, negative):
    def choose(env):
        if test(env) != 0:
            positive(env)
        else:
            negative(env)

    return choose


def compile_block(steps):
    def block(env):
        for step in steps:
            step(env)

    return block


def compile_node(node):
    kind = node["kind"]
    if kind == "number":
        return compile_number(node["value"])
    if kind == "variable":
        return compile_variable(node["slot"])
    if kind == "assign":
        return compile_assign(node["slot"], compile_node(node["value"]))
    if kind == "binary":
        return compile_binary(node["op"], compile_node(node["left"]), compile_node(node["right"]))
    if kind == "while":
        return compile_while(compile_node(node["test"]), compile_node(node["body"]))
    if kind == "if":
        negative = node["negative"] or {"kind": "block", "statements": []}
        return compile_if(compile_node(node["test"]), compile_node(node["positive"]), compile_node(negative))
    return compile_block([compile_node(statement) for statement in node["statements"]])


def program_text(limit):
    """Sums of greatest common divisors, Collatz lengths and a prime count."""
    lines = [
        f"limit = {limit}; n = 1; divisors = 0; steps = 0; primes = 0;",
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
    ]
    return " ".join(lines)


def run(size):
    parser = Parser(program_text(size))
    execute = compile_node(parser.program())
    env = [0] * len(parser.slots)
    execute(env)
    return env[parser.slot("result")]


def main(iters=10, size=15000):
    checksum = None
    for k in range(1, int(iters) + 1):
        started = time.perf_counter()
        result = run(int(size))
        elapsed = time.perf_counter() - started
        print(f"iter {k} {elapsed:.6f}")
        if checksum is not None and result != checksum:
            sys.exit(f"checksum changed from {checksum} to {result}")
        checksum = result
    print(f"checksum {checksum}")


main(*sys.argv[1:])
