#!/usr/bin/env python3
"""A whole training with PPO in JAX, one compiled program: CartPole-v1 in batches, acting, stepping and learning.

    pip install jax numpy
    jax_ppo.py [--environments N] [--window T] [--windows N] [--seed N] [--json] [--shuffle rows|environments]

Prints the environment steps per second, learning included and compiling excluded, and the mean return at the end. JAX
takes all cores of the process. As in gymnax (Lange 2022), environments reset in the step that ends an episode, the
limit of 500 steps included, after which PureJaxRL (Lu et al. 2022) and this script do not bootstrap."""
import argparse
import functools
import json
import math
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp

LIMIT = 500


class Carts(NamedTuple):
    """A batch of environments, (N) each: the four numbers observed, the steps so far, and returns."""

    position: jax.Array
    velocity: jax.Array
    angle: jax.Array
    spin: jax.Array
    time: jax.Array
    last_return: jax.Array  # of the last episode that ended


def observed(carts):
    return jnp.stack(carts[:4], -1)


def started(key, count):
    """Numbers as episodes start with."""
    return jax.random.uniform(key, (4, count), minval=-0.05, maxval=0.05)


def reset(key, count):
    return Carts(*started(key, count), jnp.zeros(count, jnp.int32), jnp.zeros(count))


def step(key, carts, actions):
    """Gymnasium's dynamics by Euler's method; a reward of 1 each step. Returns the environments and which episodes
    ended."""
    force = jnp.where(actions == 1, 10.0, -10.0)
    cosine, sine = jnp.cos(carts.angle), jnp.sin(carts.angle)
    push = (force + 0.05 * carts.spin**2 * sine) / 1.1
    turn = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - 0.1 * cosine**2 / 1.1))
    moved = (
        carts.position + 0.02 * carts.velocity,
        carts.velocity + 0.02 * (push - 0.05 * turn * cosine / 1.1),
        carts.angle + 0.02 * carts.spin,
        carts.spin + 0.02 * turn,
    )
    time_ = carts.time + 1
    ended = (abs(moved[0]) > 2.4) | (abs(moved[2]) > 12 * 2 * math.pi / 360) | (time_ >= LIMIT)
    fresh = started(key, len(actions))
    return Carts(
        *(jnp.where(ended, new, old) for new, old in zip(fresh, moved)),
        jnp.where(ended, 0, time_),
        jnp.where(ended, time_.astype(jnp.float32), carts.last_return),
    ), ended


def network(key, outputs, gain):
    """4-64-64-outputs with tanh, orthogonal, with biases of zero."""
    keys, sizes = jax.random.split(key, 3), (4, 64, 64, outputs)
    gains = (2**0.5, 2**0.5, gain)
    return [
        (jax.nn.initializers.orthogonal(scale)(key, (m, n)), jnp.zeros(n))
        for key, scale, m, n in zip(keys, gains, sizes, sizes[1:])
    ]


def apply(layers, x):
    for weight, bias in layers[:-1]:
        x = jnp.tanh(x @ weight + bias)
    return x @ layers[-1][0] + layers[-1][1]


class Batch(NamedTuple):
    """Steps to learn from; rows first."""

    observations: jax.Array
    actions: jax.Array
    logs: jax.Array
    advantages: jax.Array
    returns: jax.Array


def loss(parameters, batch, settings):
    logits, values = apply(parameters["policy"], batch.observations), apply(parameters["value"], batch.observations)[:, 0]
    logs = jax.nn.log_softmax(logits)
    ratios = jnp.exp(jnp.where(batch.actions == 1, logs[:, 1], logs[:, 0]) - batch.logs)
    a = batch.advantages
    policy_loss = -jnp.minimum(ratios * a, jnp.clip(ratios, 1 - settings.clip, 1 + settings.clip) * a).mean()
    entropy = -(jnp.exp(logs) * logs).sum(-1).mean()
    return policy_loss + 0.5 * ((values - batch.returns) ** 2).mean() - settings.entropy * entropy


def gradients(parameters, batch, settings):
    """The gradients of a minibatch, in parts that stay in the caches: four times as fast as all at once."""
    a = batch.advantages
    batch = batch._replace(advantages=(a - a.mean()) / (a.std(ddof=1) + 1e-8))
    rows = min(settings.part, len(a))

    def add(sums, part):
        return jax.tree.map(jnp.add, sums, jax.grad(loss)(parameters, part, settings)), None

    parts = jax.tree.map(lambda x: x.reshape(-1, rows, *x.shape[1:]), batch)
    sums, _ = jax.lax.scan(add, jax.tree.map(jnp.zeros_like, parameters), parts)
    return jax.tree.map(lambda g: g * (rows / len(a)), sums)


def adam(parameters, gradients, moments, count, rate):
    """Adam with the gradients clipped to a joint norm of 0.5."""
    norm = jnp.sqrt(sum((g**2).sum() for g in jax.tree.leaves(gradients)))
    scale = jnp.minimum(1, 0.5 / (norm + 1e-6))
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * scale * g, moments[0], gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * (scale * g) ** 2, moments[1], gradients)
    root = jnp.sqrt(1 - 0.999**count)
    change = rate / (1 - 0.9**count)
    parameters = jax.tree.map(
        lambda p, m, v: p - change * m / (jnp.sqrt(v) / root + 1e-5), parameters, first, second)
    return parameters, (first, second)


