// Five bodies under gravity, symplectic steps. The checksum is the energy.
"use strict";

class Body {
  constructor(x, y, z, vx, vy, vz, mass) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.vx = vx;
    this.vy = vy;
    this.vz = vz;
    this.mass = mass;
  }
}

function makeSystem() {
  const solarMass = 39.47841760435743;
  const year = 365.24;
  return [
    new Body(0, 0, 0, 0, 0, 0, solarMass),
    new Body(4.8414314424647209, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694 * year, 0.00769901118419740425 * year, -0.0000690460016972063023 * year,
      0.000954791938424326609 * solarMass),
    new Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411004 * year, 0.00499852801234917238 * year, 0.0000230417297573763929 * year,
      0.000285885980666130812 * solarMass),
    new Body(12.894369562139131, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618 * year, 0.0023784717395948095 * year, -0.0000296589568540237556 * year,
      0.0000436624404335156298 * solarMass),
    new Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322 * year, 0.00162824170038242295 * year, -0.000095159225451971587 * year,
      0.0000515138902046611451 * solarMass),
  ];
}

function offsetMomentum(bodies) {
  let px = 0;
  let py = 0;
  let pz = 0;
  for (const b of bodies) {
    px += b.vx * b.mass;
    py += b.vy * b.mass;
    pz += b.vz * b.mass;
  }
  const sun = bodies[0];
  sun.vx = -px / sun.mass;
  sun.vy = -py / sun.mass;
  sun.vz = -pz / sun.mass;
}

function advance(bodies, dt) {
  const count = bodies.length;
  for (let i = 0; i < count; i++) {
    const a = bodies[i];
    for (let j = i + 1; j < count; j++) {
      const b = bodies[j];
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const dz = a.z - b.z;
      const squared = dx * dx + dy * dy + dz * dz;
      const magnitude = dt / (squared * Math.sqrt(squared));
      let pull = b.mass * magnitude;
      a.vx -= dx * pull;
      a.vy -= dy * pull;
      a.vz -= dz * pull;
      pull = a.mass * magnitude;
      b.vx += dx * pull;
      b.vy += dy * pull;
      b.vz += dz * pull;
    }
  }
  for (let i = 0; i < count; i++) {
    const b = bodies[i];
    b.x += dt * b.vx;
    b.y += dt * b.vy;
    b.z += dt * b.vz;
  }
}

function energy(bodies) {
  let e = 0;
  const count = bodies.length;
  for (let i = 0; i < count; i++) {
    const a = bodies[i];
    e += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
    for (let j = i + 1; j < count; j++) {
      const b = bodies[j];
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const dz = a.z - b.z;
      e -= (a.mass * b.mass) / Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}

function run(size) {
  const bodies = makeSystem();
  offsetMomentum(bodies);
  for (let step = 0; step < size; step++) {
    advance(bodies, 0.01);
  }
  return Math.floor(Math.abs(energy(bodies)) * 1000000000000);
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 320000));
