"""Writes streams.json: PyTorch's steps of stream Q(λ) and stream AC(λ) (Elsayed et al. 2024), in float64.

Run it in this folder, with torch installed; the output depends on nothing else.

A case has the initial parameters by path, as PyTorch shapes them (weights are (outputs, inputs)), the steps, and the
parameters and δ after the first and after all of them. Traces end with an episode; those of Q also where an action was
not greedy.
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
inputs, width, actions, steps, discount, decay, rate, bonus = 3, 6, 3, 7, 0.9, 0.7, 1.0, 0.1


class Numbers:
    """Random numbers, rounded to float32, so that both sides start from the same."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, *shape, low=-1.0, high=1.0):
        return (torch.rand(shape, generator=self.generator) * (high - low) + low).float().double()

    def integers(self, below, *shape):
        return torch.randint(below, shape, generator=self.generator)

    def network(self, outputs):
        sizes, parameters = (inputs, width, width, outputs), {}
        for index, (m, n) in enumerate(zip(sizes, sizes[1:])):
            parameters[f"{index}.weight"] = self.uniform(n, m, low=-0.8, high=0.8)
            parameters[f"{index}.bias"] = self.uniform(n, low=-0.3, high=0.3)
        return parameters


def apply(parameters, x):
    for index in range(2):
        x = F.linear(x, parameters[f"{index}.weight"], parameters[f"{index}.bias"])
        x = F.leaky_relu(F.layer_norm(x, x.shape))
    return F.linear(x, parameters["2.weight"], parameters["2.bias"])


class Traces:
    """Steps along eligibility traces, bounded so as not to overshoot."""

    def __init__(self, parameters, caution):
        self.parameters, self.caution = parameters, caution
        self.traces = {path: torch.zeros_like(p) for path, p in parameters.items()}

    def step(self, potential, error):
        gradients = torch.autograd.grad(potential, list(self.parameters.values()))
        for trace, gradient in zip(self.traces.values(), gradients):
            trace.mul_(discount * decay).add_(gradient)
        norm = sum(trace.abs().sum() for trace in self.traces.values())
        bound = rate * self.caution * max(abs(error), 1) * norm
        with torch.no_grad():
            for path, p in self.parameters.items():
                p += rate / max(bound, 1) * error * self.traces[path]

    def end(self):
        for trace in self.traces.values():
            trace.zero_()


def trainable(parameters):
    return {path: torch.nn.Parameter(p.clone()) for path, p in parameters.items()}


def run(name, seed):
    numbers = Numbers(seed)
    start = {"network": numbers.network(actions)} if name == "stream-q" else {
        "policy": numbers.network(actions), "value": numbers.network(1)}
    networks = {network: trainable(parameters) for network, parameters in start.items()}
    states, chosen = numbers.uniform(steps + 1, inputs, low=-2, high=2), numbers.integers(actions, steps)
    rewards = numbers.uniform(steps, low=-3, high=3)
    terminated, truncated = torch.zeros(steps), torch.zeros(steps)
    terminated[2], truncated[4] = 1, 1
    if name == "stream-q":
        traces = {"network": Traces(networks["network"], 2)}
    else:
        traces = {"policy": Traces(networks["policy"], 3), "value": Traces(networks["value"], 2)}
    errors, snapshots = [], []
    for t in range(steps):
        s, next_, goes_on = states[t], states[t + 1], 1 - terminated[t]
        ends = bool(terminated[t] + truncated[t])
        if name == "stream-q":
            q = apply(networks["network"], s)
            if t == 1:
                chosen[t] = q.argmax()  # At least one action is greedy, and leaves the traces.
            with torch.no_grad():
                error = rewards[t] + discount * goes_on * apply(networks["network"], next_).max() - q[chosen[t]]
            ends = ends or bool(chosen[t] != q.argmax())
            traces["network"].step(q[chosen[t]], error)
        else:
            v, logs = apply(networks["value"], s)[0], apply(networks["policy"], s).log_softmax(-1)
            with torch.no_grad():
                error = rewards[t] + discount * goes_on * apply(networks["value"], next_)[0] - v
            entropy = -(logs.exp() * logs).sum()
            traces["policy"].step(logs[chosen[t]] + bonus * torch.sign(error) * entropy, error)
            traces["value"].step(v, error)
        if ends:
            for trace in traces.values():
                trace.end()
        errors.append(error)
        snapshots.append({
            f"{network}.{path}": encode(p) for network, parameters in networks.items() for path, p in parameters.items()})
    return {
        "name": name, "start": {
            f"{network}.{path}": encode(p) for network, parameters in start.items() for path, p in parameters.items()},
        "states": encode(states), "actions": chosen.tolist(), "rewards": encode(rewards),
        "terminated": encode(terminated), "truncated": encode(truncated), "errors": encode(torch.stack(errors)),
        "afterFirst": snapshots[0], "afterAll": snapshots[-1]}


def encode(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().double().flatten().tolist()]


with open("streams.json", "w") as file:
    json.dump(
        {"inputs": inputs, "width": width, "actions": actions, "discount": discount, "lambda": decay,
         "entropyBonus": bonus, "cases": [run("stream-q", 1), run("stream-ac", 2)]}, file, separators=(",", ":"))
    file.write("\n")
