"""Spectral norm of an infinite matrix cut to size by size, power method."""
import sys
import time
from math import floor, sqrt


def element(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def multiply(v, out, size):
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += element(i, j) * v[j]
        out[i] = total


def multiply_transposed(v, out, size):
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += element(j, i) * v[j]
        out[i] = total


def run(size):
    u = [1.0] * size
    v = [0.0] * size
    scratch = [0.0] * size
    for _ in range(10):
        multiply(u, scratch, size)
        multiply_transposed(scratch, v, size)
        multiply(v, scratch, size)
        multiply_transposed(scratch, u, size)
    uv = 0.0
    vv = 0.0
    for i in range(size):
        uv += u[i] * v[i]
        vv += v[i] * v[i]
    return floor(sqrt(uv / vv) * 1000000000000)


def main(iters=10, size=850):
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
