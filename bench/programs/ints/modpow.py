"""Modular powers and decimal digits: products close to 2^53, division and modulo."""
import sys
import time


def pow_mod(base, exponent, modulus):
    result = 1
    base %= modulus
    while exponent > 0:
        if exponent % 2 == 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent //= 2
    return result


def digit_sum(n):
    total = 0
    while n > 0:
        total += n % 10
        n //= 10
    return total


def run(size):
    seed = 42
    powers = 0
    digits = 0
    for i in range(1, size + 1):
        seed = seed * 16807 % 2147483647
        powers += pow_mod(seed, i * 1009 + 7, 94906249)
        digits += digit_sum(seed * 1000003)
    return powers + digits


def main(iters=10, size=130000):
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
