"""Linked lists that are never changed: build, reverse, map, filter, append and merge sort by new cells."""
import sys
import time


class Cell:
    __slots__ = ("head", "tail")

    def __init__(self, head, tail):
        self.head = head
        self.tail = tail


def reversed_cells(cells):
    out = None
    while cells is not None:
        out = Cell(cells.head, out)
        cells = cells.tail
    return out


def tripled(cells):
    out = None
    while cells is not None:
        out = Cell(cells.head * 3 % 1000003, out)
        cells = cells.tail
    return reversed_cells(out)


def odd_only(cells):
    out = None
    while cells is not None:
        if cells.head % 2 == 1:
            out = Cell(cells.head, out)
        cells = cells.tail
    return reversed_cells(out)


def appended(front, back):
    out = back
    cells = reversed_cells(front)
    while cells is not None:
        out = Cell(cells.head, out)
        cells = cells.tail
    return out


def merged(a, b):
    out = None
    while a is not None and b is not None:
        if a.head <= b.head:
            out = Cell(a.head, out)
            a = a.tail
        else:
            out = Cell(b.head, out)
            b = b.tail
    if a is None:
        a = b
    while a is not None:
        out = Cell(a.head, out)
        a = a.tail
    return reversed_cells(out)


def sorted_cells(cells, count):
    if count == 0:
        return None
    if count == 1:
        return Cell(cells.head, None)
    half = count // 2
    rest = cells
    for _ in range(half):
        rest = rest.tail
    return merged(sorted_cells(cells, half), sorted_cells(rest, count - half))


def run(size):
    numbers = None
    seed = 23
    for _ in range(size):
        seed = seed * 16807 % 2147483647
        numbers = Cell(seed % 1000003, numbers)
    odd = odd_only(numbers)
    both = appended(tripled(odd), reversed_cells(numbers))
    count = 0
    cells = both
    while cells is not None:
        count += 1
        cells = cells.tail
    cells = sorted_cells(both, count)
    total = 0
    place = 0
    while cells is not None:
        place += 1
        total = (total + cells.head * (place % 100)) % 1000000007
        cells = cells.tail
    return total * 1000 + count % 1000


def main(iters=10, size=15000):
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
