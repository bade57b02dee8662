#!/usr/bin/env python3
"""Compares the bridge with Python alone: steps a second of gym:ID, and of Gymnasium in a process of its own.

    make build python
    Benchmarks/bridge.py [--rounds N] [ROW...]

A row is an id and a number of environments, such as 'CartPole-v1 n=8'; Python alone plays one. The two are timed in turns,
so that a ratio's two sides are taken within seconds; figures are medians over the rounds."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

here = pathlib.Path(__file__).parent
reverie = str(here.parent / ".build/release/reverie")
python = str(here.parent / ".build/python/bin/python3")

ALONE = """
import gymnasium, random, sys, time
try:
    import ale_py
    gymnasium.register_envs(ale_py)
except ImportError:
    pass
environment = gymnasium.make(sys.argv[1])
environment.reset(seed=0)
space = environment.action_space
draw = (lambda: random.randrange(space.n)) if hasattr(space, "n") else space.sample
def play(count):
    actions = [draw() for _ in range(count)]
    start = time.perf_counter()
    for action in actions:
        _, _, terminated, truncated, _ = environment.step(action)
        if terminated or truncated:
            environment.reset()
    return count / (time.perf_counter() - start)
play(1024)
rates, end = [], time.perf_counter() + float(sys.argv[2])
while time.perf_counter() < end or len(rates) < 7:
    rates.append(play(1024))
print(sorted(rates)[len(rates) // 2])
"""


def output(command):
    variables = {**os.environ, "REVERIE_PYTHON": python}
    return subprocess.run(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def bridged(row, seconds):
    result = output([reverie, "bench", f"gym:{row}", "--seconds", str(seconds), "--json"])
    return json.loads(result)["results"][0]["stepsPerSecond"]


def alone(row, seconds):
    return float(output([python, "-c", ALONE, row.split()[0], str(seconds)]))


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("rows", nargs="*", metavar="ROW")
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--seconds", type=float, default=2)
arguments = parser.parse_args()
rows = arguments.rows or [
    "ALE/Breakout-v5 n=1", "ALE/Breakout-v5 n=8", "CartPole-v1 n=1", "CartPole-v1 n=8", "CartPole-v1 n=64",
]
figures = {row: [] for row in rows}
for _ in range(arguments.rounds):
    for row in rows:
        figures[row].append((bridged(row, arguments.seconds), alone(row, arguments.seconds)))
        print(f"{row}: {figures[row][-1]}", file=sys.stderr)
print(f"{'':24} {'bridge':>10} {'Python':>10}   ratio")
for row, pairs in figures.items():
    ours, theirs = (statistics.median(side) for side in zip(*pairs))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{row:24} {ours:10.0f} {theirs:10.0f} {ratio:7.2f}")
