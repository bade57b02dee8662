#!/usr/bin/env python3
"""The training steps of `reverie bench`, in PyTorch: same names, same shapes, one thread, float32.

    pip install torch
    torch_steps.py [--json]

Prints the median microseconds of each step."""
import argparse
import json
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--json", action="store_true")
parser.add_argument("--seconds", type=float, default=1.0)
arguments = parser.parse_args()
torch.manual_seed(0)
torch.set_num_threads(1)


def median_microseconds(step):
    for _ in range(5):
        step()
    samples, end = [], time.perf_counter() + arguments.seconds
    while time.perf_counter() < end or len(samples) < 7:
        start = time.perf_counter()
        step()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples) * 1e6


def perceptron(*sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def inference():
    network, x = perceptron(4, 128, 128, 2), torch.randn(1, 4)

    def step():
        with torch.no_grad():
            network(x).argmax(1)

    return step


def dqn(hidden):
    network, target = perceptron(4, hidden, hidden, 2), perceptron(4, hidden, hidden, 2)
    target.load_state_dict(network.state_dict())
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    s, s2, a = torch.randn(64, 4), torch.randn(64, 4), torch.randint(2, (64, 1))
    r, ends = torch.randn(64), (torch.rand(64) < 0.1).float()

    def step():
        with torch.no_grad():
            y = r + 0.99 * (1 - ends) * target(s2).max(1).values
        loss = F.smooth_l1_loss(network(s).gather(1, a).squeeze(1), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def reinforce():
    network = perceptron(4, 128, 2)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    s, a, g = torch.randn(500, 4), torch.randint(2, (500, 1)), torch.randn(500)

    def step():
        chosen = F.log_softmax(network(s), 1).gather(1, a).squeeze(1)
        loss = -(chosen * g).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def vae():
    encoder, decoder = nn.Linear(784, 400), perceptron(20, 400, 784)
    mean, log_variance = nn.Linear(400, 20), nn.Linear(400, 20)
    modules = [encoder, decoder, mean, log_variance]
    optimizer = torch.optim.Adam([p for m in modules for p in m.parameters()], 1e-3)
    x = torch.rand(128, 784)

    def step():
        h = F.relu(encoder(x))
        mu, lv = mean(h), log_variance(h)
        y = decoder(mu + torch.exp(0.5 * lv) * torch.randn_like(mu))
        loss = F.binary_cross_entropy_with_logits(y, x, reduction="sum") - 0.5 * (1 + lv - mu * mu - lv.exp()).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


steps = {
    "infer MLP 4-128-128-2 b1": inference(),
    "DQN step MLP 4-128-128-2 b64 Adam": dqn(128),
    "DQN step MLP 4-256-256-2 b64 Adam": dqn(256),
    "REINFORCE step MLP 4-128-2 T500": reinforce(),
    "VAE step 784-400-20 b128 Adam": vae(),
}
results = [{"name": name, "microseconds": median_microseconds(step)} for name, step in steps.items()]
if arguments.json:
    print(json.dumps({"results": results}))
else:
    for result in results:
        print(f"{result['name']:40s} {result['microseconds']:10.1f} µs")
