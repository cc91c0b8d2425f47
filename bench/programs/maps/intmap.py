"""Maps with sparse integer keys: a histogram, memoised Collatz lengths, removal and re-insertion."""
import sys
import time


def collatz_length(start, known):
    path = []
    n = start
    while n not in known:
        path.append(n)
        if n % 2 == 0:
            n //= 2
        else:
            n = n * 3 + 1
    length = known[n]
    for n in reversed(path):
        length += 1
        known[n] = length
    return length


def run(size):
    seed = 3
    histogram = {}
    for _ in range(size):
        seed = seed * 16807 % 2147483647
        bucket = seed % 5003 * 7919
        histogram[bucket] = histogram.get(bucket, 0) + 1
    total = 0
    for bucket, count in histogram.items():
        total += count * (bucket % 1009)

    known = {1: 1}
    limit = size // 10 + 1
    for n in range(2, limit + 2):
        total += collatz_length(n, known)
    total += len(known) * 1000

    # A sliding window of 1000 keys.
    window = {}
    for i in range(1, size + 1):
        window[i * 31] = i
        if i > 1000:
            old = (i - 1000) * 31
            total += window[old] % 10
            del window[old]
    return total + len(window)


def main(iters=10, size=45000):
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
