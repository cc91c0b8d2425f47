"""Scanning text: a table is split into lines and fields, searched, and read by character."""
import sys
import time


def make_table(size):
    names = ["ada", "grace", "alan", "edsger", "barbara", "donald", "tony", "niklaus"]
    lines = []
    seed = 5
    for i in range(1, size + 1):
        seed = seed * 16807 % 2147483647
        first = names[seed % 8]
        second = names[seed // 8 % 8]
        lines.append(f"{i},{first} {second},{seed % 100000},key={seed % 97};")
    return "\n".join(lines)


def sum_fields(text):
    total = 0
    for line in text.split("\n"):
        fields = line.split(",")
        total += int(fields[0]) + int(fields[2]) * 3
        words = fields[1].split(" ")
        if words[0] == words[1]:
            total += 1000
    return total


def sum_keys(text):
    """Every number between "key=" and the next semicolon."""
    total = 0
    at = text.find("key=")
    while at >= 0:
        stop = text.find(";", at + 1)
        total += int(text[at + 4:stop])
        at = text.find("key=", stop + 1)
    return total


def count_vowels(text):
    count = 0
    for c in text:
        if c == "a" or c == "e" or c == "i" or c == "o" or c == "u":
            count += 1
    return count


def count_palindromes(text):
    """Words that read the same in both directions, by two indices."""
    count = 0
    start = 0
    stop = len(text)
    while start < stop:
        finish = start
        while finish < stop and "a" <= text[finish] <= "z":
            finish += 1
        if finish - start > 2:
            i = start
            j = finish - 1
            while i < j and text[i] == text[j]:
                i += 1
                j -= 1
            if i >= j:
                count += 1
        start = finish + 1
    return count


def run(size):
    text = make_table(size)
    return sum_fields(text) * 100 + sum_keys(text) * 10 + count_vowels(text) + count_palindromes(text)


def main(iters=10, size=30000):
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
