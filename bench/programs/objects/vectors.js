// Particles on springs: one class of vectors, every call site monomorphic.
"use strict";

class Vec {
  constructor(x, y, z) {
    this.x = x;
    this.y = y;
    this.z = z;
  }

  plus(other) {
    return new Vec(this.x + other.x, this.y + other.y, this.z + other.z);
  }

  minus(other) {
    return new Vec(this.x - other.x, this.y - other.y, this.z - other.z);
  }

  scaled(factor) {
    return new Vec(this.x * factor, this.y * factor, this.z * factor);
  }

  dot(other) {
    return this.x * other.x + this.y * other.y + this.z * other.z;
  }

  length() {
    return Math.sqrt(this.dot(this));
  }
}

class Particle {
  constructor(position, velocity) {
    this.position = position;
    this.velocity = velocity;
    this.bounces = 0;
  }

  step(anchor, dt) {
    const spring = anchor.minus(this.position);
    const pull = spring.scaled(4 - 1 / (1 + spring.length()));
    this.velocity = this.velocity.plus(pull.scaled(dt));
    this.position = this.position.plus(this.velocity.scaled(dt));
    if (this.position.y < 0) {
      this.position.y = -this.position.y;
      this.velocity.y = -this.velocity.y;
      this.bounces++;
    }
  }

  energy() {
    return this.velocity.dot(this.velocity) / 2 + this.position.dot(this.position) * 2;
  }
}

function run(size) {
  const anchor = new Vec(0, 0.5, 0);
  const particles = [];
  for (let i = 1; i <= 20; i++) {
    particles.push(new Particle(new Vec(i / 20, 1 + i / 10, 0 - i / 40), new Vec(0, i / 8, 1)));
  }
  const steps = Math.floor(size / 20);
  for (let step = 0; step < steps; step++) {
    for (const p of particles) {
      p.step(anchor, 0.001);
    }
  }
  let total = 0;
  let bounces = 0;
  for (const p of particles) {
    total += p.energy();
    bounces += p.bounces;
  }
  return Math.floor(total * 1000000) * 1000 + (bounces % 1000);
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 400000));
