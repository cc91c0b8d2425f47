// A drawing of six shape classes: polymorphic calls, inheritance, super.
"use strict";

class Shape {
  constructor() {
    this.scale = 1;
  }

  grow(amount) {
    this.scale = ((this.scale + amount) % 17) + 1;
  }

  area() {
    return 0;
  }

  perimeter() {
    return 0;
  }

  weight() {
    return this.area() * 3 + this.perimeter();
  }
}

class Rectangle extends Shape {
  constructor(width, height) {
    super();
    this.width = width;
    this.height = height;
  }

  area() {
    return this.width * this.height * this.scale;
  }

  perimeter() {
    return 2 * (this.width + this.height) * this.scale;
  }
}

class Square extends Rectangle {
  constructor(side) {
    super(side, side);
  }

  perimeter() {
    return 4 * this.width * this.scale;
  }
}

class Triangle extends Shape {
  constructor(a, b, c) {
    super();
    this.a = a;
    this.b = b;
    this.c = c;
  }

  area() {
    return (this.a * this.b * this.scale) / 2;
  }

  perimeter() {
    return (this.a + this.b + this.c) * this.scale;
  }
}

class Disc extends Shape {
  constructor(radius) {
    super();
    this.radius = radius;
  }

  area() {
    return 22 * this.radius * this.radius * this.scale;
  }

  perimeter() {
    return 44 * this.radius * this.scale;
  }
}

class Ring extends Disc {
  constructor(radius, hole) {
    super(radius);
    this.hole = hole;
  }

  area() {
    return super.area() - 22 * this.hole * this.hole * this.scale;
  }

  weight() {
    return super.weight() + 1;
  }
}

class Group extends Shape {
  constructor(first, second) {
    super();
    this.first = first;
    this.second = second;
  }

  area() {
    return this.first.area() + this.second.area();
  }

  perimeter() {
    return this.first.perimeter() + this.second.perimeter();
  }
}

function makeShape(i) {
  const kind = i % 5;
  if (kind === 0) return new Rectangle((i % 7) + 1, (i % 11) + 2);
  if (kind === 1) return new Square((i % 9) + 1);
  if (kind === 2) return new Triangle(4, (i % 6) + 2, 5);
  if (kind === 3) return new Disc((i % 5) + 1);
  return new Ring((i % 5) + 3, i % 3);
}

function run(size) {
  const shapes = [];
  for (let i = 0; i < 100; i++) {
    if (i % 10 === 9) {
      shapes.push(new Group(makeShape(i), makeShape(i * 7 + 1)));
    } else {
      shapes.push(makeShape(i));
    }
  }
  const rounds = Math.floor(size / 100);
  let total = 0;
  for (let step = 1; step <= rounds; step++) {
    for (const shape of shapes) {
      shape.grow(step % 3);
      total += shape.weight();
    }
  }
  return total;
}

function main(iters, size) {
  let checksum = null;
  for (let k = 1; k <= iters; k++) {
    const started = performance.now();
    const result = run(size);
    const elapsed = (performance.now() - started) / 1000;
    console.log(`iter ${k} ${elapsed.toFixed(6)}`);
    if (checksum !== null && result !== checksum) {
      throw new Error(`checksum changed from ${checksum} to ${result}`);
    }
    checksum = result;
  }
  console.log(`checksum ${checksum}`);
}

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1100000));
