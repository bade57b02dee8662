"""Writes networks.json and optimizers.json: PyTorch's float32 layers, losses, clipping and optimiser steps.

Run it in this folder, with torch installed; the output depends on nothing else.
"""

import json

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

generator = torch.Generator().manual_seed(11)


def uniform(*shape, low=-2.0, high=2.0):
    return torch.rand(shape, generator=generator) * (high - low) + low


def values(tensor):
    flat = tensor.detach().flatten().tolist()
    return [float(f"{value:.9g}") for value in flat] if tensor.is_floating_point() else flat


def encode(tensor):
    kind = "float32" if tensor.is_floating_point() else "int32"
    return {"type": kind, "shape": list(tensor.shape), "values": values(tensor)}


def write(name, content):
    with open(name, "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


# Layers and losses: results, and gradients of a weighted sum with respect to float operands and parameters.
cases = []


def case(name, body, operands, parameters=()):
    operands = [operand.clone().requires_grad_(operand.is_floating_point()) for operand in operands]
    parameters = [parameter.clone().requires_grad_() for parameter in parameters]
    result = body(*operands, *parameters)
    weights = uniform(*result.shape, low=0.5, high=1.5)
    leaves = [leaf for leaf in operands + parameters if leaf.requires_grad]
    gradients = torch.autograd.grad((result * weights).sum(), leaves)
    entry = {"name": name, "operands": operands, "parameters": parameters, "gradients": list(gradients)}
    entry = {key: [encode(t) for t in value] if key != "name" else value for key, value in entry.items()}
    cases.append(entry | {"result": encode(result), "weights": encode(weights)})


def perceptron(activation):
    def body(x, *parameters):
        for layer in range(0, len(parameters), 2):
            x = F.linear(activation(x) if layer else x, parameters[layer], parameters[layer + 1])
        return x

    return body


def layers(*sizes):
    pairs = [(uniform(n, m, low=-0.7, high=0.7), uniform(n, low=-0.5, high=0.5)) for m, n in zip(sizes, sizes[1:])]
    return [parameter for pair in pairs for parameter in pair]


case("linear", F.linear, [uniform(4, 5)], layers(5, 3))
case("linear of rows", F.linear, [uniform(2, 3, 5)], layers(5, 3))
for name in ["relu", "tanh", "sigmoid"]:
    case(f"perceptron {name}", perceptron(getattr(torch, name)), [uniform(6, 4)], layers(4, 8, 5, 2))

# Differences of exactly 0, 1, −1 and 2.5 among others.
prediction = torch.cat([uniform(8, low=-4, high=4), torch.tensor([1.0, 2.0, 1.0, 3.0])])
target = torch.cat([uniform(8, low=-4, high=4), torch.tensor([1.0, 1.0, 2.0, 0.5])])
case("huber 1", lambda p, t: F.huber_loss(p, t, reduction="none", delta=1), [prediction, target])
case("huber 1 as smooth L1", lambda p, t: F.smooth_l1_loss(p, t, reduction="none"), [prediction, target])
case("huber 2.5", lambda p, t: F.huber_loss(p, t, reduction="none", delta=2.5), [prediction, target])
case("squared error", lambda p, t: F.mse_loss(p, t, reduction="none"), [prediction, target])

logits = torch.cat([uniform(4, 5, low=-5, high=5), torch.tensor([[80.0, -80.0, 0.0, 80.0, 1.0]])])
labels = torch.tensor([0, 4, 2, 2, 1])
case("cross entropy", lambda x, y: F.cross_entropy(x, y, reduction="none"), [logits, labels])
case(
    "binary cross entropy",
    lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"),
    [logits, torch.cat([uniform(4, 5, low=0, high=1), torch.tensor([[1.0, 0.0, 1.0, 0.0, 1.0]])])],
)


def divergence(mean, log_variance):
    return kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0))


case("standard normal divergence", divergence, [uniform(4, 3), uniform(4, 3)])

# Clipping: above and below the limit.
clippings = []
for limit in [0.5, 100.0]:
    tensors = [uniform(3, 4), uniform(5), uniform()]
    parameters = [torch.nn.Parameter(torch.zeros_like(tensor)) for tensor in tensors]
    for parameter, gradient in zip(parameters, tensors):
        parameter.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
    clipped = [encode(parameter.grad) for parameter in parameters]
    clippings.append({"limit": limit, "gradients": [encode(t) for t in tensors], "norm": norm.item(), "clipped": clipped})
write("networks.json", {"cases": cases, "clippings": clippings})

# Optimisers: all parameters after each step, flattened and joined.
steps = 30
makers = {
    "SGD": lambda p: torch.optim.SGD(p, 0.05),
    "SGD with momentum": lambda p: torch.optim.SGD(p, 0.02, momentum=0.9),
    "RMSProp": lambda p: torch.optim.RMSprop(p, 0.01),
    "centred RMSProp": lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.95, eps=0.01, centered=True),
    "Adam": lambda p: torch.optim.Adam(p, 0.02),
    "Adam with other settings": lambda p: torch.optim.Adam(p, 0.02, betas=(0.5, 0.9), eps=1e-4),
}


def train(start, make, loss_or_gradients):
    parameters = [torch.nn.Parameter(tensor.clone()) for tensor in start]
    optimizer = make(parameters)
    path = []
    for step in range(steps):
        optimizer.zero_grad()
        loss_or_gradients(parameters, step)
        optimizer.step()
        path.append([value for parameter in parameters for value in values(parameter)])
    return path


# Given gradients: some elements always zero, some tiny, some large.
scales = [torch.tensor([0.0, 1e-3, 1.0, 30.0]).expand(3, 4), torch.ones(5)]
start = [uniform(3, 4), uniform(5)]
gradients = [[uniform(*scale.shape) * scale for scale in scales] for _ in range(steps)]


def give(parameters, step):
    for parameter, gradient in zip(parameters, gradients[step]):
        parameter.grad = gradient.clone()


given = {
    "start": [encode(tensor) for tensor in start],
    "gradients": [[encode(tensor) for tensor in row] for row in gradients],
    "paths": {name: train(start, make, give) for name, make in makers.items()},
}

x, y = uniform(8, 3), uniform(8, 2)
network = layers(3, 5, 2)


def backward(parameters, step):
    F.mse_loss(perceptron(torch.tanh)(x, *parameters), y).backward()


fitted = {
    "input": encode(x),
    "target": encode(y),
    "start": [encode(tensor) for tensor in network],
    "paths": {name: train(network, make, backward) for name, make in makers.items()},
}
write("optimizers.json", {"given": given, "fitted": fitted})
