"""Map, filter, fold and a merge sort with a comparator over a list of size numbers."""
import sys
import time


def mapped(items, f):
    return [f(x) for x in items]


def filtered(items, keep):
    return [x for x in items if keep(x)]


def folded(items, start, combine):
    result = start
    for x in items:
        result = combine(result, x)
    return result


def composed(f, g):
    return lambda x: f(g(x))


def adder(amount):
    return lambda x: x + amount


def multiplier(factor):
    return lambda x: x * factor % 1000003


def merge_sorted(items, before):
    """Bottom-up merge sort; before(a, b) tells whether a may stand before b."""
    count = len(items)
    source = items[:]
    target = items[:]
    width = 1
    while width < count:
        lo = 0
        while lo < count:
            mid = min(lo + width, count)
            hi = min(mid + width, count)
            i = lo
            j = mid
            for k in range(lo, hi):
                if i < mid and (j >= hi or before(source[i], source[j])):
                    target[k] = source[i]
                    i += 1
                else:
                    target[k] = source[j]
                    j += 1
            lo = hi
        source, target = target, source
        width *= 2
    return source


def run(size):
    numbers = []
    seed = 7
    for _ in range(size):
        seed = seed * 16807 % 2147483647
        numbers.append(seed % 1000003)
    transform = composed(adder(17), composed(multiplier(31), adder(5)))
    divisor = 3

    def is_wanted(x):
        return x % divisor != 0

    def plus(a, b):
        return a + b

    def by_last_digits(a, b):
        return a % 1000 <= b % 1000

    total = 0
    items = filtered(mapped(numbers, transform), is_wanted)
    total += folded(items, 0, plus)
    divisor = 7
    items = filtered(mapped(items, transform), is_wanted)
    total += folded(items, 0, plus)
    ordered = merge_sorted(items, by_last_digits)
    weighted = folded(ordered, 0, lambda sofar, x: (sofar * 31 + x) % 1000000007)
    return total + weighted


def main(iters=10, size=160000):
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
