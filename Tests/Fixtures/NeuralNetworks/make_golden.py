"""Writes networks.json, losses.json, optimizers.json, schedules.json and minimizers.json: PyTorch's float32 layers, losses,
clipping and optimiser steps, its schedules, and its L-BFGS in float64.

Run it in this folder, with torch installed; the output depends on nothing else.
"""

import json
import math

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Categorical, Normal, kl_divergence

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
cases, losses = [], []


def case(name, body, operands, parameters=(), constants=(), to=cases):
    operands = [operand.clone().requires_grad_(operand.is_floating_point()) for operand in operands]
    operands += [constant.clone() for constant in constants]
    parameters = [parameter.clone().requires_grad_() for parameter in parameters]
    result = body(*operands, *parameters)
    weights = uniform(*result.shape, low=0.5, high=1.5)
    leaves = [leaf for leaf in operands + parameters if leaf.requires_grad]
    gradients = torch.autograd.grad((result * weights).sum(), leaves)
    entry = {"name": name, "operands": operands, "parameters": parameters, "gradients": list(gradients)}
    entry = {key: [encode(t) for t in value] if key != "name" else value for key, value in entry.items()}
    to.append(entry | {"result": encode(result), "weights": encode(weights)})


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


def loss(name, body, *operands, constant=None):
    case(name, body, list(operands), constants=[] if constant is None else [constant], to=losses)


def each(function, **options):
    return lambda *operands: function(*operands, reduction="none", **options)


# Differences of exactly 0, 1, −1 and 2.5 among others.
prediction = torch.cat([uniform(8, low=-4, high=4), torch.tensor([1.0, 2.0, 1.0, 3.0])])
target = torch.cat([uniform(8, low=-4, high=4), torch.tensor([1.0, 1.0, 2.0, 0.5])])
loss("huber 1", each(F.huber_loss, delta=1.0), prediction, target)
loss("huber 1 as smooth L1", each(F.smooth_l1_loss), prediction, target)
loss("huber 2.5", each(F.huber_loss, delta=2.5), prediction, target)
loss("squared error", each(F.mse_loss), prediction, target)
loss("absolute error", each(F.l1_loss), prediction, target)
loss(
    "Gaussian",
    lambda m, s, t: F.gaussian_nll_loss(m, t, s.exp(), full=True, eps=0.0, reduction="none"),
    uniform(4, 3), uniform(4, 3), uniform(4, 3),
)
counts = torch.tensor([0.0, 1.0, 2.0, 3.0, 7.0, 20.0])
loss("Poisson", each(F.poisson_nll_loss), uniform(6), counts)
rows = torch.cat([uniform(4, 5), torch.zeros(1, 5)])
loss("cosine similarity", F.cosine_similarity, rows[:4], uniform(4, 5))
loss("cosine similarity with zeros", F.cosine_similarity, uniform(2, 5), constant=rows[3:])

logits = torch.cat([uniform(4, 5, low=-5, high=5), torch.tensor([[80.0, -80.0, 0.0, 80.0, 1.0]])])
labels = torch.tensor([0, 4, 2, 2, 1])
loss("cross entropy", each(F.cross_entropy), logits, labels)
loss("cross entropy smoothed", each(F.cross_entropy, label_smoothing=0.1), logits, labels)
some = torch.tensor([0, -100, 2, -100, 1])
loss("cross entropy ignoring", each(F.cross_entropy), logits, some)
loss("cross entropy smoothed, ignoring", each(F.cross_entropy, label_smoothing=0.2), logits, some)
soft = torch.softmax(uniform(5, 5), 1)
loss("cross entropy of soft targets", each(F.cross_entropy), logits, soft)
flags = torch.tensor([[1.0, 0.0, 1.0, 0.0, 1.0]])
targets = torch.cat([uniform(4, 5, low=0, high=1), flags])
loss("binary cross entropy", each(F.binary_cross_entropy_with_logits), logits, targets)
loss(
    "binary cross entropy of probabilities",
    each(F.binary_cross_entropy),
    uniform(4, 5, low=0.01, high=0.99), constant=targets[1:],
)
signs = torch.sign(uniform(12))
loss("hinge", lambda x, t: F.relu(1 - t * x), uniform(12, low=-3, high=3), constant=signs)
ones = (uniform(4, 5) > 0).float()


