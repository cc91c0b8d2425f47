"""A drawing of six shape classes: polymorphic calls, inheritance, super."""
import sys
import time


class Shape:
    def __init__(self):
        self.scale = 1

    def grow(self, amount):
        self.scale = (self.scale + amount) % 17 + 1

    def area(self):
        return 0

    def perimeter(self):
        return 0

    def weight(self):
        return self.area() * 3 + self.perimeter()


class Rectangle(Shape):
    def __init__(self, width, height):
        super().__init__()
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.height * self.scale

    def perimeter(self):
        return 2 * (self.width + self.height) * self.scale


class Square(Rectangle):
    def __init__(self, side):
        super().__init__(side, side)

    def perimeter(self):
        return 4 * self.width * self.scale


class Triangle(Shape):
    def __init__(self, a, b, c):
        super().__init__()
        self.a = a
        self.b = b
        self.c = c

    def area(self):
        return self.a * self.b * self.scale // 2

    def perimeter(self):
        return (self.a + self.b + self.c) * self.scale


class Disc(Shape):
    def __init__(self, radius):
        super().__init__()
        self.radius = radius

    def area(self):
        return 22 * self.radius * self.radius * self.scale

    def perimeter(self):
        return 44 * self.radius * self.scale


class Ring(Disc):
    def __init__(self, radius, hole):
        super().__init__(radius)
        self.hole = hole

    def area(self):
        return super().area() - 22 * self.hole * self.hole * self.scale

    def weight(self):
        return super().weight() + 1


class Group(Shape):
    def __init__(self, first, second):
        super().__init__()
        self.first = first
        self.second = second

    def area(self):
        return self.first.area() + self.second.area()

    def perimeter(self):
        return self.first.perimeter() + self.second.perimeter()


def make_shape(i):
    kind = i % 5
    if kind == 0:
        return Rectangle(i % 7 + 1, i % 11 + 2)
    if kind == 1:
        return Square(i % 9 + 1)
    if kind == 2:
        return Triangle(4, i % 6 + 2, 5)
    if kind == 3:
        return Disc(i % 5 + 1)
    return Ring(i % 5 + 3, i % 3)


def run(size):
    shapes = []
    for i in range(100):
        if i % 10 == 9:
            shapes.append(Group(make_shape(i), make_shape(i * 7 + 1)))
        else:
            shapes.append(make_shape(i))
    total = 0
    for step in range(1, size // 100 + 1):
        for shape in shapes:
            shape.grow(step % 3)
            total += shape.weight()
    return total


def main(iters=10, size=1100000):
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
