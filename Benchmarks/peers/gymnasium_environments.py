#!/usr/bin/env python3
"""The environments of `reverie bench`, in Gymnasium: steps per second with random actions.

    pip install gymnasium numpy
    environments.py [NAME...] [--json]"""
import gymnasium
import numpy

import common

random = numpy.random.default_rng(0)


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


makers = {
    "CartPole-v1 n=1024": lambda: vector("CartPole-v1", 1024, "vector_entry_point"),
    "CartPole-v1 n=1": lambda: single("CartPole-v1"),
    "FrozenLake-v1 n=1": lambda: single("FrozenLake-v1"),
}

arguments = common.parse_arguments("Times environments in Gymnasium.")
jobs = common.chosen(makers, arguments)
rates = {name: common.steps_per_second(make(), arguments.seconds) for name, make in jobs.items()}
common.show([{"name": name, "stepsPerSecond": rate} for name, rate in rates.items()], arguments)
