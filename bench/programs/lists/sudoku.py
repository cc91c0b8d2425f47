"""Sudoku by backtracking over the cell with the fewest candidates; size rounds over four puzzles."""
import sys
import time


class Puzzle:
    """Rows, columns and boxes are flat lists of ten flags each."""

    def __init__(self, text):
        self.cells = []
        self.rows = [False] * 90
        self.columns = [False] * 90
        self.boxes = [False] * 90
        self.nodes = 0
        for i, character in enumerate(text):
            digit = int(character)
            self.cells.append(digit)
            if digit > 0:
                mark(self, i, digit, True)


def mark(puzzle, cell, digit, used):
    row = cell // 9
    column = cell % 9
    box = row // 3 * 3 + column // 3
    puzzle.rows[row * 10 + digit] = used
    puzzle.columns[column * 10 + digit] = used
    puzzle.boxes[box * 10 + digit] = used


def candidates(puzzle, cell):
    row = cell // 9
    column = cell % 9
    box = row // 3 * 3 + column // 3
    rows = puzzle.rows
    columns = puzzle.columns
    boxes = puzzle.boxes
    row_base = row * 10
    column_base = column * 10
    box_base = box * 10
    found = []
    for digit in range(1, 10):
        if not (rows[row_base + digit] or columns[column_base + digit] or boxes[box_base + digit]):
            found.append(digit)
    return found


def solve(puzzle):
    cells = puzzle.cells
    best = -1
    best_candidates = None
    fewest = 10
    for i in range(81):
        if cells[i] == 0:
            found = candidates(puzzle, i)
            if len(found) < fewest:
                fewest = len(found)
                best = i
                best_candidates = found
                if fewest < 2:
                    break
    if best < 0:
        return True
    for digit in best_candidates:
        puzzle.nodes += 1
        cells[best] = digit
        mark(puzzle, best, digit, True)
        if solve(puzzle):
            return True
        mark(puzzle, best, digit, False)
        cells[best] = 0
    return False


def run(size):
    texts = [
        "530070000600195000098000060800060003400803001700020006060000280000419005000080079",
        "400000805030000000000700000020000060000080400000010000000603070500200000104000000",
        "000000907000420180000705026100904000050000040000507009920108000034059000507000000",
        "100007090030020008009600500005300900010080002600004000300000010040000007007000300",
    ]
    total = 0
    for _ in range(size):
        for text in texts:
            puzzle = Puzzle(text)
            if not solve(puzzle):
                return -1
            value = 0
            for digit in puzzle.cells:
                value = (value * 10 + digit) % 1000000007
            total += value + puzzle.nodes
    return total


def main(iters=10, size=10):
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
