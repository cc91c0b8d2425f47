"""Binary trees: one that lives through the run, many that are built, checked and dropped."""
import sys
import time


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


def build(depth):
    if depth == 0:
        return Node(None, None)
    return Node(build(depth - 1), build(depth - 1))


def check(node):
    if node.left is None:
        return 1
    return 1 + check(node.left) + check(node.right)


def run(size):
    lasting = build(size)
    total = 0
    for depth in range(4, size + 1, 4):
        rounds = 2 ** (size - depth)
        for _ in range(rounds):
            total += check(build(depth))
    return total * 10 + check(lasting) % 10


def main(iters=10, size=16):
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
