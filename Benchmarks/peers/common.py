"""What the peers' scripts share: the numbers that a step starts from, the check of its results, timing and printing.

A step starts from numbers that every side draws alike, from NumPy's PCG64 of seed 0, parameters first: nothing but the
results has to be stored."""
import argparse
import json
import pathlib
import statistics
import sys
import time

import numpy

golden_file = pathlib.Path(__file__).parents[2] / "assets/benchmarks/losses.json"


class Numbers:
    """The numbers of one step; Sources/reverie/Benchmarks/BenchmarkNumbers.swift draws the same."""

    def __init__(self):
        self.generator = numpy.random.default_rng(0)

    def uniform(self, low, high, *shape):
        return self.generator.uniform(low, high, shape).astype(numpy.float32)

    def unit(self, *shape):
        """Numbers with mean 0 and variance 1."""
        return self.uniform(-(3**0.5), 3**0.5, *shape)

    def integers(self, below, *shape):
        return self.generator.uniform(0, below, shape).astype(numpy.int32)

    def rare(self, *shape):
        """Ones, a tenth of them, among zeros."""
        return (self.generator.uniform(0, 1, shape) < 0.1).astype(numpy.float32)

    def linear(self, inputs, outputs):
        """The weight (outputs, inputs) and the bias of an affine layer."""
        bound = 1 / inputs**0.5
        return self.uniform(-bound, bound, outputs, inputs), self.uniform(-bound, bound, outputs)


class Noise:
    """The normal numbers that Reverie's programs draw with the key 0: one array a call.

    Philox4x32-10 (Salmon et al. 2011) at the counter (block, node, replay, 0), then Box and Muller (1958)."""

    def __init__(self):
        self.replay = 0

    def __call__(self, *shape, node=0):
        count = int(numpy.prod(shape))
        words = self.philox(-(-count // 4), node)
        self.replay += 1
        radius = numpy.sqrt(-2 * numpy.log(((words[0::2] >> 8) + 1) * 2.0**-24))
        angle = (words[1::2] >> 8) * 2.0**-24 * 2 * numpy.pi
        pairs = numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], 1)  # (pair, element, block)
        return pairs.reshape(4, -1).T.reshape(-1)[:count].reshape(shape).astype(numpy.float32)

    def philox(self, blocks, node):
        x0 = numpy.arange(blocks, dtype=numpy.uint64)
        x1, x2, x3 = (numpy.full(blocks, word, numpy.uint64) for word in (node, self.replay, 0))
        low, half, (key0, key1) = numpy.uint64(0xFFFFFFFF), numpy.uint64(32), (0, 0)
        for _ in range(10):
            first, second = x0 * numpy.uint64(0xD2511F53), x2 * numpy.uint64(0xCD9E8D57)
            x0, x1 = second >> half ^ x1 ^ numpy.uint64(key0), second & low
            x2, x3 = first >> half ^ x3 ^ numpy.uint64(key1), first & low
            key0, key1 = (key0 + 0x9E3779B9) & 0xFFFFFFFF, (key1 + 0xBB67AE85) & 0xFFFFFFFF
        return numpy.stack([x0, x1, x2, x3])


def check(name, results, tolerances=1):
    """Stops the script where results are more than so many tolerances from the golden ones: it does other work."""
    golden = json.loads(golden_file.read_text())
    expected = numpy.array(golden["losses"][name])
    results = numpy.array(results, numpy.float64).reshape(-1)
    bound = tolerances * golden["tolerance"] * abs(expected).max()
    if results.shape != expected.shape or not (abs(results - expected) <= bound).all():
        sys.exit(f"{name}: {results} instead of {expected}")


def parse_arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", help="only these benchmarks")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=1.0, help="spent on each")
    return parser.parse_args()


def chosen(jobs, arguments):
    return {name: job for name, job in jobs.items() if not arguments.names or name in arguments.names}


def median_microseconds(step, seconds):
    for _ in range(5):
        step()
    samples, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(samples) < 7:
        start = time.perf_counter()
        step()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples) * 1e6


def steps_per_second(play, seconds):
    """The rate of `play(count)`, which makes about `count` environment steps and returns how many they were."""
    play(200)
    steps, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        steps += play(2000)
    return steps / elapsed


def show(results, arguments):
    """Prints results: a name each, and microseconds or stepsPerSecond."""
    if arguments.json:
        print(json.dumps({"results": results}))
        return
    for result in results:
        time, rate = result.get("microseconds"), result.get("stepsPerSecond")
        print(f"{result['name']:40s} " + (f"{time:14,.1f} µs" if time else f"{rate:14,.0f} steps/s"))
