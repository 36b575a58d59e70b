"""W5 on SimPy, a process a request. SimPy has no processor sharing, so that the CPU is two cores first come, first served.

lifecycle.py REQUESTS TURN prints the rate in requests per second of CPU time, and the mean latency.
"""

import json
import random
import sys
import time

import simpy

RATE = 0.2692


def simulate(requests, seed):
    chance = random.Random(seed)
    exponential = chance.expovariate
    site = simpy.Environment()
    cores = simpy.Resource(site, 2)
    workers = simpy.Resource(site, 64)
    disk = simpy.Resource(site, 1)
    latencies = []

    def compute(mean):
        with cores.request() as core:
            yield core
            yield site.timeout(exponential(1 / mean))

    def request():
        began = site.now
        yield site.timeout(exponential(1 / 2))
        yield site.timeout(exponential(1 / 20))
        yield from compute(0.2)
        with workers.request() as worker:
            yield worker
            yield from compute(4)
            for _ in range(2):
                yield from compute(0.5)
                with disk.request() as turn:
                    yield turn
                    yield site.timeout(exponential(1 / 0.6))
        yield site.timeout(exponential(1 / 15))
        latencies.append(site.now - began)

    def arrivals():
        for _ in range(requests):
            yield site.timeout(exponential(RATE))
            site.process(request())

    site.process(arrivals())
    site.run()
    return sum(latencies) / len(latencies)


requests, turn = int(sys.argv[1]), int(sys.argv[2])
start = time.process_time()
mean = simulate(requests, turn)
seconds = time.process_time() - start
print(json.dumps({"rate": requests / seconds, "requests": requests, "meanMs": mean}))
