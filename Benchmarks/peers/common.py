"""What the peers' scripts share: the numbers that a step starts from, the check of its results, timing and printing.

A step starts from numbers that every side draws alike, from NumPy's PCG64 of seed 0, parameters first: nothing but the
results has to be stored."""
import argparse
import collections
import json
import math
import pathlib
import statistics
import sys
import time

import numpy

golden_file = pathlib.Path(__file__).parents[2] / "assets/benchmarks/losses.json"


class Numbers:
    """The numbers of one step; Sources/Benchmarks/BenchmarkNumbers.swift draws the same."""

    def __init__(self):
        self.generator = numpy.random.default_rng(0)
        self.bound = 0.0

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

    def bits(self, *shape):
        """Ones, half of them, among zeros."""
        return (self.generator.uniform(0, 1, shape) < 0.5).astype(numpy.float32)

    def order(self, count):
        """The numbers below `count` in an order by chance: that of as many numbers drawn, equal ones as they come."""
        return self.uniform(0, 1, count).argsort(kind="stable").astype(numpy.int32)

    def weight(self, *shape):
        """A layer's weight, in ±1/√(numbers of one element of the first axis)."""
        self.bound = 1 / numpy.prod(shape[1:]) ** 0.5
        return self.uniform(-self.bound, self.bound, *shape)

    def bias(self, count):
        """A bias, bound as the weight that was drawn last."""
        return self.uniform(-self.bound, self.bound, count)

    def linear(self, inputs, outputs):
        """The weight (outputs, inputs) and the bias of an affine layer."""
        return self.weight(outputs, inputs), self.bias(outputs)


class Noise:
    """The numbers that the random nodes of Reverie's programs draw with the key 0: one array a run from each node.

    Philox4x32-10 (Salmon et al. 2011) at the counter (block, node, run, 0)."""

    def __init__(self):
        self.runs = collections.Counter()

    def normal(self, *shape, node=0):
        """By Box and Muller (1958)."""
        words = self.words(shape, node)
        radius = numpy.sqrt(-2 * numpy.log((words[0::2] + 1) * 2.0**-24))
        angle = words[1::2] * 2.0**-24 * 2 * numpy.pi
        pairs = numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], 1)  # (pair, element, block)
        return self.elements(pairs.reshape(4, -1), shape)

    def uniform(self, *shape, node=0):
        """From 0 to 1."""
        return self.elements(self.words(shape, node) * 2.0**-24, shape)

    def elements(self, values, shape):
        """Element e is value e % 4 of block e / 4."""
        return values.T.reshape(-1)[: math.prod(shape)].reshape(shape).astype(numpy.float32)

    def words(self, shape, node):
        """The upper 24 bits of the words of the node's next run, (4, block)."""
        words = self.philox(-(-math.prod(shape) // 4), node, self.runs[node]) >> numpy.uint64(8)
        self.runs[node] += 1
        return words

    @staticmethod
    def philox(blocks, node, run):
        x0 = numpy.arange(blocks, dtype=numpy.uint64)
        x1, x2, x3 = (numpy.full(blocks, word, numpy.uint64) for word in (node, run, 0))
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
    tolerance = golden.get("tolerances", {}).get(name, golden["tolerance"])
    bound = tolerances * tolerance * abs(expected).max()
    if results.shape != expected.shape or not (abs(results - expected) <= bound).all():
        sys.exit(f"{name}: {results} instead of {expected}")


def parse_arguments(description, threads=False):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", help="only these benchmarks")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=1.0, help="spent on each")
    if threads:
        parser.add_argument("--threads", type=int, default=1, help="that share each operation's work (1)")
    return parser.parse_args()


def chosen(jobs, arguments):
    return {name: job for name, job in jobs.items() if not arguments.names or name in arguments.names}


def seconds(work):
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_microseconds(step, budget):
    for _ in range(5):
        step()
    samples, end = [], time.perf_counter() + budget
    while time.perf_counter() < end or len(samples) < 7:
        samples.append(seconds(step))
    return statistics.median(samples) * 1e6


def steps_per_second(play, budget):
    """The rate of `play(count)`, which makes about `count` environment steps and returns how many they were."""
    play(200)
    steps, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < budget:
        steps += play(2000)
    return steps / elapsed


def show(results, arguments):
    """Prints results: a name each, microseconds or stepsPerSecond, and in JSON whatever else is known."""
    if arguments.json:
        print(json.dumps({"results": results}))
        return
    for result in results:
        time, rate = result.get("microseconds"), result.get("stepsPerSecond")
        print(f"{result['name']:45s} " + (f"{time:14,.1f} µs" if time else f"{rate:14,.0f} steps/s"))
