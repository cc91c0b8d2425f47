"""Takeuchi's function and a mutually recursive pair, size rounds."""
import sys
import time


def tak(x, y, z):
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


# Hofstadter's female and male sequences.
def female(n):
    if n == 0:
        return 1
    return n - male(female(n - 1))


def male(n):
    if n == 0:
        return 0
    return n - female(male(n - 1))


def run(size):
    total = 0
    for i in range(1, size + 1):
        total += tak(15 + i % 3, 10, 5) * 1000
        total += female(20 + i % 5) + male(20)
    return total


def main(iters=10, size=650):
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
