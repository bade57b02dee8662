"""Writes seaquest.txt: episodes of MinAtar 1.0.10's Seaquest that use up the oxygen. Run it with minatar 1.0.10 and
NumPy 2.

That version calls its random stream differently from later ones: here it gets a stream that answers with the random
numbers of MinAtar 1.0.15, so that the games differ only in their rules. Each line is an episode:

    SEED LENGTH RETURN CRC         CRC-32 of everything observed: see make_minatar.py

The actions are `default_rng(seed).integers(6)`, one per step: the first six steps dive, then 4 and 5 fire too and 2
dives again, so that the submarine never surfaces.
"""

import pathlib
import zlib

import numpy as np
from minatar import Environment

SEEDS = 40
PLAYED = [0, 1, 4, 3, 5, 5]


class Stream:
    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def rand(self):
        return self.random.rand()

    def choice(self, values, p=None):
        if len(values) == 2:
            return values[0] if self.random.rand() < (p or [0.5])[0] else values[1]
        return values[self.random.randint(len(values))]


def digested(environment, reward, end, digest):
    return zlib.crc32(environment.state().astype(np.uint8).tobytes() + bytes([int(reward), int(end)]), digest)


lines = []
for seed in range(SEEDS):
    environment = Environment("seaquest")
    environment.random = environment.env.random = Stream(seed)
    environment.reset()
    actions = np.random.default_rng(seed)
    digest, total, length, end = digested(environment, 0, False, 0), 0, 0, False
    while not end:
        drawn = int(actions.integers(6))
        reward, end = environment.act(4 if length < 6 else PLAYED[drawn])
        digest, total, length = digested(environment, reward, end, digest), total + int(reward), length + 1
    lines.append(f"{seed} {length} {total} {digest:08x}")

pathlib.Path(__file__).with_name("seaquest.txt").write_text("\n".join(lines) + "\n")
