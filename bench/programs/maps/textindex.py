"""A text indexer: documents to words, an inverted index, queries and a ranking."""
import sys
import time


def make_words():
    syllables = ["ka", "lo", "mi", "ren", "tus", "va", "bel", "dor", "sin", "qua"]
    words = []
    for a in syllables:
        for b in syllables:
            words.append(a + b)
            words.append(b + a + "na")
    return words


def make_document(words, seed):
    pieces = []
    for i in range(1, 61):
        seed = seed * 16807 % 2147483647
        spread = seed % len(words) + 1
        word = words[seed % spread]
        if i % 9 == 0:
            word += ","
        if i % 15 == 0:
            word = word.upper() + "."
        pieces.append(word)
    return " ".join(pieces)


def stripped(word):
    if word[-1] == "," or word[-1] == ".":
        return word[:-1]
    return word


def add_document(index, number, text):
    """index: word -> {document: occurrences}"""
    for piece in text.split(" "):
        word = stripped(piece).lower()
        entry = index.get(word)
        if entry is None:
            entry = {}
            index[word] = entry
        entry[number] = entry.get(number, 0) + 1


def score_both(index, first, second):
    """Documents that contain both words, scored by occurrences."""
    a = index.get(first)
    b = index.get(second)
    if not a or not b:
        return 0
    score = 0
    for number, count in a.items():
        if number in b:
            score += count * b[number] * (number % 10 + 1)
    return score


def run(size):
    words = make_words()
    index = {}
    for number in range(1, size + 1):
        add_document(index, number, make_document(words, number * 7919))
    total = 0
    for i in range(len(words) - 1):
        total += score_both(index, words[i], words[i + 1])
    ranking = []
    for word, entry in index.items():
        count = 0
        for n in entry.values():
            count += n
        ranking.append((word, count))
    ranking.sort(key=lambda entry: entry[0])
    for place, (word, count) in enumerate(ranking, 1):
        total += place * count * len(word)
    return total


def main(iters=10, size=2200):
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
