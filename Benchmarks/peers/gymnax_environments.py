#!/usr/bin/env python3
"""The environments of `reverie bench`, in gymnax (JAX): steps per second with random actions, one compiled program for
a hundred steps of the whole batch.

    pip install jax gymnax six numpy
    taskset -c 0 gymnax_environments.py [NAME...] [--json]"""
import itertools
import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import gymnax
import jax

import common

STEPS = 100


def drawn(key, count, space):
    if hasattr(space, "n"):
        return jax.random.randint(key, (count,), 0, space.n)
    return jax.random.uniform(key, (count, *space.shape), minval=space.low, maxval=space.high)


def batch(name, count):
    environment, parameters = gymnax.make(name)
    reset = jax.vmap(environment.reset, (0, None))
    step = jax.vmap(environment.step, (0, 0, 0, None))

    def one(carry, _):
        states, key = carry
        key, for_actions, for_steps = jax.random.split(key, 3)
        actions = drawn(for_actions, count, environment.action_space(parameters))
        observations, states, rewards, *_ = step(jax.random.split(for_steps, count), states, actions, parameters)
        # What no result depends on, the compiler leaves out: a MountainCar whose reward is always -1 would not be driven.
        return (states, key), rewards.sum() + observations.sum()

    @jax.jit
    def rollout(key):
        key, for_reset = jax.random.split(key)
        _, states = reset(jax.random.split(for_reset, count), parameters)
        return jax.lax.scan(one, (states, key), None, STEPS)[1].sum()

    seeds = itertools.count()

    def play(_):
        rollout(jax.random.key(next(seeds))).block_until_ready()
        return STEPS * count

    return play


names = ["CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1", "Acrobot-v1"]
makers = {f"{name} n=1024": lambda name=name: batch(name, 1024) for name in names}

arguments = common.parse_arguments("Times environments in gymnax.")
jobs = common.chosen(makers, arguments)
rates = {name: common.steps_per_second(make(), arguments.seconds) for name, make in jobs.items()}
common.show([{"name": name, "stepsPerSecond": rate} for name, rate in rates.items()], arguments)