def advantages(rewards, values, ended, last, discount, trace):
    """Generalised advantage estimates, (T, N)."""

    def back(carry, row):
        following, next_value = carry
        reward, value, end = row
        goes_on = 1.0 - end
        a = reward + discount * next_value * goes_on - value + discount * trace * goes_on * following
        return (a, value), a

    return jax.lax.scan(back, (jnp.zeros_like(last), last), (rewards, values, ended), reverse=True, unroll=16)[1]


def shuffled(key, batch, settings):
    """The batch in minibatches, (minibatches, rows of one, …). Shuffling all rows, as PureJaxRL does, sorts as many
    numbers, which takes longer than to learn from them."""
    count, parts = settings.environments, settings.minibatches
    if settings.shuffle == "rows":
        order = jax.random.permutation(key, settings.window * count)
        return jax.tree.map(
            lambda x: x.reshape(settings.window * count, *x.shape[2:])[order].reshape(parts, -1, *x.shape[2:]), batch)
    order = jax.random.permutation(key, count)

    def parted(x):
        x = x[:, order].reshape(settings.window, parts, count // parts, *x.shape[2:])
        return x.swapaxes(0, 1).reshape(parts, -1, *x.shape[3:])

    return jax.tree.map(parted, batch)


def window(settings, carry, _):
    """Plays a window of steps and learns from it; returns the mean of the environments' last returns."""
    parameters, moments, count, carts, key = carry

    def play(carry, _):
        carts, key = carry
        key, for_action, for_step = jax.random.split(key, 3)
        x = observed(carts)
        logs, values = jax.nn.log_softmax(apply(parameters["policy"], x)), apply(parameters["value"], x)[:, 0]
        actions = jax.random.bernoulli(for_action, jnp.exp(logs[:, 1])).astype(jnp.int32)
        logs = jnp.where(actions == 1, logs[:, 1], logs[:, 0])
        carts, ended = step(for_step, carts, actions)
        return (carts, key), (x, actions, logs, values, ended.astype(jnp.float32))

    (carts, key), (x, actions, logs, values, ended) = jax.lax.scan(play, (carts, key), None, settings.window)
    last = apply(parameters["value"], observed(carts))[:, 0]
    a = advantages(jnp.ones_like(values), values, ended, last, settings.discount, settings.trace)
    batch = Batch(x, actions, logs, a, a + values)

    def learn(carry, minibatch):
        parameters, moments, count = carry
        changes = gradients(parameters, minibatch, settings)
        parameters, moments = adam(parameters, changes, moments, count + 1, settings.rate)
        return (parameters, moments, count + 1), None

    def epoch(carry, key):
        return jax.lax.scan(learn, carry, shuffled(key, batch, settings))[0], None

    key, for_epochs = jax.random.split(key)
    (parameters, moments, count), _ = jax.lax.scan(
        epoch, (parameters, moments, count), jax.random.split(for_epochs, settings.epochs))
    return (parameters, moments, count, carts, key), carts.last_return.mean()


@functools.partial(jax.jit, static_argnums=0)
def train(settings, key):
    """The mean returns after each window."""
    for_policy, for_value, for_carts, key = jax.random.split(key, 4)
    parameters = {"policy": network(for_policy, 2, 0.01), "value": network(for_value, 1, 1.0)}
    moments = (jax.tree.map(jnp.zeros_like, parameters),) * 2
    carry = (parameters, moments, jnp.zeros((), jnp.int32), reset(for_carts, settings.environments), key)
    return jax.lax.scan(functools.partial(window, settings), carry, None, settings.windows)[1]


class Settings(NamedTuple):
    """What a training is compiled for."""

    environments: int = 1024
    window: int = 128
    windows: int = 20
    epochs: int = 4
    minibatches: int = 4
    rate: float = 2e-3
    clip: float = 0.2
    entropy: float = 0.0
    discount: float = 0.99
    trace: float = 0.95
    shuffle: str = "environments"
    part: int = 2048


def measure(settings, seed):
    start = time.perf_counter()
    program = train.lower(settings, jax.random.key(0)).compile()
    compiled = time.perf_counter()
    program(jax.random.key(seed + 1)).block_until_ready()  # warms caches and the threads
    begin = time.perf_counter()
    returns = program(jax.random.key(seed)).block_until_ready()
    seconds = time.perf_counter() - begin
    steps = settings.windows * settings.window * settings.environments
    return {
        "steps": steps, "seconds": seconds, "stepsPerSecond": steps / seconds, "compileSeconds": compiled - start,
        "meanReturn": float(returns[-1]), "returns": [round(float(value), 1) for value in returns]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Times PPO in JAX on a batch of CartPoles.")
    for name, value in Settings._field_defaults.items():
        choices = ("rows", "environments") if name == "shuffle" else None
        parser.add_argument(f"--{name}", type=type(value), default=value, choices=choices, help=f"({value})")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = vars(parser.parse_args())
    seed, as_json = arguments.pop("seed"), arguments.pop("json")
    result = measure(Settings(**arguments), seed)
    if as_json:
        print(json.dumps(result))
    else:
        print(f"{result['stepsPerSecond']:,.0f} steps/s over {result['steps']:,} steps, mean return {result['meanReturn']:.0f}")
        print("by window:", *result["returns"])
