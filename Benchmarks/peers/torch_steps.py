#!/usr/bin/env python3
"""The training steps of `reverie bench`, in PyTorch: same names, same shapes, one thread, float32.

    pip install torch numpy
    torch_steps.py [NAME...] [--json]

Prints the median microseconds of each step, after a check of its results. `../make_losses.py` makes those from the same
functions. Each makes a step from the numbers it is given; the step returns its loss."""
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

import common


def tensor(array):
    """Floats in PyTorch's default type, so that the same step runs in float32 and float64; integers as indices."""
    array = torch.from_numpy(array)
    return array.to(torch.get_default_dtype()) if array.is_floating_point() else array.long()


def linear(numbers, inputs, outputs):
    layer = nn.Linear(inputs, outputs)
    weight, bias = numbers.linear(inputs, outputs)
    layer.weight.data, layer.bias.data = tensor(weight), tensor(bias)
    return layer


def perceptron(numbers, *sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [linear(numbers, inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Step:
    """A step to time, and its results: ten losses unless it says otherwise."""

    def __init__(self, step, results=None):
        self.step = step
        self.results = results or (lambda: [step().item() for _ in range(10)])


def inference(numbers):
    network = perceptron(numbers, 4, 128, 128, 2)
    inputs = [tensor(numbers.unit(1, 4)) for _ in range(10)]

    def step():
        with torch.no_grad():
            return network(inputs[0]).argmax(1)

    return Step(step, lambda: [value for x in inputs for value in network(x).flatten().tolist()])


def dqn(hidden):
    def make(numbers):
        network = perceptron(numbers, 4, hidden, hidden, 2)
        target = copy.deepcopy(network)
        optimizer = torch.optim.Adam(network.parameters(), 1e-3)
        s, a, r = tensor(numbers.unit(64, 4)), tensor(numbers.integers(2, 64))[:, None], tensor(numbers.unit(64))
        s2, ends = tensor(numbers.unit(64, 4)), tensor(numbers.rare(64))

        def step():
            with torch.no_grad():
                y = r + 0.99 * (1 - ends) * target(s2).max(1).values
            loss = F.smooth_l1_loss(network(s).gather(1, a).squeeze(1), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        return Step(step)

    return make


def reinforce(numbers):
    network = perceptron(numbers, 4, 128, 2)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    s, a = tensor(numbers.unit(500, 4)), tensor(numbers.integers(2, 500))[:, None]
    g = tensor(numbers.uniform(0, 1, 500))

    def step():
        chosen = F.log_softmax(network(s), 1).gather(1, a).squeeze(1)
        loss = -(chosen * g).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return Step(step)


def vae(numbers):
    encoder, mean, log_variance = linear(numbers, 784, 400), linear(numbers, 400, 20), linear(numbers, 400, 20)
    decoder = perceptron(numbers, 20, 400, 784)
    modules = [encoder, mean, log_variance, decoder]
    optimizer = torch.optim.Adam([p for m in modules for p in m.parameters()], 1e-3)
    x = tensor(numbers.uniform(0, 1, 128, 784))

    def step(noise=torch.randn_like):
        h = F.relu(encoder(x))
        mu, lv = mean(h), log_variance(h)
        y = decoder(mu + torch.exp(0.5 * lv) * noise(mu))
        divergence = -0.5 * (1 + lv - mu * mu - lv.exp()).sum()
        loss = (F.binary_cross_entropy_with_logits(y, x, reduction="sum") + divergence) / 128
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    noise = common.Noise()
    return Step(step, lambda: [step(lambda mu: tensor(noise(*mu.shape))).item() for _ in range(10)])


makers = {
    "infer MLP 4-128-128-2 b1": inference,
    "DQN step MLP 4-128-128-2 b64 Adam": dqn(128),
    "DQN step MLP 4-256-256-2 b64 Adam": dqn(256),
    "REINFORCE step MLP 4-128-2 T500": reinforce,
    "VAE step 784-400-20 b128 Adam": vae,
}


def flops(step):
    """The floating-point operations of a step's products and convolutions, nothing else counted."""
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops()


def measure(name, make, seconds):
    made = make(common.Numbers())
    common.check(name, made.results())
    return {"name": name, "microseconds": common.median_microseconds(made.step, seconds), "flops": flops(made.step)}


if __name__ == "__main__":
    arguments = common.parse_arguments("Times training steps in PyTorch.")
    torch.manual_seed(0)
    torch.set_num_threads(1)
    jobs = common.chosen(makers, arguments)
    common.show([measure(name, make, arguments.seconds) for name, make in jobs.items()], arguments)
