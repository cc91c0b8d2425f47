"""Collatz chains of 1 .. size: parity tests, halving, values past 2^31."""
import sys
import time


def run(size):
    total_steps = 0
    longest = 0
    peak = 0
    for start in range(1, size + 1):
        n = start
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n //= 2
            else:
                n = n * 3 + 1
                if n > peak:
                    peak = n
            steps += 1
        total_steps += steps
        if steps > longest:
            longest = steps
    return total_steps * 1000 + longest + peak


def main(iters=10, size=90000):
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
