"""Runs MinAtar's own example of deep Q-learning for so many frames on one thread, and prints the seconds as JSON.

    python3 Benchmarks/peers/minatar_dqn.py PATH/TO/MinAtar/examples/dqn.py breakout 25000

The example is part of MinAtar's repository (github.com/kenjyoung/MinAtar), not of its package."""
import importlib.util
import json
import sys
import tempfile
import time

import torch
from minatar import Environment

path, game, frames = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(1)
specification = importlib.util.spec_from_file_location("example", path)
example = importlib.util.module_from_spec(specification)
specification.loader.exec_module(example)
example.NUM_FRAMES = frames
updates = 0
train = example.train


def counted(*arguments):
    global updates
    updates += 1
    train(*arguments)


example.train = counted
with tempfile.TemporaryDirectory() as folder:
    start = time.perf_counter()
    example.dqn(Environment(game), False, False, folder + "/results")
    seconds = time.perf_counter() - start
print(json.dumps({"frames": frames, "updates": updates, "seconds": seconds}))