def focal(exponent, balance=None):
    def body(x, t):
        p = torch.sigmoid(x)
        own = p * t + (1 - p) * (1 - t)
        result = F.binary_cross_entropy_with_logits(x, t, reduction="none") * (1 - own) ** exponent
        return result if balance is None else (balance * t + (1 - balance) * (1 - t)) * result

    return body


loss("focal", focal(2.0), uniform(4, 5, low=-4, high=4), constant=ones)
loss("focal balanced", focal(1.5, 0.25), uniform(4, 5, low=-4, high=4), constant=ones)


def normal(mean, log_variance):
    return Normal(mean, (0.5 * log_variance).exp())


loss("standard normal divergence", lambda m, s: kl_divergence(normal(m, s), Normal(0.0, 1.0)), uniform(4, 3), uniform(4, 3))
loss(
    "Gaussian divergence",
    lambda m, s, n, t: kl_divergence(normal(m, s), normal(n, t)),
    uniform(4, 3), uniform(4, 3), uniform(4, 3), uniform(4, 3),
)
loss(
    "categorical divergence",
    lambda x, y: kl_divergence(Categorical(logits=x), Categorical(logits=y)),
    uniform(4, 5, low=-5, high=5), uniform(4, 5, low=-5, high=5),
)
loss(
    "Bernoulli divergence",
    lambda x, y: kl_divergence(Bernoulli(logits=x), Bernoulli(logits=y)),
    uniform(4, 3, low=-5, high=5), uniform(4, 3, low=-5, high=5),
)
write("losses.json", {"cases": losses})

# Clipping: above and below the limit.
clippings = []
for limit in [0.5, 100.0]:
    tensors = [uniform(3, 4), uniform(5), uniform()]
    parameters = [torch.nn.Parameter(torch.zeros_like(tensor)) for tensor in tensors]
    for parameter, gradient in zip(parameters, tensors):
        parameter.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
    clipped = [encode(parameter.grad) for parameter in parameters]
    for parameter, gradient in zip(parameters, tensors):
        parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_value_(parameters, limit)
    cut = [encode(parameter.grad) for parameter in parameters]
    entry = {"limit": limit, "gradients": [encode(t) for t in tensors], "norm": norm.item()}
    clippings.append(entry | {"clipped": clipped, "cut": cut})
write("networks.json", {"cases": cases, "clippings": clippings})

# Optimisers: all parameters after every tenth of 100 steps, flattened and joined.
steps = 100


class InsideRMSProp:
    """RMSProp as its paper's lecture writes it, r ← αr + (1−α)g², w ← w − η g / √(r + ε); PyTorch has ε outside."""

    def __init__(self, parameters, rate, decay, epsilon):
        self.parameters, self.rate, self.decay, self.epsilon = parameters, rate, decay, epsilon
        self.squares = [torch.zeros_like(p) for p in parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, r in zip(self.parameters, self.squares):
            r.mul_(self.decay).addcmul_(p.grad, p.grad, value=1 - self.decay)
            p.sub_(self.rate * p.grad / (r + self.epsilon).sqrt())


def groups(parameters):
    matrices, others = [p for p in parameters if p.dim() >= 2], [p for p in parameters if p.dim() < 2]
    return [{"params": matrices}, {"params": others, "weight_decay": 0.0}]


# At larger rates, the network's steps with these other settings amplify rounding: PyTorch's own float32 and float64 part.
makers = {
    "SGD": lambda p: torch.optim.SGD(p, 0.05),
    "SGD with momentum": lambda p: torch.optim.SGD(p, 0.02, momentum=0.9),
    "SGD with Nesterov momentum": lambda p: torch.optim.SGD(p, 0.02, momentum=0.9, nesterov=True),
    "SGD with weight decay": lambda p: torch.optim.SGD(p, 0.02, momentum=0.5, weight_decay=0.1),
    "RMSProp": lambda p: torch.optim.RMSprop(p, 0.01),
    "RMSProp with weight decay": lambda p: torch.optim.RMSprop(p, 0.01, weight_decay=0.1),
    "RMSProp with epsilon inside": lambda p: InsideRMSProp(p, 0.01, 0.9, 0.01),
    "centred RMSProp": lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.95, eps=0.01, centered=True),
    "AdaGrad": lambda p: torch.optim.Adagrad(p, 0.05),
    "AdaGrad with weight decay": lambda p: torch.optim.Adagrad(p, 0.05, eps=1e-6, weight_decay=0.1),
    "Adam": lambda p: torch.optim.Adam(p, 0.02),
    "Adam with other settings": lambda p: torch.optim.Adam(p, 0.005, betas=(0.5, 0.9), eps=1e-4),
    "Adam with weight decay": lambda p: torch.optim.Adam(p, 0.02, weight_decay=0.1),
    "RAdam": lambda p: torch.optim.RAdam(p, 0.02),
    "RAdam with other settings": lambda p: torch.optim.RAdam(p, 0.01, betas=(0.8, 0.9), eps=1e-4),
    "AdamW": lambda p: torch.optim.AdamW(p, 0.02, weight_decay=0.5),
    "AdamW of matrices": lambda p: torch.optim.AdamW(groups(p), 0.02, weight_decay=0.5),
}


