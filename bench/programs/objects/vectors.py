"""Particles on springs: one class of vectors, every call site monomorphic."""
import sys
import time
from math import floor, sqrt


class Vec:
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def plus(self, other):
        return Vec(self.x + other.x, self.y + other.y, self.z + other.z)

    def minus(self, other):
        return Vec(self.x - other.x, self.y - other.y, self.z - other.z)

    def scaled(self, factor):
        return Vec(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def length(self):
        return sqrt(self.dot(self))


class Particle:
    def __init__(self, position, velocity):
        self.position = position
        self.velocity = velocity
        self.bounces = 0

    def step(self, anchor, dt):
        spring = anchor.minus(self.position)
        pull = spring.scaled(4 - 1 / (1 + spring.length()))
        self.velocity = self.velocity.plus(pull.scaled(dt))
        self.position = self.position.plus(self.velocity.scaled(dt))
        if self.position.y < 0:
            self.position.y = -self.position.y
            self.velocity.y = -self.velocity.y
            self.bounces += 1

    def energy(self):
        return self.velocity.dot(self.velocity) / 2 + self.position.dot(self.position) * 2


def run(size):
    anchor = Vec(0.0, 0.5, 0.0)
    particles = []
    for i in range(1, 21):
        particles.append(Particle(Vec(i / 20, 1 + i / 10, 0 - i / 40), Vec(0.0, i / 8, 1.0)))
    for _ in range(size // 20):
        for p in particles:
            p.step(anchor, 0.001)
    total = 0.0
    bounces = 0
    for p in particles:
        total += p.energy()
        bounces += p.bounces
    return floor(total * 1000000) * 1000 + bounces % 1000


def main(iters=10, size=400000):
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
