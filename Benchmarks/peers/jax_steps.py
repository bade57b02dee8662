#!/usr/bin/env python3
"""The training steps of `reverie bench`, in JAX: same names, same shapes, one compiled program a step, float32.

    pip install jax optax numpy
    taskset -c 0 jax_steps.py [NAME...] [--json]

Prints the median microseconds of each step, after a check of its results against PyTorch's. Each function makes a step
from the numbers it is given; the step returns its loss."""
import itertools
import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import optax

import common


def linear(numbers, inputs, outputs):
    weight, bias = numbers.linear(inputs, outputs)
    return jnp.array(weight.T), jnp.array(bias)


def perceptron(numbers, *sizes):
    return [linear(numbers, inputs, outputs) for inputs, outputs in zip(sizes, sizes[1:])]


def affine(layer, x):
    return x @ layer[0] + layer[1]


def apply(layers, x):
    for layer in layers[:-1]:
        x = jax.nn.relu(affine(layer, x))
    return affine(layers[-1], x)


def chosen(values, actions):
    return jnp.take_along_axis(values, actions[:, None], 1)[:, 0]


class Step:
    """A step to time, and its results: ten losses unless it says otherwise."""

    def __init__(self, step, results=None):
        self.step = lambda: jax.block_until_ready(step())
        self.results = results or (lambda: [float(step()) for _ in range(10)])


class Training:
    """Parameters and an optimiser's state; `step(*data)` changes them and returns the loss that they had."""

    def __init__(self, loss, parameters, optimizer):
        @jax.jit
        def update(parameters, state, *data):
            value, gradients = jax.value_and_grad(loss)(parameters, *data)
            changes, state = optimizer.update(gradients, state, parameters)
            return optax.apply_updates(parameters, changes), state, value

        self.update, self.parameters, self.state = update, parameters, optimizer.init(parameters)

    def step(self, *data):
        self.parameters, self.state, value = self.update(self.parameters, self.state, *data)
        return value


def inference(numbers):
    network = perceptron(numbers, 4, 128, 128, 2)
    inputs = [jnp.array(numbers.unit(1, 4)) for _ in range(10)]
    greedy = jax.jit(lambda network, x: apply(network, x).argmax(1))
    return Step(lambda: greedy(network, inputs[0]), lambda: [apply(network, x) for x in inputs])


def dqn(hidden):
    def make(numbers):
        network = perceptron(numbers, 4, hidden, hidden, 2)
        s, a, r = numbers.unit(64, 4), numbers.integers(2, 64), numbers.unit(64)
        s2, ends = numbers.unit(64, 4), numbers.rare(64)

        def loss(network, target, s, a, r, s2, ends):
            y = r + 0.99 * (1 - ends) * apply(target, s2).max(1)
            return optax.huber_loss(chosen(apply(network, s), a), jax.lax.stop_gradient(y)).mean()

        training = Training(loss, network, optax.adam(1e-3))
        data = [jnp.array(x) for x in (s, a, r, s2, ends)]
        return Step(lambda: training.step(network, *data))

    return make


def reinforce(numbers):
    policy = perceptron(numbers, 4, 128, 2)
    data = [jnp.array(x) for x in (numbers.unit(500, 4), numbers.integers(2, 500), numbers.uniform(0, 1, 500))]

    def loss(policy, s, a, g):
        return -(chosen(jax.nn.log_softmax(apply(policy, s)), a) * g).mean()

    training = Training(loss, policy, optax.adam(1e-2))
    return Step(lambda: training.step(*data))


def vae(numbers):
    encoder, mean, log_variance = linear(numbers, 784, 400), linear(numbers, 400, 20), linear(numbers, 400, 20)
    parameters = encoder, mean, log_variance, perceptron(numbers, 20, 400, 784)
    x = jnp.array(numbers.uniform(0, 1, 128, 784))

    def loss_with(draw):
        def loss(parameters, x, source):
            encoder, mean, log_variance, decoder = parameters
            h = jax.nn.relu(affine(encoder, x))
            mu, lv = affine(mean, h), affine(log_variance, h)
            y = apply(decoder, mu + jnp.exp(0.5 * lv) * draw(source, mu.shape))
            divergence = -0.5 * (1 + lv - mu * mu - jnp.exp(lv)).sum()
            return (optax.sigmoid_binary_cross_entropy(y, x).sum() + divergence) / 128

        return loss

    def drawn(counter, shape):
        return jax.random.normal(jax.random.fold_in(jax.random.key(0), counter), shape)

    training = Training(loss_with(drawn), parameters, optax.adam(1e-3))
    given = Training(loss_with(lambda noise, _: noise), parameters, optax.adam(1e-3))
    counter, noise = itertools.count(), common.Noise()
    return Step(
        lambda: training.step(x, next(counter)), lambda: [float(given.step(x, noise.normal(128, 20))) for _ in range(10)]
    )


makers = {
    "infer MLP 4-128-128-2 b1": inference,
    "DQN step MLP 4-128-128-2 b64 Adam": dqn(128),
    "DQN step MLP 4-256-256-2 b64 Adam": dqn(256),
    "REINFORCE step MLP 4-128-2 T500": reinforce,
    "VAE step 784-400-20 b128 Adam": vae,
}


def measure(name, make, seconds):
    made = make(common.Numbers())
    # Optax's Adam rounds 1 - β^t to float32, half of whose digits are lost at first: losses move by 1.2e-6 of them.
    common.check(name, made.results(), tolerances=5)
    return {"name": name, "microseconds": common.median_microseconds(made.step, seconds)}


if __name__ == "__main__":
    arguments = common.parse_arguments("Times training steps in JAX.")
    jobs = common.chosen(makers, arguments)
    common.show([measure(name, make, arguments.seconds) for name, make in jobs.items()], arguments)
