"""Escape counts of a size by size grid over the Mandelbrot set."""
import sys
import time


def escape_count(cr, ci, limit):
    zr = 0.0
    zi = 0.0
    count = 0
    while count < limit:
        rr = zr * zr
        ii = zi * zi
        if rr + ii > 4.0:
            break
        zi = 2.0 * zr * zi + ci
        zr = rr - ii + cr
        count += 1
    return count


def run(size):
    total = 0
    inside = 0
    for row in range(size):
        ci = 2.0 * row / size - 1.0
        for column in range(size):
            count = escape_count(3.0 * column / size - 2.0, ci, 60)
            total += count
            if count == 60:
                inside += 1
    return total * 1000 + inside


def main(iters=10, size=900):
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
