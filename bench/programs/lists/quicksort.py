"""Quicksort by hand (median of three, insertion sort for short runs) on size numbers."""
import sys
import time


def insertion_sort(a, lo, hi):
    for i in range(lo + 1, hi + 1):
        x = a[i]
        j = i - 1
        while j >= lo and a[j] > x:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = x


def median_of_three(x, y, z):
    if x < y:
        if y < z:
            return y
        if x < z:
            return z
        return x
    if x < z:
        return x
    if y < z:
        return z
    return y


def quicksort(a, lo, hi):
    while hi - lo > 12:
        pivot = median_of_three(a[lo], a[(lo + hi) // 2], a[hi])
        i = lo
        j = hi
        while i <= j:
            while a[i] < pivot:
                i += 1
            while a[j] > pivot:
                j -= 1
            if i <= j:
                a[i], a[j] = a[j], a[i]
                i += 1
                j -= 1
        if j - lo < hi - i:
            quicksort(a, lo, j)
            lo = i
        else:
            quicksort(a, i, hi)
            hi = j
    insertion_sort(a, lo, hi)


def run(size):
    seed = 12345
    a = []
    for _ in range(size):
        seed = seed * 16807 % 2147483647
        a.append(seed)
    quicksort(a, 0, size - 1)
    total = 0
    previous = 0
    for i, x in enumerate(a):
        if x < previous:
            return -1
        previous = x
        total = (total + x * (i % 1000)) % 1000000007
    return total


def main(iters=10, size=280000):
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
