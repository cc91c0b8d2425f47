"""Closures with captured state: counters, an account, lazy sequences."""
import sys
import time
from types import SimpleNamespace


def make_counter(step):
    count = 0

    def counter():
        nonlocal count
        count += step
        return count

    return counter


def make_account(balance):
    def deposit(amount):
        nonlocal balance
        balance += amount
        return balance

    def withdraw(amount):
        nonlocal balance
        if amount > balance:
            return -1
        balance -= amount
        return balance

    def get_balance():
        return balance

    return SimpleNamespace(deposit=deposit, withdraw=withdraw, balance=get_balance)


# A sequence is a function that returns the next value, or None at the end.
def up_to(limit):
    current = 0

    def following():
        nonlocal current
        if current >= limit:
            return None
        current += 1
        return current

    return following


def selecting(source, keep):
    def following():
        while True:
            value = source()
            if value is None:
                return None
            if keep(value):
                return value

    return following


def converting(source, convert):
    def following():
        value = source()
        if value is None:
            return None
        return convert(value)

    return following


def drained(source):
    total = 0
    while True:
        value = source()
        if value is None:
            return total
        total += value


def run(size):
    counters = [make_counter(1), make_counter(3), make_counter(5)]
    total = 0
    for i in range(1, size + 1):
        total += counters[i % 3]()

    account = make_account(100)
    refused = 0
    for i in range(1, size + 1):
        if i % 3 == 0:
            account.deposit(i % 100)
        elif account.withdraw(i % 40) < 0:
            refused += 1
    total += account.balance() * 1000 + refused

    def is_odd(x):
        return x % 2 == 1

    def square(x):
        return x * x % 10007

    return total + drained(converting(selecting(up_to(size), is_odd), square))


def main(iters=10, size=1500000):
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
