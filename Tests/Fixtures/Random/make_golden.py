"""Writes golden.txt: what NumPy's two generators give for a few seeds. Run with NumPy 2.

One line an item: its name, the seed, then the values (hexadecimal for raw words, shortest decimals else).
"""

import pathlib

import numpy as np

SEEDS = [0, 1, 42, 2**31, 2**32 - 1]
LONG_SEEDS = [2**32, 2**64 + 5, 2**128 + 128, 2**200 + 2**129 + 9]
lines = []


def put(name, seed, values):
    lines.append(" ".join([name, str(seed)] + [str(value) for value in values]))


def modern(seed):
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))


def legacy(seed):
    return np.random.RandomState(seed if seed < 2**32 else [seed & 0xFFFFFFFF, seed >> 32])


def draw(make, seed, call, count=8):
    generator = make(seed)
    return [call(generator) for _ in range(count)]


def next32(generator):
    return int(generator.integers(2**32))


def low32(generator):
    return int(generator.randint(2**32))


for seed in SEEDS + LONG_SEEDS:
    sequence = np.random.SeedSequence(seed)
    bits = np.random.PCG64(sequence)
    state = bits.state["state"]
    words = [(seed >> 32 * i) & 0xFFFFFFFF for i in range(max(1, (seed.bit_length() + 31) // 32))]
    put("seed.words", seed, [f"{w:x}" for w in words])
    put("seed.pool", seed, [f"{w:x}" for w in sequence.pool])
    put("seed.words32", seed, [f"{w:x}" for w in sequence.generate_state(8)])
    put("seed.words64", seed, [f"{w:x}" for w in sequence.generate_state(4, np.uint64)])
    put("pcg.state", seed, [f"{state['state'] >> 64:x}", f"{state['state'] % 2**64:x}"])
    put("pcg.increment", seed, [f"{state['inc'] >> 64:x}", f"{state['inc'] % 2**64:x}"])
    put("pcg.next64", seed, [f"{w:x}" for w in bits.random_raw(8)])

for seed in SEEDS:
    put("pcg.next32", seed, [f"{w:x}" for w in draw(modern, seed, next32)])
    put("pcg.random", seed, draw(modern, seed, lambda g: float(g.random())))
    put("pcg.uniform", seed, draw(modern, seed, lambda g: float(g.uniform(-0.05, 0.05))))
    for n in [13, 6, 3, 3_000_000_000, 2**40, 3 * 2**61]:
        put(f"pcg.integers.{n}", seed, draw(modern, seed, lambda g: int(g.integers(n))))
    for n in [2, 13, 300]:
        g, order = modern(seed), np.arange(n)
        g.shuffle(order)
        put(f"pcg.shuffle.{n}", seed, [*order.tolist(), next32(g)])
    put("pcg.choice", seed, draw(modern, seed, lambda g: int(g.choice(3, p=[0.2, 0.5, 0.3]))))
    g = modern(seed)
    put("pcg.mixed", seed, [int(g.integers(10)), g.random(), int(g.integers(10)), int(g.integers(10)), g.random(),
                            g.random(), int(g.integers(10)), g.random()])

    put("mt.next32", seed, [f"{w:x}" for w in draw(legacy, seed, low32)])
    put("mt.raw2000", seed, [f"{draw(legacy, seed, low32, 2000)[-1]:x}"])
    put("mt.rand", seed, draw(legacy, seed, lambda g: float(g.rand())))
    for low, high in [(0, 2), (0, 3), (1, 9), (1, 6), (0, 13), (0, 1000), (0, 2**40)]:
        put(f"mt.randint.{low}.{high}", seed, draw(legacy, seed, lambda g: int(g.randint(low, high))))
    g = legacy(seed)
    put("mt.mixed", seed, [int(g.randint(5)), g.rand(), int(g.randint(5)), int(g.randint(5)), g.rand(),
                           int(g.randint(1)), int(g.randint(5)), g.rand()])

for seed in [2**32, 123456789012, 2**64 - 1]:
    put("mt.next32", seed, [f"{w:x}" for w in draw(legacy, seed, low32)])
    put("mt.raw2000", seed, [f"{draw(legacy, seed, low32, 2000)[-1]:x}"])

pathlib.Path(__file__).with_name("golden.txt").write_text("\n".join(lines) + "\n")
