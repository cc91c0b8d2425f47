"""Strings built by concatenation, replication, joining, replacing and reversing."""
import sys
import time


def pad(text, width):
    missing = width - len(text)
    if missing <= 0:
        return text
    return " " * missing + text


def reversed_text(text):
    out = ""
    for i in range(len(text) - 1, -1, -1):
        out += text[i]
    return out


def shifted(text, distance):
    out = []
    for c in text:
        n = ord(c)
        if 97 <= n <= 122:
            out.append(chr((n - 97 + distance) % 26 + 97))
        else:
            out.append(c)
    return "".join(out)


def text_hash(text):
    h = 7
    for c in text:
        h = (h * 31 + ord(c)) % 1000000007
    return h


def run(size):
    lines = []
    seed = 99
    for i in range(1, size + 1):
        seed = seed * 16807 % 2147483647
        name = "item" + str(i % 100)
        line = pad(name, 10) + ":" + pad(str(seed % 10000), 6) + ";"
        if i % 4 == 0:
            line = line.replace("item", "thing")
        if i % 5 == 0:
            line = reversed_text(line)
        if i % 7 == 0:
            line = line.upper()
        if i % 9 == 0:
            line = shifted(line, i % 26)
        lines.append(line + "-" * (i % 5))
    text = "/".join(lines)
    return text_hash(text) * 1000 + len(text) % 1000


def main(iters=10, size=30000):
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
