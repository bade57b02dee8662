#!/usr/bin/env python3
"""The environments of `reverie bench`, in Gymnasium: steps per second with random actions.

    pip install gymnasium
    environments.py [--json]"""
import argparse
import json
import time

import gymnasium
import numpy

parser = argparse.ArgumentParser()
parser.add_argument("--json", action="store_true")
parser.add_argument("--seconds", type=float, default=1.0)
arguments = parser.parse_args()
random = numpy.random.default_rng(0)


def rate(play):
    play(200)
    steps, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < arguments.seconds:
        steps += play(2000)
    return steps / elapsed


def single(name):
    environment = gymnasium.make(name)
    environment.reset(seed=0)

    def play(count):
        for action in random.integers(0, environment.action_space.n, count):
            _, _, terminated, truncated, _ = environment.step(int(action))
            if terminated or truncated:
                environment.reset()
        return count

    return play


def vector(name, count, mode):
    environment = gymnasium.make_vec(name, num_envs=count, vectorization_mode=mode)
    environment.reset(seed=0)

    def play(steps):
        calls = max(1, steps // count)
        for _ in range(calls):
            environment.step(random.integers(0, 2, count))
        return calls * count

    return play


jobs = {
    "CartPole-v1 n=1024": vector("CartPole-v1", 1024, "vector_entry_point"),
    "CartPole-v1 n=1": single("CartPole-v1"),
    "FrozenLake-v1 n=1": single("FrozenLake-v1"),
}
results = [{"name": name, "stepsPerSecond": rate(play)} for name, play in jobs.items()]
if arguments.json:
    print(json.dumps({"results": results}))
else:
    for result in results:
        print(f"{result['name']:40s} {result['stepsPerSecond']:14,.0f} steps/s")
