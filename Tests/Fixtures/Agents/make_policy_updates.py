"""Writes policy_updates.json: PyTorch's updates of PPO and A2C, three in a row on one batch, in float64.

Run it in this folder, with torch installed; the output depends on nothing else.

The losses are Stable-Baselines3's (Raffin et al. 2021): -mean min(r A, clip(r) A) or -mean A log pi for the policy,
mean (V - R)^2 for the values, the mean entropy, and gradients clipped by the joint norm of all parameters. Only a
clipped value loss is that of OpenAI's baselines (Dhariwal et al. 2017), the larger of the two squares: theirs uses
the clipped one alone. Advantages are normalised by the unbiased deviation of the minibatch.

A case has the initial parameters by path, as PyTorch shapes them (weights are (outputs, inputs)), the batch, and of
each update what it reports, all before its step: so the first update's gradients, before clipping, belong to the
initial parameters. Rows of recurrent cases are in the order of time: row t B + b is step t of sequence b.
"""

import json
import math

import torch
import torch.nn.functional as F
from torch.distributions import Categorical, Normal

torch.set_default_dtype(torch.float64)
inputs, width, cells, steps, sequences = 4, 5, 6, 5, 4


class Numbers:
    """Random numbers, rounded to float32, so that both sides start from the same."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, *shape, low=-1.0, high=1.0):
        return (torch.rand(shape, generator=self.generator) * (high - low) + low).float().double()

    def integers(self, below, *shape):
        return torch.randint(below, shape, generator=self.generator)

    def linear(self, path, m, n):
        weight, bias = self.uniform(n, m, low=-0.7, high=0.7), self.uniform(n, low=-0.5, high=0.5)
        return {f"{path}.weight": weight, f"{path}.bias": bias}

    def perceptron(self, path, *sizes):
        return {
            name: parameter for index, (m, n) in enumerate(zip(sizes, sizes[1:]))
            for name, parameter in self.linear(f"{path}.{index}", m, n).items()}

    def recurrent(self, path, kind, outputs):
        """A linear layer with tanh, a layer of gated units, and a linear layer."""
        rows = cells * (3 if kind == "gru" else 4)
        gates = {"weight_ih": (rows, width), "weight_hh": (rows, cells), "bias_ih": (rows,), "bias_hh": (rows,)}
        return (
            self.linear(f"{path}.0", inputs, width)
            | {f"{path}.memory.{name}": self.uniform(*shape, low=-0.6, high=0.6) for name, shape in gates.items()}
            | self.linear(f"{path}.1", cells, outputs))


def hidden(parameters, path, x, layers):
    for index in range(layers):
        x = torch.tanh(F.linear(x, parameters[f"{path}.{index}.weight"], parameters[f"{path}.{index}.bias"]))
    return x


def affine(parameters, path, x):
    return F.linear(x, parameters[f"{path}.weight"], parameters[f"{path}.bias"])


def remember(parameters, path, kind, x, state, starts):
    """The states of a layer over x (T, B, inputs): PyTorch's cells, from zeros where an episode starts."""
    cell = [parameters[f"{path}.memory.{name}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    outputs = []
    for step, start in zip(x, starts):
        state = [part * (1 - start)[:, None] for part in state]
        state = [torch.gru_cell(step, state[0], *cell)] if kind == "gru" else torch.lstm_cell(step, state, *cell)
        outputs.append(state[0])
    return torch.stack(outputs)


class Gaussian:
    """Independent normal numbers with these means and variances."""

    def __init__(self, means, deviations):
        self.normal = Normal(means, deviations)

    def log_prob(self, actions):
        return self.normal.log_prob(actions).sum(-1)

    def entropy(self):
        return self.normal.entropy().sum(-1)

    def sample(self, numbers):
        """Actions up to 1.5 deviations from the mean."""
        shape = self.normal.mean.shape
        return (self.normal.mean + self.normal.stddev * numbers.uniform(*shape, low=-1.5, high=1.5)).float().double()


class Choices:
    """A choice from each of several categorical distributions, whose logits are side by side."""

    def __init__(self, logits, counts, valid):
        if valid is not None:
            logits = torch.where(valid > 0, logits, torch.tensor(-1e8))
        self.parts = [Categorical(logits=part) for part in logits.split(counts, -1)]
        self.valid, self.counts = valid, counts

    def log_prob(self, actions):
        return sum(part.log_prob(actions[:, index]) for index, part in enumerate(self.parts))

    def entropy(self):
        return sum(part.entropy() for part in self.parts)

    def sample(self, numbers):
        """Any actions, the least probable as often as others; valid ones."""
        rows = len(self.parts[0].logits)
        actions = torch.stack([numbers.integers(count, rows) for count in self.counts], -1)
        while self.valid is not None and not self.valid.gather(1, actions).all():
            fresh = numbers.integers(self.counts[0], rows, 1)
            actions = torch.where(self.valid.gather(1, actions) > 0, actions, fresh)
        return actions


class Case:
    """An agent, its batch, and three updates."""

    def __init__(
        self, seed, name, algorithm, distribution="categorical", counts=(3,), network="separate", memory=None,
        masked=False, spread=0.35, clip=0.2, value_clip=None, value_weight=0.5, entropy_weight=0.0, outlier=None
    ):
        self.name, self.algorithm, self.distribution, self.counts = name, algorithm, distribution, list(counts)
        self.network, self.memory, self.clip, self.value_clip = network, memory, clip, value_clip
        self.value_weight, self.entropy_weight, self.limit = value_weight, entropy_weight, 0.5
        self.rate = 0.01 if algorithm == "ppo" else 0.005
        numbers = Numbers(seed)
        self.rows = rows = steps * sequences if memory else 16
        self.start = self.make_parameters(numbers)
        self.parameters = {path: torch.nn.Parameter(p.clone()) for path, p in self.start.items()}
        self.batch = batch = {"observations": numbers.uniform(rows, inputs, low=-2, high=2)}
        if masked:
            batch["valid"] = torch.ones(rows, self.counts[0])
            batch["valid"][torch.arange(1, rows), numbers.integers(self.counts[0], rows - 1)] = 0
            batch["valid"][3] = torch.tensor([0.0, 1.0, 0.0])
        if memory:
            for network in ("policy", "value"):
                for part in ("Hidden", "Cell")[: 1 if memory == "gru" else 2]:
                    batch[network + part] = numbers.uniform(sequences, cells)
            batch["starts"] = torch.zeros(steps, sequences)
            for place in [(0, 1), (2, 0), (3, 1), (2, 2), (4, 2)]:
                batch["starts"][place] = 1
        with torch.no_grad():
            distribution, values_ = self.forward(self.start)
            batch["actions"] = distribution.sample(numbers)
            now = distribution.log_prob(batch["actions"])
            if algorithm == "ppo":
                batch["oldLogProbabilities"] = (now - numbers.uniform(rows, low=-spread, high=spread)).float().double()
        batch["advantages"] = numbers.uniform(rows, low=-2, high=3)
        if outlier:
            batch["advantages"][5] = outlier
        if value_clip:
            batch["oldValues"] = (values_ - numbers.uniform(rows, low=-0.6, high=0.6)).float().double()
        batch["returns"] = numbers.uniform(rows, low=-3, high=4)

    def make_parameters(self, numbers):
        outputs = sum(self.counts)
        parameters = {}
        if self.memory:
            parameters |= numbers.recurrent("policy", self.memory, outputs) | numbers.recurrent("value", self.memory, 1)
        elif self.network == "shared":
            parameters |= numbers.perceptron("body", inputs, width)
            parameters |= numbers.linear("policy.0", width, outputs) | numbers.linear("value.0", width, 1)
        else:
            parameters |= numbers.perceptron("policy", inputs, width, width, outputs)
            parameters |= numbers.perceptron("value", inputs, width, width, 1)
        if self.distribution != "categorical":
            shape = (outputs,) if self.distribution == "gaussian" else (width, outputs)
            parameters["logDeviation"] = numbers.uniform(*shape, low=-0.8, high=0.2)
        return parameters

    def features(self, parameters):
        """What the last layers of policy and value are given, and where those are."""
        x = self.batch["observations"]
        if self.memory:
            features = []
            for network in ("policy", "value"):
                parts = [self.batch[network + part] for part in ("Hidden", "Cell") if network + part in self.batch]
                e = hidden(parameters, network, x, 1).view(steps, sequences, width)
                h = remember(parameters, network, self.memory, e, parts, self.batch["starts"])
                features.append((h.reshape(self.rows, cells), f"{network}.1"))
            return features
        if self.network == "shared":
            h = hidden(parameters, "body", x, 1)
            return (h, "policy.0"), (h, "value.0")
        return tuple((hidden(parameters, network, x, 2), f"{network}.2") for network in ("policy", "value"))

    def forward(self, parameters):
        """The distribution of actions and the values."""
        (features, head), (value_features, value_head) = self.features(parameters)
        outputs = affine(parameters, head, features)
        values_ = affine(parameters, value_head, value_features)[:, 0]
        if self.distribution == "categorical":
            return Choices(outputs, self.counts, self.batch.get("valid")), values_
        deviations = parameters["logDeviation"].exp()
        if self.distribution == "gaussian":
            return Gaussian(outputs, deviations.expand_as(outputs)), values_
        # gSDE (Raffin et al. 2022): noise that is linear in the features, which learn nothing from it.
        variance = features.detach() ** 2 @ deviations**2
        return Gaussian(outputs, (variance + 1e-6).sqrt()), values_

    def losses(self):
        batch = self.batch
        distribution, values_ = self.forward(self.parameters)
        logs, entropy = distribution.log_prob(batch["actions"]), distribution.entropy().mean()
        report = {}
        if self.algorithm == "ppo":
            ratios = (logs - batch["oldLogProbabilities"]).exp()
            a = batch["advantages"]
            a = (a - a.mean()) / (a.std() + 1e-8)
            self.stay_away(abs(abs(ratios - 1) - self.clip))
            policy_loss = -torch.min(ratios * a, ratios.clamp(1 - self.clip, 1 + self.clip) * a).mean()
            report["divergence"] = (ratios - 1 - ratios.log()).mean()
            report["clipFraction"] = (abs(ratios - 1) > self.clip).double().mean()
        else:
            policy_loss = -(batch["advantages"] * logs).mean()
        squares = (values_ - batch["returns"]) ** 2
        if self.value_clip:
            moves = values_ - batch["oldValues"]
            self.stay_away(abs(abs(moves) - self.value_clip))
            clipped = batch["oldValues"] + moves.clamp(-self.value_clip, self.value_clip)
            squares = torch.max(squares, (clipped - batch["returns"]) ** 2)
        value_loss = squares.mean()
        loss = policy_loss + self.value_weight * value_loss - self.entropy_weight * entropy
        return loss, {"loss": loss, "policyLoss": policy_loss, "valueLoss": value_loss, "entropy": entropy} | report

    @staticmethod
    def stay_away(distances):
        """No row is so near an edge that float32 may fall on its other side."""
        assert distances.min() > 1e-4, distances.min()

    def optimizer(self):
        if self.algorithm == "ppo":
            return torch.optim.Adam(self.parameters.values(), self.rate, eps=1e-5)
        return torch.optim.RMSprop(self.parameters.values(), self.rate, alpha=0.99, eps=1e-5)

    def run(self):
        with torch.no_grad():
            distribution, values_ = self.forward(self.start)
            outputs = {"logProbabilities": distribution.log_prob(self.batch["actions"]), "values": values_}
        optimizer, updates, snapshots = self.optimizer(), [], []
        for update in range(3):
            optimizer.zero_grad()
            loss, report = self.losses()
            loss.backward()
            gradients = {path: p.grad.clone() for path, p in self.parameters.items()}
            report["gradientNorm"] = torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.limit)
            optimizer.step()
            updates.append({name: values(value)[0] for name, value in report.items()})
            if update == 0:
                first = encode(gradients)
            snapshots.append(encode(self.parameters))
        return {
            "name": self.name, "algorithm": self.algorithm, "distribution": self.distribution, "counts": self.counts,
            "network": self.network, "memory": self.memory, "learningRate": self.rate, "clip": self.clip,
            "valueClip": self.value_clip, "valueWeight": self.value_weight, "entropyWeight": self.entropy_weight,
            "gradientClipping": self.limit, "batch": encode(self.batch), "start": encode(self.start),
            "outputs": encode(outputs), "updates": updates, "gradients": first, "afterFirst": snapshots[0],
            "afterThird": snapshots[2],
        }


def values(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def encode(tensors):
    return {name: values(tensor) for name, tensor in tensors.items()}


cases = [
    Case(1, "ppo", "ppo"),
    Case(2, "ppo, shared", "ppo", network="shared", entropy_weight=0.02),
    Case(3, "ppo, masks", "ppo", masked=True, entropy_weight=0.05),
    Case(4, "ppo, several", "ppo", counts=(3, 2), entropy_weight=0.01),
    Case(5, "ppo, gaussian", "ppo", "gaussian", (2,), entropy_weight=0.02),
    Case(6, "ppo, gSDE", "ppo", "stateDependentGaussian", (2,), entropy_weight=0.02),
    Case(7, "ppo, both clips", "ppo", spread=0.7, value_clip=0.25, entropy_weight=0.01, value_weight=0.7, outlier=25),
    Case(8, "a2c", "a2c", entropy_weight=0.01),
    Case(9, "a2c, gaussian", "a2c", "gaussian", (2,), value_weight=0.4),
    Case(10, "ppo, gru", "ppo", memory="gru", entropy_weight=0.01),
    Case(11, "ppo, lstm", "ppo", memory="lstm", entropy_weight=0.01),
    Case(12, "a2c, gru", "a2c", memory="gru", entropy_weight=0.01),
    Case(13, "a2c, lstm", "a2c", memory="lstm", entropy_weight=0.01),
]
written = [case.run() for case in cases]
for case, result in zip(cases, written):
    numbers = json.dumps([result["updates"], result["afterThird"]])
    assert "NaN" not in numbers and "Infinity" not in numbers, case.name
    if case.algorithm == "ppo":
        # Ratios leave the clip range on both sides.
        ratios = [math.exp(new - old) for new, old in zip(
            result["outputs"]["logProbabilities"], result["batch"]["oldLogProbabilities"])]
        assert min(ratios) < 1 - case.clip and max(ratios) > 1 + case.clip, case.name

with open("policy_updates.json", "w") as file:
    json.dump({"inputs": inputs, "width": width, "cells": cells, "steps": steps, "cases": written}, file,
              separators=(",", ":"))
    file.write("\n")