def train(start, make, loss_or_gradients):
    parameters = [torch.nn.Parameter(tensor.clone()) for tensor in start]
    optimizer = make(parameters)
    path = []
    for step in range(steps):
        optimizer.zero_grad()
        loss_or_gradients(parameters, step)
        optimizer.step()
        if step % 10 == 9:
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

# Schedules: the learning rate of each step.
schedulers = {
    "linear": lambda o: torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.25, 20),
    "step": lambda o: torch.optim.lr_scheduler.StepLR(o, 7, 0.3),
    "exponential": lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 40, 0.01),
    "one cycle": lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.5, 40),
    "one cycle with other settings": lambda o: torch.optim.lr_scheduler.OneCycleLR(
        o, 0.5, 40, pct_start=0.45, div_factor=10.0, final_div_factor=50.0
    ),
}
curves = {}
for name, make in schedulers.items():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.5)
    scheduler = make(optimizer)
    curves[name] = []
    for step in range(40):
        curves[name].append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()


# nanoGPT's function, from its published formula.
def warm_cosine(step, peak=0.5, end=0.05, warmup=8, steps=40):
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    if step > steps:
        return end
    return end + 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) * (peak - end)


curves["cosine after warm-up"] = [warm_cosine(step) for step in range(40)]
write("schedules.json", curves)

# L-BFGS in float64: fixed steps on Rosenbrock's function, and the optimum of a logistic regression.
torch.set_default_dtype(torch.float64)


def rosenbrock(x):
    return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum()


def minimize(f, start, iterations, search=None, rate=1.0, history=10):
    x = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.LBFGS(
        [x], rate, max_iter=1, max_eval=1000, history_size=history, line_search_fn=search,
        tolerance_grad=1e-12, tolerance_change=0.0,
    )

    def closure():
        optimizer.zero_grad()
        value = f(x)
        value.backward()
        return value

    path = []
    for _ in range(iterations):
        optimizer.step(closure)
        path.append(x.detach().tolist())
    return path


start = torch.tensor([-0.5, 0.8, 0.3])
regression = {"inputs": uniform(40, 3).double(), "weights": torch.tensor([1.5, -2.0, 0.5])}
noise = torch.rand(40, generator=generator).double()
classes = (noise < torch.sigmoid(regression["inputs"] @ regression["weights"] + 0.3)).double()


def likelihood(x):
    logits = regression["inputs"] @ x[:3] + x[3]
    return F.binary_cross_entropy_with_logits(logits, classes) + 0.005 * (x[:3] ** 2).sum()


write(
    "minimizers.json",
    {
        "start": start.tolist(),
        "path": minimize(rosenbrock, start, 25, rate=0.1, history=4),
        "inputs": encode(regression["inputs"]),
        "classes": encode(classes),
        "optimum": minimize(likelihood, torch.zeros(4), 60, search="strong_wolfe")[-1],
    },
)
