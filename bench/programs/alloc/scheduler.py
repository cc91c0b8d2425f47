"""A process scheduler simulated by events: arrivals, time slices, input and output, three priorities.

Every event and every job is a fresh object; the pending events are a binary heap."""
import sys
import time
from collections import deque


class Event:
    def __init__(self, when, order, kind, job):
        self.when = when
        self.order = order
        self.kind = kind
        self.job = job


def earlier(a, b):
    if a.when != b.when:
        return a.when < b.when
    return a.order < b.order


class EventQueue:
    def __init__(self):
        self.heap = []
        self.issued = 0

    def add(self, when, kind, job):
        self.issued += 1
        event = Event(when, self.issued, kind, job)
        heap = self.heap
        i = len(heap)
        heap.append(event)
        while i > 0:
            up = (i - 1) // 2
            if not earlier(event, heap[up]):
                break
            heap[i] = heap[up]
            i = up
        heap[i] = event

    def next(self):
        heap = self.heap
        first = heap[0]
        last = heap.pop()
        count = len(heap)
        if count == 0:
            return first
        i = 0
        child = 1
        while child < count:
            if child + 1 < count and earlier(heap[child + 1], heap[child]):
                child += 1
            if not earlier(heap[child], last):
                break
            heap[i] = heap[child]
            i = child
            child = 2 * i + 1
        heap[i] = last
        return first


class Job:
    def __init__(self, number, work, now):
        self.number = number
        self.remaining = work
        self.priority = number % 3
        self.arrived = now
        self.slices = 0


class Scheduler:
    def __init__(self, job_count):
        self.events = EventQueue()
        self.ready = [deque(), deque(), deque()]
        self.waiting = 0
        self.busy = False
        self.created = 0
        self.job_count = job_count
        self.finished = 0
        self.turnaround = 0
        self.seed = 31

    def random(self, limit):
        self.seed = self.seed * 16807 % 2147483647
        return self.seed % limit

    def enqueue(self, job):
        self.ready[job.priority].append(job)
        self.waiting += 1

    def dispatch(self, now):
        """The processor takes the oldest job of the best priority."""
        if self.busy or self.waiting == 0:
            return
        for queue in self.ready:
            if queue:
                job = queue.popleft()
                self.waiting -= 1
                self.busy = True
                slice_length = 5 + job.priority * 5
                if job.remaining < slice_length:
                    slice_length = job.remaining
                job.remaining -= slice_length
                job.slices += 1
                self.events.add(now + slice_length, "slice", job)
                return

    def arrive(self, now):
        self.created += 1
        self.enqueue(Job(self.created, 5 + self.random(30), now))
        if self.created < self.job_count:
            self.events.add(now + 10 + self.random(26), "arrival", None)

    def slice_ended(self, job, now):
        self.busy = False
        if job.remaining == 0:
            self.finished += 1
            self.turnaround += now - job.arrived + job.slices
        elif self.random(4) == 0:
            if job.priority > 0:
                job.priority -= 1
            self.events.add(now + 20 + self.random(50), "io", job)
        else:
            if job.priority < 2:
                job.priority += 1
            self.enqueue(job)


def run(size):
    s = Scheduler(size)
    s.events.add(0, "arrival", None)
    now = 0
    while s.finished < size:
        event = s.events.next()
        now = event.when
        if event.kind == "arrival":
            s.arrive(now)
        elif event.kind == "slice":
            s.slice_ended(event.job, now)
        else:
            s.enqueue(event.job)
        s.dispatch(now)
    return s.turnaround * 1000 + now % 1000


def main(iters=10, size=45000):
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
