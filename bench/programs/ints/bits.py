"""Gray codes, population counts and an exclusive-or hash."""
import sys
import time


def run(size):
    ones = 0
    mixed = 0
    seen = 0
    total = 0
    for i in range(1, size + 1):
        gray = i ^ (i // 2)
        rest = gray
        while rest != 0:
            rest &= rest - 1
            ones += 1
        mixed ^= gray * 421 % 16777216
        seen |= mixed
        total += (mixed & 65535) * 16
    return total + ones + seen


def main(iters=10, size=2400000):
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
