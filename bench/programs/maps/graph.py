"""A graph of named nodes in maps with string keys: breadth-first search and connected components."""
import sys
import time


def add_edge(graph, a, b):
    if a not in graph:
        graph[a] = []
    if b not in graph:
        graph[b] = []
    graph[a].append(b)
    graph[b].append(a)


def make_graph(size):
    graph = {}
    seed = 17
    for _ in range(size):
        seed = seed * 16807 % 2147483647
        a = "node" + str(seed % size)
        seed = seed * 16807 % 2147483647
        add_edge(graph, a, "node" + str(seed % size))
    return graph


def distances(graph, start):
    distance = {start: 0}
    queue = [start]
    for name in queue:
        following = distance[name] + 1
        for neighbour in graph[name]:
            if neighbour not in distance:
                distance[neighbour] = following
                queue.append(neighbour)
    return distance


def root(parent, name):
    while parent[name] != name:
        up = parent[name]
        parent[name] = parent[up]
        name = up
    return name


def count_components(graph):
    parent = {}
    components = 0
    for name in graph:
        parent[name] = name
        components += 1
    for name, neighbours in graph.items():
        for neighbour in neighbours:
            a = root(parent, name)
            b = root(parent, neighbour)
            if a != b:
                parent[a] = b
                components -= 1
    return components


def run(size):
    graph = make_graph(size)
    total = count_components(graph) * 1000003
    for i in range(5):
        start = "node" + str(i)
        if start in graph:
            distance = distances(graph, start)
            for d in distance.values():
                total += d * (i + 1)
            total += len(distance)
    return total


def main(iters=10, size=25000):
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
