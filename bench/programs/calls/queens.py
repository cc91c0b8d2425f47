"""Counts all placements of size queens on a size by size board, recursively."""
import sys
import time


class Board:
    def __init__(self, size):
        self.size = size
        self.columns = [False] * size
        self.rising = [False] * (2 * size)
        self.falling = [False] * (2 * size)
        self.solutions = 0
        self.nodes = 0


def place(board, row):
    size = board.size
    if row == size:
        board.solutions += 1
        return
    columns = board.columns
    rising = board.rising
    falling = board.falling
    for column in range(size):
        if not (columns[column] or rising[row + column] or falling[row - column + size]):
            board.nodes += 1
            columns[column] = True
            rising[row + column] = True
            falling[row - column + size] = True
            place(board, row + 1)
            columns[column] = False
            rising[row + column] = False
            falling[row - column + size] = False


def run(size):
    board = Board(size)
    place(board, 0)
    return board.solutions * 10000000 + board.nodes


def main(iters=20, size=11):
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
