// A process scheduler simulated by events: arrivals, time slices, input and output, three priorities.
// Every event and every job is a fresh object; the pending events are a binary heap.
"use strict";

function earlier(a, b) {
  if (a.time !== b.time) return a.time < b.time;
  return a.order < b.order;
}

class EventQueue {
  constructor() {
    this.heap = [];
    this.issued = 0;
  }

  add(time, kind, job) {
    this.issued++;
    const event = { time, order: this.issued, kind, job };
    const heap = this.heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const up = Math.floor((i - 1) / 2);
      if (!earlier(event, heap[up])) break;
      heap[i] = heap[up];
      i = up;
    }
    heap[i] = event;
  }

  next() {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    const count = heap.length;
    if (count === 0) return first;
    let i = 0;
    let child = 1;
    while (child < count) {
      if (child + 1 < count && earlier(heap[child + 1], heap[child])) child++;
      if (!earlier(heap[child], last)) break;
      heap[i] = heap[child];
      i = child;
      child = 2 * i + 1;
    }
    heap[i] = last;
    return first;
  }
}

class Job {
  constructor(id, work, now) {
    this.id = id;
    this.remaining = work;
    this.priority = id % 3;
    this.arrived = now;
    this.slices = 0;
  }
}

class Scheduler {
  constructor(jobCount) {
    this.events = new EventQueue();
    this.ready = [[], [], []];
    this.waiting = 0;
    this.busy = false;
    this.created = 0;
    this.jobCount = jobCount;
    this.finished = 0;
    this.turnaround = 0;
    this.seed = 31;
  }

  random(limit) {
    this.seed = (this.seed * 16807) % 2147483647;
    return this.seed % limit;
  }

  enqueue(job) {
    this.ready[job.priority].push(job);
    this.waiting++;
  }

  // The processor takes the oldest job of the best priority.
  dispatch(now) {
    if (this.busy || this.waiting === 0) return;
    for (const queue of this.ready) {
      if (queue.length > 0) {
        const job = queue.shift();
        this.waiting--;
        this.busy = true;
        let slice = 5 + job.priority * 5;
        if (job.remaining < slice) slice = job.remaining;
        job.remaining -= slice;
        job.slices++;
        this.events.add(now + slice, "slice", job);
        return;
      }
    }
  }

  arrive(now) {
    this.created++;
    this.enqueue(new Job(this.created, 5 + this.random(30), now));
    if (this.created < this.jobCount) this.events.add(now + 10 + this.random(26), "arrival", null);
  }

  sliceEnded(job, now) {
    this.busy = false;
    if (job.remaining === 0) {
      this.finished++;
      this.turnaround += now - job.arrived + job.slices;
    } else if (this.random(4) === 0) {
      if (job.priority > 0) job.priority--;
      this.events.add(now + 20 + this.random(50), "io", job);
    } else {
      if (job.priority < 2) job.priority++;
      this.enqueue(job);
    }
  }
}

function run(size) {
  const s = new Scheduler(size);
  s.events.add(0, "arrival", null);
  let now = 0;
  while (s.finished < size) {
    const event = s.events.next();
    now = event.time;
    if (event.kind === "arrival") {
      s.arrive(now);
    } else if (event.kind === "slice") {
      s.sliceEnded(event.job, now);
    } else {
      s.enqueue(event.job);
    }
    s.dispatch(now);
  }
  return s.turnaround * 1000 + (now % 1000);
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

main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 45000));
