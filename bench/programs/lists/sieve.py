"""Sieve of Eratosthenes up to size."""
import sys
import time


def run(size):
    prime = [True] * (size + 1)
    prime[0] = False
    prime[1] = False
    i = 2
    while i * i <= size:
        if prime[i]:
            for j in range(i * i, size + 1, i):
                prime[j] = False
        i += 1
    count = 0
    total = 0
    for n in range(2, size + 1):
        if prime[n]:
            count += 1
            total += n
    return total + count


def main(iters=10, size=4000000):
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
