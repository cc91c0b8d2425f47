// A graph of named nodes in maps with string keys: breadth-first search and connected components.
"use strict";

function addEdge(graph, a, b) {
  if (!graph.has(a)) graph.set(a, []);
  if (!graph.has(b)) graph.set(b, []);
  graph.get(a).push(b);
  graph.get(b).push(a);
}

function makeGraph(size) {
  const graph = new Map();
  let seed = 17;
  for (let i = 0; i < size; i++) {
    seed = (seed * 16807) % 2147483647;
    const a = "node" + (seed % size);
    seed = (seed * 16807) % 2147483647;
    addEdge(graph, a, "node" + (seed % size));
  }
  return graph;
}

function distances(graph, start) {
  const distance = new Map([[start, 0]]);
  const queue = [start];
  for (const name of queue) {
    const next = distance.get(name) + 1;
    for (const neighbour of graph.get(name)) {
      if (!distance.has(neighbour)) {
        distance.set(neighbour, next);
        queue.push(neighbour);
      }
    }
  }
  return distance;
}

function root(parent, name) {
  while (parent.get(name) !== name) {
    const up = parent.get(name);
    parent.set(name, parent.get(up));
    name = up;
  }
  return name;
}

function countComponents(graph) {
  const parent = new Map();
  let components = 0;
  for (const name of graph.keys()) {
    parent.set(name, name);
    components++;
  }
  for (const [name, neighbours] of graph) {
    for (const neighbour of neighbours) {
      const a = root(parent, name);
      const b = root(parent, neighbour);
      if (a !== b) {
        parent.set(a, b);
        components--;
      }
    }
  }
  return components;
}

function run(size) {
  const graph = makeGraph(size);
  let total = countComponents(graph) * 1000003;
  for (let i = 0; i < 5; i++) {
    const start = "node" + i;
    if (graph.has(start)) {
      const distance = distances(graph, start);
      for (const d of distance.values()) {
        total += d * (i + 1);
      }
      total += distance.size;
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 25000));
